/** What triggers come to, for showing: before saving, and on a task's page. */
import type { SchedulePreview } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import { collisionsOf } from './collisions'
import { dstNotes } from './dst-notes'
import { paceOf } from './pace'
import { bothAt } from './occurrences'
import { definitionWarnings, type Definition, type WarningFacts } from './definition-warnings'
import { plannedRuns } from './planned'
import { nextOfTrigger, type Moment } from './trigger-times'
import { turns } from './turns'

export interface PreviewInput extends Definition, Pick<WarningFacts, 'place'> {
  /** Ms since the epoch. */
  readonly now: number
  /** How many of the next instants to give, 1 to 100. */
  readonly count: number
  /** Tasks that are planned, too. */
  readonly others: readonly Task[]
  readonly momentOf: (task: Task) => Moment
  readonly durationOf: (taskId: string) => number
  readonly breathe: () => Promise<void>
  /** Real ms. */
  readonly monotonic: () => number
}

const year = 366 * 86_400_000
/** How far ahead an occurrence may be. */
const furthest = 100 * year
/** Runs that are compared with other tasks. */
const compared = 100
/** Ms of work after which no more tasks are compared. */
const patience = 60

export async function previewSchedule(input: PreviewInput): Promise<SchedulePreview> {
  const { triggers, moment, now, count, monotonic } = input
  const began = monotonic()
  const turn = turns(input)
  const coming = [...plannedRuns(input, bothAt(now), { count: Math.max(count, compared), end: now + furthest })]
  const pace = await paceOf(input, now, turn)
  const answer = {
    next: coming.slice(0, count).map(({ at, trigger }) => ({ at: new Date(at).toISOString(), trigger })),
    jitter: input.jitter,
    perDay: triggers.some((trigger) => nextOfTrigger(trigger, now, moment) !== undefined) ? pace.running : null,
    skippedPerDay: pace.skipped,
    dst: dstNotes(triggers, now, moment),
    warnings: await definitionWarnings(input, { now, place: input.place, turn }),
  }
  return {
    ...answer,
    ...(await collisionsOf({
      coming: coming.slice(0, compared).map(({ at }) => at),
      duration: input.duration,
      others: input.others,
      moment: input.momentOf,
      durationOf: input.durationOf,
      async goOn() {
        await turn()
        return monotonic() - began <= patience
      },
    })),
  }
}
