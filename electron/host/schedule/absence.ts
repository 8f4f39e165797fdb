/** What explains that nothing is on record of a task at an instant. Pure. */
import type { Pause, Task } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'
import type { WhyAnswer } from '@shared/model/why'
import { bothAt, nextOccurrence, type Marks } from './occurrences'
import { wholeSecond, type Moment } from './trigger-times'

export interface Around {
  /** Ms: today's triggers' occurrence in the second of the instant, the last before it, and the first after it. */
  readonly planned: number | undefined
  readonly previous: number | undefined
  readonly next: number | undefined
}

/** Ms; nobody asks for what was planned longer ago. */
const farthest = 20 * 366 * 86_400_000

/**
 * What the triggers plan around `at` (ms). A fixed delay hangs on runs, so that it tells only what comes next.
 * @param nextAt ms; the planner's own answer
 */
export function plannedAround(task: Task, at: number, moment: Moment, nextAt: number | undefined): Around {
  const triggers = task.triggers.filter((trigger) => !isDelay(trigger))
  const second = wholeSecond(at)
  const first = (after: number): number | undefined => nextOccurrence(triggers, bothAt(after), moment)?.at
  const here = first(second - 1)
  const planned = here !== undefined && here < second + 1000 ? here : undefined
  const timed = planned === undefined ? here : first(second + 999)
  const delayed = triggers.length < task.triggers.length && nextAt !== undefined && nextAt > at ? nextAt : undefined
  const later = [timed, delayed].filter((one) => one !== undefined)
  return {
    planned,
    previous: lastBefore(second, first),
    next: later.length === 0 ? undefined : Math.min(...later),
  }
}

/** The last occurrence before `end`, found from the first one after instants ever farther back, then ever nearer. */
function lastBefore(end: number, first: (after: number) => number | undefined): number | undefined {
  let last: number | undefined
  let clear = end
  for (let span = 60_000; last === undefined && span <= farthest; span *= 2) {
    const found = first(end - span - 1)
    if (found !== undefined && found < end) last = found
    else clear = end - span
  }
  // None is from `clear` on.
  while (last !== undefined && clear - last > 1000) {
    const middle = last + Math.floor((clear - last) / 2)
    const found = first(middle - 1)
    if (found !== undefined && found < end) {
      if (found === last) break
      last = found
    } else clear = middle
  }
  return last
}

export interface AbsenceFacts {
  readonly at: number
  readonly now: number
  readonly around: Around
  readonly marks: Marks
  readonly pausedAll: Pause | null
}

export function absenceOf(
  task: Task,
  { at, now, around, marks, pausedAll }: AbsenceFacts,
): NonNullable<WhyAnswer['absence']> {
  const { planned, next } = around
  if (at < Date.parse(task.countsFrom)) return 'before_counting'
  if (!task.enabled) return 'disabled'
  if (!task.triggers.some(isTimed)) return 'no_time_trigger'
  if (planned === undefined && next === undefined) return 'spent'
  if (planned === undefined) return at > now && task.triggers.some(isDelay) ? 'not_yet' : 'not_planned'
  if (holds(task.pause, planned) || holds(pausedAll, planned)) return 'paused'
  return planned > Math.min(now, marks.fixed, marks.cadence) ? 'not_yet' : 'removed_history'
}

function holds(pause: Pause | null, at: number): boolean {
  return pause !== null && Date.parse(pause.since) <= at && (pause.until === null || Date.parse(pause.until) > at)
}

function isTimed({ kind }: Trigger): boolean {
  return kind === 'cron' || kind === 'interval' || kind === 'date'
}

function isDelay(trigger: Trigger): boolean {
  return trigger.kind === 'interval' && trigger.mode === 'fixed-delay'
}
