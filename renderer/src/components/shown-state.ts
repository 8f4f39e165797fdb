import type { LedgerEntry } from '@shared/model/occurrence'
import type { RunStatus } from '@shared/model/run'
import type { TaskState } from '@shared/model/task'

/** Every state that has a shape, a colour and a word. */
export type ShownState = RunStatus | TaskState | LedgerEntry['state']

/** CSS colour of its shape. */
export function stateColor(state: ShownState): string {
  return `var(--state-${colorName[state]})`
}

/** CSS colour of its word. */
export function stateTextColor(state: ShownState): string {
  const name = colorName[state]
  return name === 'queued' || name === 'cancelled' ? 'var(--ui-text-muted)' : `var(--state-${name}-text)`
}

const colorName = {
  queued: 'queued',
  idle: 'queued',
  running: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  timed_out: 'timed-out',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
  expired: 'missed',
  ran: 'cancelled',
  ran_late: 'missed',
  coalesced: 'cancelled',
  missed: 'missed',
  skipped: 'cancelled',
  paused: 'cancelled',
  disabled: 'cancelled',
} as const satisfies Record<ShownState, string>
