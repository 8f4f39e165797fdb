/** What a run's own progress and the task's past tell about its end. */
import { hasEnded, type RecentRun, type Run } from '@shared/model/run'

/** Milliseconds still to go by the reported percentage; null when that says too little. */
export function remainingMs(run: Pick<Run, 'status' | 'startedAt' | 'progress'>): number | null {
  const { startedAt, progress } = run
  if (hasEnded(run.status) || startedAt === null || progress === null || progress.percent === null) return null
  const { percent } = progress
  if (percent < 1 || percent >= 100) return null
  const spent = Date.parse(progress.updatedAt) - Date.parse(startedAt)
  return spent <= 0 ? null : (spent * (100 - percent)) / percent
}

/** The instant (ms since the epoch) at which it ends if it goes on like this; null when nothing is known. */
export function expectedEnd(run: Pick<Run, 'status' | 'startedAt' | 'progress'>): number | null {
  const left = remainingMs(run)
  return left === null || run.progress === null ? null : Date.parse(run.progress.updatedAt) + left
}

/** The median of how long successful runs took, in ms; null when there was none. */
export function usualDuration(recent: readonly Pick<RecentRun, 'status' | 'durationMs'>[]): number | null {
  const durations = recent.flatMap((run) => (run.status === 'succeeded' && run.durationMs !== null ? [run.durationMs] : []))
  return quantile(durations, 0.5)
}

/** @param part 0 to 1; the value at or below which that part lies (nearest rank); null for an empty list */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null
}
