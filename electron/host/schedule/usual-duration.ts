import type { RecentRun } from '@shared/model/run'

/** Ms: the median of the runs that succeeded, else of all that have one; 1 s for a task that has never run. */
export function usualDuration(recent: readonly RecentRun[]): number {
  const good = recent.filter(({ status }) => status === 'succeeded')
  const known = (good.length > 0 ? good : recent).flatMap(({ durationMs }) => durationMs ?? [])
  return known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 1000
}
