/** Fates of a task's occurrences in their order, consecutive equal ones as one range. */
import type { LateReason, SkipReason } from '@shared/model/occurrence'

export type Fate =
  | { readonly state: 'skipped'; readonly reason: SkipReason }
  | { readonly state: 'missed'; readonly reason: LateReason }
  | { readonly state: 'paused'; readonly reason: 'task' | 'everything' }

/** Consecutive occurrences with one fate; ms. */
export type FateRange = Fate & { readonly from: number; readonly until: number; readonly count: number }

/** Adds what comes after all that the list has; what runs stands between ranges. */
export function addFate<R extends { readonly since: number }>(list: (R | FateRange)[], range: FateRange): void {
  const last = list.at(-1)
  if (last !== undefined && 'state' in last && last.state === range.state && last.reason === range.reason)
    list[list.length - 1] = { ...last, until: range.until, count: last.count + range.count }
  else list.push(range)
}
