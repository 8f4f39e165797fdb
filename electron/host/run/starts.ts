/**
 * How often tasks with a rate limit were started lately, by hand or not: an occurrence that is over the limit has no run, and one
 * that had to wait for its turn waits on until the limit lets it start.
 */
import type { Task } from '@shared/model/task'
import type { RunStore, StartOfRun } from '../store/types'

export interface Starts {
  /** A run of the task is taken on at `at` (ms), and stands for a start until it has one. */
  add(task: Task, runId: string, at: number): void
  /** It has its slot. */
  began(task: Task, runId: string, at: number): void
  /** It will not start. */
  takeBack(task: Task, runId: string): void
  /** One more taken on now (ms) would be more than the task's limit allows. */
  isOver(task: Task, now: number): boolean
  /** When (ms) the next of those that were taken on may start; `now` or before for at once. */
  notBefore(task: Task, now: number): number
}

interface Known {
  /** Ms; what is older was dropped. */
  readonly per: number
  /** Earliest first. */
  readonly starts: StartOfRun[]
}

/** Ms: what the limit allows so soon waits for it. A rhythm that is just what it allows must not lose every other occurrence. */
export const nearly = 500

export function createStarts(runs: Pick<RunStore, 'startsSince'>): Starts {
  const known = new Map<string, Known>()

  const fromStore = (task: Task, per: number, now: number, before: Known | undefined): StartOfRun[] => {
    const all = new Map(runs.startsSince(task.id, now - per).map((start) => [start.runId, start]))
    for (const start of before?.starts ?? []) all.set(start.runId, start)
    return [...all.values()].sort((a, b) => a.at - b.at)
  }

  const within = (task: Task, per: number, now: number): StartOfRun[] => {
    const before = known.get(task.id)
    // Also those of earlier hosts, and from before the task had this limit.
    const reaches = before !== undefined && before.per >= per
    const starts = reaches ? before.starts : fromStore(task, per, now, before)
    known.set(task.id, { per, starts })
    let old = 0
    while ((starts[old]?.at ?? now) <= now - per) old++
    starts.splice(0, old)
    // A clock that was set back must not hold the task up until it comes to what it had counted.
    while ((starts.at(-1)?.at ?? now) > now) starts.pop()
    return starts
  }

  /** When there is room for one more among those. */
  const room = ({ policy: { rateLimit } }: Task, starts: readonly StartOfRun[]): number => {
    const first = rateLimit === null ? undefined : starts[starts.length - rateLimit.max]
    return rateLimit === null || first === undefined ? Number.NEGATIVE_INFINITY : first.at + rateLimit.per
  }

  const put = (task: Task, start: StartOfRun): void => {
    const { rateLimit } = task.policy
    if (rateLimit === null) {
      known.delete(task.id)
      return
    }
    const starts = within(task, rateLimit.per, start.at)
    const index = starts.findLastIndex(({ runId }) => runId === start.runId)
    if (index !== -1) starts.splice(index, 1)
    starts.push(start)
  }

  return {
    add: (task, runId, at) => put(task, { runId, at, began: false }),
    began: (task, runId, at) => put(task, { runId, at, began: true }),
    takeBack(task, runId) {
      const starts = known.get(task.id)?.starts ?? []
      const index = starts.findLastIndex((start) => start.runId === runId)
      if (index !== -1) starts.splice(index, 1)
    },
    isOver(task, now) {
      const { rateLimit } = task.policy
      return rateLimit !== null && room(task, within(task, rateLimit.per, now)) - now >= nearly
    },
    notBefore(task, now) {
      const { rateLimit } = task.policy
      if (rateLimit === null) return now
      const starts = within(task, rateLimit.per, now)
      return starts.length < rateLimit.max
        ? now
        : Math.max(
            now,
            room(
              task,
              starts.filter((start) => start.began),
            ),
          )
    },
  }
}
