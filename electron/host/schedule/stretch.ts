/** How many instants of one steady rhythm lie in a stretch, without looking at each: a clock may leap by years. Pure. */
import type { Task } from '@shared/model/task'
import type { Marks } from './occurrences'
import { nextOfTrigger, type Moment } from './trigger-times'

/** Instants are ms. */
export interface Stretch {
  readonly from: number
  readonly until: number
  readonly count: number
}

/**
 * What comes after the marks and at or before `end`, where that can be reckoned: the task's one trigger is a fixed rate and
 * nothing but its triggers decides which of its instants there are. Undefined elsewhere, and for nothing.
 */
export function steadyStretch(task: Task, marks: Marks, end: number, moment: Moment): Stretch | undefined {
  const [trigger] = task.triggers
  if (task.triggers.length !== 1 || trigger?.kind !== 'interval' || trigger.mode !== 'fixed-rate') return undefined
  const { jitter, active, blackouts } = task.policy
  if (jitter > 0 || active.length > 0 || blackouts.length > 0 || task.skips.length > 0) return undefined
  const first = nextOfTrigger(trigger, marks.cadence, moment)
  if (first === undefined) return undefined
  const last = trigger.until === undefined ? end : Math.min(end, Date.parse(trigger.until))
  if (first.at > last) return undefined
  const more = Math.floor((last - first.at) / trigger.every)
  return { from: first.at, until: first.at + more * trigger.every, count: more + 1 }
}
