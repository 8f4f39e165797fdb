/** What all triggers of a task come to. Pure. */
import type { Trigger, TriggerKind } from '@shared/model/trigger'
import { nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

export interface Occurrence {
  readonly at: number
  /** Index of the trigger that brings it; the first, where several meet. */
  readonly trigger: number
  readonly kind: TriggerKind
}

/** The first occurrence strictly after `after`, over all triggers. */
export function nextOccurrence(triggers: readonly Trigger[], after: number, moment: Moment): Occurrence | undefined {
  let first: Occurrence | undefined
  for (const [index, trigger] of triggers.entries()) {
    const at = nextOfTrigger(trigger, after, moment)
    if (at !== undefined && (first === undefined || at < first.at)) first = { at, trigger: index, kind: trigger.kind }
  }
  return first
}

/** From where to look for the occurrence after `at`: triggers that meet in the same second make one occurrence. */
export function afterSecondOf(at: number): number {
  return wholeSecond(at) + 999
}

/** Occurrences after `after`, soonest first, at most `count` and none after `end`. */
export function* occurrences(
  triggers: readonly Trigger[],
  after: number,
  moment: Moment,
  limit: { readonly count: number; readonly end?: number },
): Generator<Occurrence> {
  let from = after
  for (let made = 0; made < limit.count; made++) {
    const next = nextOccurrence(triggers, from, moment)
    if (next === undefined || (limit.end !== undefined && next.at > limit.end)) return
    yield next
    from = afterSecondOf(next.at)
  }
}

export interface Due {
  /** The latest occurrence at or before now. */
  readonly latest: Occurrence
  /** How many earlier ones it stands for; counted up to `countLimit`. */
  readonly folded: number
}

const countLimit = 10_000

/**
 * What has come due in `(after, now]`. However long the machine slept, the work is bounded: past `countLimit` occurrences
 * the count stops and only the latest is looked for.
 */
export function dueOccurrences(
  triggers: readonly Trigger[],
  after: number,
  now: number,
  moment: Moment,
): Due | undefined {
  let latest: Occurrence | undefined
  let count = 0
  for (const occurrence of occurrences(triggers, after, moment, { count: countLimit, end: now })) {
    latest = occurrence
    count++
  }
  if (latest === undefined) return undefined
  if (count < countLimit) return { latest, folded: count - 1 }
  for (let span = 1000; span < now - latest.at; span *= 4) {
    const late = [...occurrences(triggers, now - span, moment, { count: countLimit, end: now })].at(-1)
    if (late !== undefined) return { latest: late, folded: count - 1 }
  }
  return { latest, folded: count - 1 }
}
