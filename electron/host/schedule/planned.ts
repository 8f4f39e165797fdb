/** The occurrences of triggers that will really run, for showing. Pure. Instants are ms. */
import type { Trigger } from '@shared/model/trigger'
import { isDelay } from './decide'
import { decidedUpTo, nextOccurrence, type Marks, type Occurrence } from './occurrences'
import type { Windows } from './boundaries'
import { canMeet } from './minutes-of-day'
import { openings, type Openings } from './openings'
import type { Moment } from './trigger-times'

export interface Planned {
  readonly triggers: readonly Trigger[]
  readonly moment: Moment
  readonly windows: Windows
  /** Instants that are not to run. */
  readonly skips?: readonly string[]
  /** How long a run is taken to last, ms: a fixed delay counts from its end. */
  readonly duration: number
  /** Of these windows in this zone, where more is asked about them. */
  readonly openings?: Openings
}

/** Steps over what windows and gaps swallow between two that run. */
const mostSteps = 2000
/** Ms that occurrences are swallowed one after another: the 29th of February is a Monday again after 28 years, or 40. */
const longestSwallowed = 40 * 366 * 86_400_000
/** What is closed for longer is taken for closed for ever: each day of it is looked at. */
export const longestClosed = 5 * 366 * 86_400_000

/** Closed one after another: then it is asked which triggers can come while it is open at all. */
const mostClosed = 100
const never: Trigger = { kind: 'manual' }

/** Strictly after the marks, soonest first, at most `count`, none at or after `end`; fewer where none is found in 2,000 steps or 40 years. */
export function* plannedRuns(
  { triggers: all, windows, skips = [], duration, moment: first, openings: given }: Planned,
  after: Marks,
  limit: { readonly count: number; readonly end: number },
): Generator<Occurrence> {
  const unwanted = new Set(skips.map((at) => Date.parse(at)))
  const open = given ?? openings(windows, first.zone)
  let triggers = all
  let marks = after
  let moment = first
  let made = 0
  let swallowedSince: number | undefined
  let closed = 0
  /** Up to here the triggers are only those that can come while it is open. */
  let sievedUntil = -Infinity
  for (let steps = 0; made < limit.count && steps < mostSteps; steps++) {
    const next = nextOccurrence(triggers, marks, moment)
    if (next === undefined || next.at >= limit.end) return
    if (swallowedSince !== undefined && next.at - swallowedSince > longestSwallowed) return
    if (triggers !== all && next.at >= sievedUntil) {
      triggers = all
      closed = 0
      continue
    }
    marks = decidedUpTo(next.at, marks)
    const trigger = triggers[next.trigger]
    let idleSince = next.at
    const isClosed = !next.lost && !open.isOpen(next.at)
    if (next.lost || isClosed) swallowedSince ??= next.at
    if (next.lost) continue
    if (isClosed) {
      const end = Math.min(limit.end, next.at + longestClosed)
      const opens = open.from(next.at, end)
      if (opens === undefined) return
      marks = decidedUpTo(opens - 1000, marks)
      if (++closed === mostClosed) {
        const minutes = open.everOpen(opens, end)
        triggers = all.map((one) => (canMeet(one, minutes, opens, end, moment) ? one : never))
        sievedUntil = end
      }
      if (!isDelay(trigger)) continue
      idleSince = lastDelay(trigger, next.at, opens)
    } else if (!unwanted.has(next.at)) {
      yield next
      made++
      steps = 0
      swallowedSince = undefined
      closed = 0
      idleSince += duration
    } else if (!isDelay(trigger)) continue
    if (moment.idleSince !== null) moment = { ...moment, idleSince }
  }
}

/** A fixed delay counts anew from each of its instants that does not run: from the last before `open`. */
function lastDelay(trigger: Trigger | undefined, at: number, open: number): number {
  if (trigger?.kind !== 'interval' || trigger.mode !== 'fixed-delay') return at
  return at + Math.floor((open - 1 - at) / trigger.every) * trigger.every
}
