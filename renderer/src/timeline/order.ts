import { mattersOf, needsAttention } from '@shared/model/attention'
import type { TaskView } from '@shared/model/task'

/**
 * Tasks that have a lane: those that will run before `until` (ms since the epoch), are running, ran lately, or need someone.
 */
export function hasLane(task: TaskView, ranLately: boolean, until: number): boolean {
  return (
    (task.nextAt !== null && Date.parse(task.nextAt) < until) ||
    task.activeRuns.length > 0 ||
    ranLately ||
    needsAttention(task)
  )
}

/** What is broken stands above what was missed and what cannot fire. */
function urgencyOf(task: TaskView): number | undefined {
  const [worst] = mattersOf(task)
  return worst === undefined ? undefined : worst === 'broken' ? 0 : 1
}

/**
 * Ids by attention, then running, then what is next.
 * @param runningFor ms that a task's oldest active run has taken; a run of seconds does not move its lane
 */
export function laneOrder(tasks: readonly TaskView[], runningFor: (task: TaskView) => number): string[] {
  const rank = (task: TaskView): number =>
    urgencyOf(task) ?? (runningFor(task) > 10_000 ? 2 : task.nextAt !== null ? 3 : 4)
  const keyed = tasks.map((task) => ({ task, rank: rank(task) }))
  keyed.sort(
    (a, b) =>
      a.rank - b.rank ||
      (a.task.nextAt ?? '').localeCompare(b.task.nextAt ?? '') ||
      a.task.name.localeCompare(b.task.name),
  )
  return keyed.map(({ task }) => task.id)
}
