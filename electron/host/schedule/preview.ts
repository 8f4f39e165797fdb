/** What triggers come to, for showing. Pure. */
import type { SchedulePreview } from '@shared/model/schedule'
import type { Trigger } from '@shared/model/trigger'
import { bothAt, occurrences } from './occurrences'
import type { Moment } from './trigger-times'

const day = 86_400_000
const month = 30 * day
/** Enough for a good mean; a task that runs each second is not enumerated for a month. */
const sample = 1000

/** @param now ms since the epoch; @param count how many of the next instants to give, 1 to 100 */
export function previewSchedule(
  triggers: readonly Trigger[],
  now: number,
  moment: Moment,
  count: number,
): SchedulePreview {
  const next = [...occurrences(triggers, bothAt(now), moment, { count })]
  const soon = [...occurrences(triggers, bothAt(now), moment, { count: sample, end: now + month })]
  const last = soon.at(-1)
  const span = soon.length === sample && last ? last.at - now : month
  return {
    next: next.map(({ at, trigger }) => ({ at: new Date(at).toISOString(), trigger })),
    perDay: next.length === 0 ? null : (soon.length * day) / span,
    jitter: 0,
    skippedPerDay: 0,
    dst: [],
    warnings: [],
    collisions: [],
    compared: 0,
  }
}
