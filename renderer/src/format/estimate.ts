import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'

/** The middle value, undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle]
  const [low, high] = [sorted[middle - 1], sorted[middle]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/** How long a task usually takes, in ms: the median of its recent runs that succeeded. */
export function usualDuration(task: Pick<TaskView, 'recent'> | undefined): number | undefined {
  return median(
    (task?.recent ?? []).flatMap((run) =>
      run.status === 'succeeded' && run.durationMs !== null ? [run.durationMs] : [],
    ),
  )
}

/**
 * Milliseconds that a run will probably still take: by its own progress once that says something, else by how long the
 * task usually takes. Undefined when neither tells, or when it should be over already.
 */
export function estimateLeft(
  run: Pick<Run, 'startedAt' | 'progress'>,
  usual: number | undefined,
  now: number,
): number | undefined {
  if (run.startedAt === null) return undefined
  const elapsed = Math.max(0, now - Date.parse(run.startedAt))
  const { percent = null, updatedAt } = run.progress ?? {}
  if (percent !== null && percent >= 1 && percent < 100 && elapsed > 2000) {
    // The percentage was true when it was reported; since then time has passed.
    const then = Math.max(
      1000,
      (updatedAt === undefined ? now : Math.min(now, Date.parse(updatedAt))) - Date.parse(run.startedAt),
    )
    const left = then * (100 / percent) - elapsed
    return left > 0 ? left : undefined
  }
  return usual !== undefined && usual > elapsed ? usual - elapsed : undefined
}
