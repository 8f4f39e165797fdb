/** Times, spans and states as the command line shows them. */
import { assertNever } from '@shared/errors'
import type { RunStatus } from '@shared/model/run'
import type { TaskState } from '@shared/model/task'
import type { Colours } from './terminal'

/** `2027-03-28 03:00:00` in the machine's zone. */
export function exact(instant: string): string {
  return new Date(instant).toLocaleString('sv-SE')
}

/** `in 5 m`, `3 h ago`, `now`. */
export function relative(instant: string, now: number): string {
  const ms = Date.parse(instant) - now
  const span = coarse(Math.abs(ms))
  if (span === '0 s') return 'now'
  return ms > 0 ? `in ${span}` : `${span} ago`
}

export function when(instant: string | null, now: number): string {
  return instant === null ? '–' : `${relative(instant, now)} (${exact(instant)})`
}

/** Of what is planned: `due now (…)` once it has come, however long ago by a clock that was set. */
export function whenNext(instant: string | null, now: number): string {
  return instant !== null && Date.parse(instant) <= now ? `due now (${exact(instant)})` : when(instant, now)
}

function coarse(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} m`
  const days = Math.round(hours / 24)
  return `${days} d`
}

/** `340 ms`, `4.2 s`, `1 m 04 s`, `2 h 05 m`. */
export function took(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const padded = (value: number): string => String(value).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${padded(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${padded(Math.floor((seconds % 3600) / 60))} m`
}

const words: Readonly<Record<TaskState | RunStatus, string>> = {
  idle: '· idle',
  queued: '· queued',
  running: '▶ running',
  succeeded: '✓ succeeded',
  failed: '✗ failed',
  timed_out: '◷ timed out',
  cancelled: '⊘ cancelled',
  interrupted: 'ϟ interrupted',
  expired: '◇ expired',
  paused: '‖ paused',
  disabled: '○ disabled',
}

/** Shape and word, and on a terminal colour. */
export function state(value: TaskState | RunStatus, colours: Colours): string {
  const text = words[value]
  switch (value) {
    case 'succeeded':
      return colours.green(text)
    case 'running':
      return colours.blue(text)
    case 'failed':
      return colours.red(text)
    case 'timed_out':
    case 'expired':
      return colours.yellow(text)
    case 'interrupted':
      return colours.magenta(text)
    case 'idle':
    case 'queued':
    case 'cancelled':
    case 'paused':
    case 'disabled':
      return colours.dim(text)
    default:
      return assertNever(value)
  }
}
