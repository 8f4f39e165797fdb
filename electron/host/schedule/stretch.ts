/** How many occurrences lie in a stretch, without looking at each: a clock may leap by years. Pure. Instants are ms. */
import type { Task } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'
import { countCron } from '@shared/schedule/cron'
import { markOf, type Marks, type Occurrence } from './occurrences'
import { nextBoundary } from './boundaries'
import { nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

export interface Stretch {
  readonly from: number
  readonly until: number
  readonly count: number
}

/**
 * The occurrences from the next one after the marks on, at or before `end`, as far as one trigger brings all of them, none is to
 * be skipped, and they lie in a window or a blackout as the first does. Undefined where they have to be looked at one by one.
 */
export function stretchFrom(
  task: Task,
  next: Occurrence,
  marks: Marks,
  end: number,
  moment: Moment,
): Stretch | undefined {
  let until = end
  for (const [index, trigger] of task.triggers.entries()) {
    const other = index === next.trigger ? undefined : nextOfTrigger(trigger, markOf(trigger, marks), moment)
    // What meets in a second is one occurrence.
    if (other !== undefined) until = Math.min(until, wholeSecond(other.at) - 1)
  }
  for (const skip of task.skips.map((at) => Date.parse(at))) if (skip >= next.at) until = Math.min(until, skip - 1)
  if (until < next.at || next.lost) return undefined
  const { active, blackouts } = task.policy
  if (active.length > 0 || blackouts.length > 0)
    until = Math.min(until, nextBoundary(next.at, task.policy, moment.zone) - 1)
  const counted = count(task.triggers[next.trigger], next.at, until, moment.zone)
  return counted && { from: next.at, until: counted.last, count: counted.count }
}

function count(
  trigger: Trigger | undefined,
  first: number,
  end: number,
  zone: string,
): { readonly count: number; readonly last: number } | undefined {
  if (trigger?.kind !== 'cron' && (trigger?.kind !== 'interval' || trigger.mode === 'fixed-delay')) return undefined
  const last = trigger.until === undefined ? end : Math.min(end, Date.parse(trigger.until))
  if (trigger.kind === 'cron') return countCron(trigger.expression, trigger.timezone ?? zone, first, last)
  const more = Math.floor((last - first) / trigger.every)
  return { count: more + 1, last: first + more * trigger.every }
}
