/** What all time triggers of a task come to. Pure. */
import type { Trigger, TriggerKind } from '@shared/model/trigger'
import { goesOn, nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

export interface Occurrence {
  readonly at: number
  /** Index of the trigger that brings it; the first, where several meet. */
  readonly trigger: number
  readonly kind: TriggerKind
  /** The task's own DST rule lets a gap swallow it: recorded, never run. */
  readonly lost: boolean
}

/**
 * Everything at or before it is decided (ms). Two marks, because a clock that was set back lets rhythms go on while fixed times
 * do not repeat.
 */
export interface Marks {
  readonly fixed: number
  readonly cadence: number
}

export function bothAt(at: number): Marks {
  return { fixed: at, cadence: at }
}

/** The marks once the clock was set back: rhythms go on at `from`, fixed times where they do not `stay` decided. */
export function setBackMarks(marks: Marks, from: number, fixedStay: boolean): Marks {
  return {
    fixed: fixedStay ? marks.fixed : Math.min(marks.fixed, from - 1),
    cadence: Math.min(marks.cadence, from - 1),
  }
}

/** The first occurrence strictly after the marks, over all triggers. */
export function nextOccurrence(triggers: readonly Trigger[], after: Marks, moment: Moment): Occurrence | undefined {
  let first: Occurrence | undefined
  for (const [index, trigger] of triggers.entries()) {
    const next = nextOfTrigger(trigger, markOf(trigger, after), moment)
    if (next === undefined || (first !== undefined && !comesBefore(next, first))) continue
    first = { at: next.at, trigger: index, kind: trigger.kind, lost: next.lost }
  }
  return first
}

/** The one that counts for the trigger. */
export function markOf(trigger: Trigger, { fixed, cadence }: Marks): number {
  return fixed === cadence || !goesOn(trigger) ? fixed : cadence
}

/** What runs goes before what is lost in the same second: the two are one occurrence. */
function comesBefore(one: { at: number; lost: boolean }, other: { at: number; lost: boolean }): boolean {
  if (one.lost !== other.lost && wholeSecond(one.at) === wholeSecond(other.at)) return other.lost
  return one.at < other.at
}

/** The marks once the occurrence at `at` is decided: triggers that meet in the same second make one occurrence. */
export function decidedUpTo(at: number, marks: Marks): Marks {
  const end = wholeSecond(at) + 999
  return { fixed: Math.max(marks.fixed, end), cadence: Math.max(marks.cadence, end) }
}

/** Occurrences after the marks, soonest first, at most `count` and none after `end`. */
export function* occurrences(
  triggers: readonly Trigger[],
  after: Marks,
  moment: Moment,
  limit: { readonly count: number; readonly end?: number },
): Generator<Occurrence> {
  let marks = after
  for (let made = 0; made < limit.count; made++) {
    const next = nextOccurrence(triggers, marks, moment)
    if (next === undefined || (limit.end !== undefined && next.at > limit.end)) return
    yield next
    marks = decidedUpTo(next.at, marks)
  }
}
