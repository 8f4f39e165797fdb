/** The occurrences of triggers that will really run, for showing. Pure. Instants are ms. */
import type { Trigger } from '@shared/model/trigger'
import { bothAt, decidedUpTo, nextOccurrence, type Occurrence } from './occurrences'
import { openFrom, type Windows } from './openings'
import { isOpen } from './time-windows'
import type { Moment } from './trigger-times'

export interface Planned {
  readonly triggers: readonly Trigger[]
  readonly moment: Moment
  readonly windows: Windows
  /** How long a run is taken to last, ms: a fixed delay counts from its end. */
  readonly duration: number
}

/** Steps over what windows and gaps swallow between two that run. */
const mostSteps = 4000
/** What is closed for longer is taken for closed for ever: each day of it is looked at. */
export const longestClosed = 5 * 366 * 86_400_000

/** Strictly after `after`, soonest first, at most `count`, none at or after `end`; fewer where none is found in 4,000 steps. */
export function* plannedRuns(
  { triggers, windows, duration, moment: first }: Planned,
  after: number,
  limit: { readonly count: number; readonly end: number },
): Generator<Occurrence> {
  let marks = bothAt(after)
  let moment = first
  let made = 0
  for (let steps = 0; made < limit.count && steps < mostSteps; steps++) {
    const next = nextOccurrence(triggers, marks, moment)
    if (next === undefined || next.at >= limit.end) return
    marks = decidedUpTo(next.at, marks)
    if (next.lost) continue
    if (!isOpen(next.at, windows, moment.zone)) {
      const open = openFrom(next.at, windows, moment.zone, Math.min(limit.end, next.at + longestClosed))
      if (open === undefined) return
      marks = decidedUpTo(Math.max(marks.fixed, open - 1000), marks)
      continue
    }
    yield next
    made++
    steps = 0
    if (moment.idleSince !== null) moment = { ...moment, idleSince: next.at + duration }
  }
}
