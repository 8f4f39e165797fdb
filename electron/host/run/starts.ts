/** How often tasks with a rate limit were started lately, by hand or not. A run counts from the moment that it is queued. */
import type { Task } from '@shared/model/task'
import type { RunStore } from '../store/types'

export interface Starts {
  /** A run of the task is queued at `at` (ms). */
  add(task: Task, at: number): void
  /** It could not be: the disk refused. */
  takeBack(task: Task, at: number): void
  /** One more now (ms) would be more than the task's limit allows. */
  isOver(task: Task, now: number): boolean
}

interface Known {
  /** Ms; what is older was dropped. */
  readonly per: number
  /** Instants, ms. */
  readonly at: readonly number[]
}

export function createStarts(runs: Pick<RunStore, 'createdSince'>): Starts {
  const known = new Map<string, Known>()

  const within = (task: Task, per: number, now: number): readonly number[] => {
    const before = known.get(task.id)
    // Also those of earlier hosts, and from before the task had this limit.
    const all = before !== undefined && before.per >= per ? before.at : runs.createdSince(task.id, now - per)
    // A clock that was set back must not hold the task up until it comes to what it had counted.
    const at = all.filter((start) => start > now - per && start <= now)
    known.set(task.id, { per, at })
    return at
  }

  return {
    add(task, at) {
      const limit = task.policy.rateLimit
      if (limit === null) known.delete(task.id)
      else known.set(task.id, { per: limit.per, at: [...within(task, limit.per, at), at] })
    },
    takeBack(task, at) {
      const before = known.get(task.id)
      const index = before?.at.lastIndexOf(at) ?? -1
      if (before && index !== -1) known.set(task.id, { ...before, at: before.at.toSpliced(index, 1) })
    },
    isOver(task, now) {
      const limit = task.policy.rateLimit
      return limit !== null && within(task, limit.per, now).length >= limit.max
    },
  }
}
