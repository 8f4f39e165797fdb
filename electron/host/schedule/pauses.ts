/** Which pause holds when. Pure. Instants are ms; a pause holds from `since` until before `until`. */
import type { Pause } from '@shared/model/task'

export type PausedBy = 'task' | 'everything'

export interface Pauses {
  readonly task: Pause | null
  readonly everything: Pause | null
}

/** What pauses any moment of `[from, until]`; null for nothing. */
export function pausedBetween({ task, everything }: Pauses, from: number, until: number): PausedBy | null {
  if (task !== null && holds(task, from, until)) return 'task'
  return everything !== null && holds(everything, from, until) ? 'everything' : null
}

/**
 * Until when a pause holds that was made and is not over; null for until resumed, undefined when there is none. One since a
 * moment that a clock set back by a second has yet to reach again holds, too.
 */
export function pausedUntil({ task, everything }: Pauses, now: number): number | null | undefined {
  const ends = [task, everything]
    .filter((pause) => pause !== null && holds(pause, now, Number.POSITIVE_INFINITY))
    .map((pause) => (pause?.until ? Date.parse(pause.until) : null))
  return ends.length === 0 ? undefined : ends.includes(null) ? null : Math.max(...ends.map(Number))
}

function holds({ since, until }: Pause, from: number, to: number): boolean {
  return Date.parse(since) <= to && (until === null || Date.parse(until) > from)
}
