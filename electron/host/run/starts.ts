/** How often tasks with a rate limit were started lately. */
import type { Policy } from '@shared/model/policy'
import type { Task } from '@shared/model/task'
import type { RunStore } from '../store/types'

export interface Starts {
  /** A run of the task begins at `at` (ms). */
  add(task: Task, at: number): void
  /** One more now (ms) would be more than the limit allows. */
  isOver(task: Task, limit: NonNullable<Policy['rateLimit']>, now: number): boolean
}

export function createStarts(runs: Pick<RunStore, 'createdSince'>): Starts {
  /** Instants, earliest first, of tasks that were asked about. */
  const known = new Map<string, number[]>()
  return {
    add(task, at) {
      known.get(task.id)?.push(at)
    },
    isOver(task, { max, per }, now) {
      // Also those that another host has begun.
      const before = known.get(task.id) ?? runs.createdSince(task.id, now - per).reverse()
      const within = before.filter((at) => at > now - per && at <= now)
      known.set(task.id, within)
      return within.length >= max
    },
  }
}
