/** What the operator should know of triggers that are fine by themselves. Pure. Instants are ms. */
import type { ScheduleWarning } from '@shared/model/schedule'
import type { CronTrigger, Trigger } from '@shared/model/trigger'
import { nextCron } from '@shared/schedule/cron'
import { canonicalZone } from '@shared/schedule/zone'
import { plannedRuns, type Planned } from './planned'
import { nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

const day = 86_400_000
const year = 366 * day
/** How far to look for what windows leave. */
const closedYears = 5
/** How far to look for triggers that meet. */
const meetingDays = 30
const meetingSteps = 2000

export function scheduleWarnings(planned: Planned, now: number): ScheduleWarning[] {
  const { triggers, moment } = planned
  return [
    ...spentOrClosed(planned, now),
    ...triggers.flatMap((trigger, index) => (trigger.kind === 'cron' ? rareOne(trigger, index, moment, now) : [])),
    ...meetings(triggers, moment, now),
    ...triggers.flatMap((trigger, index) => aliasOf(trigger, index)),
  ]
}

function spentOrClosed(planned: Planned, now: number): ScheduleWarning[] {
  const { triggers, moment, windows } = planned
  const times = triggers.flatMap((trigger, index) => (isTime(trigger) ? [{ trigger, index }] : []))
  const spent = times.filter(({ trigger }) => nextOfTrigger(trigger, now, moment) === undefined)
  const told: ScheduleWarning[] = spent.map(({ index }) => ({ code: 'spent', trigger: index }))
  if (windows.active.length + windows.blackouts.length === 0) return told
  const left = times.filter((one) => !spent.includes(one))
  const end = now + closedYears * year
  const closed = left.filter(
    ({ trigger }) =>
      plannedRuns({ ...planned, triggers: [trigger] }, now, { count: 1, end }).next().done === true &&
      (nextOfTrigger(trigger, now, moment)?.at ?? end) < end,
  )
  const isAll = closed.length > 0 && closed.length === left.length && times.length === triggers.length
  if (isAll) return [...told, { code: 'closed', trigger: null }]
  return [...told, ...closed.map(({ index }): ScheduleWarning => ({ code: 'closed', trigger: index }))]
}

function isTime({ kind }: Trigger): boolean {
  return kind === 'cron' || kind === 'interval' || kind === 'date'
}

/** By the expression alone: its bounds are the operator's own. */
function rareOne(trigger: CronTrigger, index: number, { zone, dst }: Moment, now: number): ScheduleWarning[] {
  const next = (after: number): number | undefined => nextCron(trigger.expression, trigger.timezone ?? zone, after, dst)
  const first = next(now)
  if (first === undefined) return []
  const second = next(first)
  if (first - now <= year && second !== undefined && second - first <= year) return []
  const then = second === undefined ? null : new Date(second).toISOString()
  return [{ code: 'rare', trigger: index, at: new Date(first).toISOString(), then }]
}

/** Each set of triggers that meet in one second, once. */
function meetings(triggers: readonly Trigger[], moment: Moment, now: number): ScheduleWarning[] {
  const told = new Map<string, ScheduleWarning>()
  const next = (trigger: Trigger, after: number): number => nextOfTrigger(trigger, after, moment)?.at ?? Infinity
  const nexts = triggers.map((trigger) => next(trigger, now))
  if (nexts.filter((at) => at !== Infinity).length < 2) return []
  for (let step = 0; step < meetingSteps; step++) {
    const first = Math.min(...nexts)
    if (first > now + meetingDays * day) break
    const second = wholeSecond(first)
    const met = nexts.flatMap((at, index) => (at < second + 1000 ? [index] : []))
    const key = met.join()
    if (met.length > 1 && !told.has(key))
      told.set(key, { code: 'merged', triggers: met, at: new Date(first).toISOString() })
    for (const index of met) nexts[index] = next(triggers[index] as Trigger, second + 999)
  }
  return [...told.values()].slice(0, 5)
}

function aliasOf(trigger: Trigger, index: number): ScheduleWarning[] {
  if ((trigger.kind !== 'cron' && trigger.kind !== 'date') || trigger.timezone === undefined) return []
  const canonical = canonicalZone(trigger.timezone)
  return canonical === trigger.timezone ? [] : [{ code: 'alias', trigger: index, zone: trigger.timezone, canonical }]
}
