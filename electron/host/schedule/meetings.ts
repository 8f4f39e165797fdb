/** The occurrences of several triggers, with all that meet in each second; each trigger is asked only for what it has next. Pure. */
import type { Trigger } from '@shared/model/trigger'
import type { CronInstant } from '@shared/schedule/cron'
import { nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

export interface Meeting {
  /** Ms since the epoch: of the first of them. */
  readonly at: number
  /** Indexes of the triggers that come in this second, at least one. */
  readonly triggers: readonly number[]
  /** A gap swallows all of them. */
  readonly lost: boolean
}

/** Strictly after `after`, before `end` (ms), soonest first. */
export function* meetingsOf(
  triggers: readonly Trigger[],
  after: number,
  end: number,
  moment: Moment,
): Generator<Meeting> {
  const nexts: (CronInstant | undefined)[] = triggers.map((trigger) => nextOfTrigger(trigger, after, moment))
  for (;;) {
    let first = Infinity
    for (const next of nexts) if (next !== undefined && next.at < first) first = next.at
    if (first >= end) return
    const last = wholeSecond(first) + 999
    const met: number[] = []
    let lost = true
    for (const [index, trigger] of triggers.entries()) {
      const next = nexts[index]
      if (next === undefined || next.at > last) continue
      met.push(index)
      lost &&= next.lost
      nexts[index] = nextOfTrigger(trigger, last, moment)
    }
    yield { at: first, triggers: met, lost }
  }
}
