/** The next occurrence that is really to run. Pure. */
import type { Task } from '@shared/model/task'
import { decidedUpTo, nextOccurrence, type Marks, type Occurrence } from './occurrences'
import { isOpen } from './time-windows'
import type { Moment } from './trigger-times'

/** How far to look; in closed time a step goes over a minute at least. */
const tries = 2000
const minute = 60_000

/** From `first` on, the first that is neither swallowed by a gap, nor skipped, nor in closed time; undefined where none is near. */
export function nextToRun(
  task: Task,
  first: Occurrence | undefined,
  after: Marks,
  moment: Moment,
): Occurrence | undefined {
  const skips = new Set(task.skips.map((skip) => Date.parse(skip)))
  let next = first
  let marks = after
  for (let tried = 0; next !== undefined && tried < tries; tried++) {
    const open = isOpen(next.at, task.policy, moment.zone)
    if (open && !next.lost && !skips.has(next.at)) return next
    // Windows begin and end with a minute.
    marks = decidedUpTo(open ? next.at : Math.floor(next.at / minute) * minute + minute - 1, marks)
    next = nextOccurrence(task.triggers, marks, moment)
  }
  return undefined
}
