import type { Task } from '@shared/model/task'

/** When the task's occurrence at `at` is due (ms). */
export function dueOf({ id, policy }: Pick<Task, 'id' | 'policy'>, at: number): number {
  return at + jitterOf(id, at, policy.jitter)
}

/**
 * How much later an occurrence comes, 0 to `jitter` ms: a hash of task and instant, so that it is the same after a restart.
 * FNV-1a over the text `task@instant`.
 */
export function jitterOf(taskId: string, at: number, jitter: number): number {
  if (jitter === 0) return 0
  let hash = 0x811c9dc5
  for (const letter of `${taskId}@${at}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0
  // The last letters hardly reach the upper bits by themselves.
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d) >>> 0
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b) >>> 0
  hash = (hash ^ (hash >>> 16)) >>> 0
  return Math.floor((hash / 2 ** 32) * (jitter + 1))
}
