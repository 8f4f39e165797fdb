/**
 * What the tray shows, as data: pure, so that every state can be tested without a desktop. tray.ts turns it into the
 * icon and the native menu.
 */
import { concernsOf } from '@shared/model/attention'
import type { Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import { shortTime } from './short-time'
import { attentionMenu, opens, pauseMenu, runMenu, runningMenu, separator, short } from './tray-menus'
import type { Locale, Words } from './words'

export type TrayIcon = 'idle' | 'running' | 'attention' | 'paused'

export type TrayAction =
  | { readonly do: 'open'; readonly hash: string }
  | { readonly do: 'run'; readonly taskId: string }
  | { readonly do: 'cancel'; readonly runIds: readonly string[] }
  | { readonly do: 'acknowledge'; readonly taskId: string }
  | { readonly do: 'decide'; readonly taskId: string; readonly decision: 'run' | 'skip' }
  | { readonly do: 'pauseAll'; readonly span: PauseSpan }
  | { readonly do: 'resumeAll' }
  | { readonly do: 'quit' }
export type PauseSpan = 'hour' | 'tomorrow' | 'resumed'

export type TrayItem =
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'separator' }
  | { readonly kind: 'action'; readonly label: string; readonly enabled: boolean; readonly action: TrayAction }
  | { readonly kind: 'menu'; readonly label: string; readonly items: readonly TrayItem[] }

export interface TrayModel {
  readonly icon: TrayIcon
  /** Shown beside the icon where the platform can: how many run, or nothing. */
  readonly title: string
  readonly tooltip: string
  readonly menu: readonly TrayItem[]
}

export interface TrayState {
  readonly status: SystemStatus
  readonly tasks: readonly TaskView[]
  /** Those that have not ended. */
  readonly runs: readonly Run[]
}

/** @param now ms since the epoch */
export function trayModel(state: TrayState, now: number, words: Words, locale: Locale): TrayModel {
  const { status } = state
  const running = state.runs.filter((run) => run.status === 'running')
  const concerns = concernsOf(state.tasks)
  const attention = concerns.length + status.warnings.length
  const broken = concerns.filter(({ matter }) => matter === 'broken').length
  const missed = concerns.filter(({ matter }) => matter === 'missed').length
  const others = attention - broken - missed
  const time = (instant: string): string => shortTime(instant, now, status.timezone, locale)
  const pausedWords =
    status.paused && (status.paused.until ? words.pausedUntil(time(status.paused.until)) : words.paused)
  const next = status.paused ? null : status.next

  const facts = [
    ...(pausedWords ? [pausedWords] : []),
    ...(running.length > 0 ? [words.running(running.length)] : []),
    ...(attention > 0 ? [words.needAttention(attention)] : []),
  ]
  const tooltip = [
    ...(pausedWords ? [pausedWords] : []),
    ...(running.length > 0 ? [words.running(running.length)] : []),
    ...(next ? [words.nextShort(short(next.taskName), time(next.at))] : []),
    ...(broken > 0 ? [words.failed(broken)] : []),
    ...(missed > 0 ? [words.missed(missed)] : []),
    ...(others > 0 ? [words.needAttention(others)] : []),
  ]

  return {
    icon: iconOf(attention, running.length, status.paused !== null),
    title: running.length > 0 ? String(running.length) : '',
    tooltip: tooltip.length > 0 ? tooltip.join(' · ') : `Belfry · ${words.allQuiet}`,
    menu: [
      { kind: 'text', label: facts.length > 0 ? facts.join(' · ') : words.allQuiet },
      { kind: 'text', label: next ? words.next(short(next.taskName), time(next.at)) : words.nothingPlanned },
      separator,
      ...(state.runs.length > 0 ? [runningMenu(state.runs, now, words)] : []),
      ...(attention > 0 ? [attentionMenu(concerns, status.warnings, time, words)] : []),
      runMenu(state.tasks, words),
      separator,
      status.paused
        ? { kind: 'action', label: words.resumeAll, enabled: true, action: { do: 'resumeAll' } }
        : pauseMenu(words),
      separator,
      opens(words.open, ''),
      { kind: 'action', label: words.quit, enabled: true, action: { do: 'quit' } },
    ],
  }
}

function iconOf(attention: number, running: number, paused: boolean): TrayIcon {
  if (attention > 0) return 'attention'
  if (running > 0) return 'running'
  return paused ? 'paused' : 'idle'
}
