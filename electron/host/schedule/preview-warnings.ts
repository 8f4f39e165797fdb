/** What the operator should know of triggers that are fine by themselves. Pure. Instants are ms. */
import type { ScheduleWarning } from '@shared/model/schedule'
import type { CronTrigger, Trigger } from '@shared/model/trigger'
import { nextCron } from '@shared/schedule/cron'
import { canonicalZone } from '@shared/schedule/zone'
import { meetingsOf } from './meetings'
import { bothAt } from './occurrences'
import { longestClosed, plannedRuns, type Planned } from './planned'
import { nextOfTrigger, type Moment } from './trigger-times'

const day = 86_400_000
const year = 366 * day
/** How far to look for triggers that meet. */
const meetingDays = 30
const mostLooks = 2000
const mostMeetings = 5

/** @param runs whether anything of it will run at all */
export function scheduleWarnings(planned: Planned, now: number, runs: boolean): ScheduleWarning[] {
  const { triggers, moment } = planned
  return [
    ...spentOrClosed(planned, now, runs),
    ...triggers.flatMap((trigger, index) => (trigger.kind === 'cron' ? rareOne(trigger, index, moment, now) : [])),
    ...meetings(triggers, moment, now),
    ...triggers.flatMap((trigger, index) => aliasOf(trigger, index)),
  ]
}

function spentOrClosed(planned: Planned, now: number, runs: boolean): ScheduleWarning[] {
  const { triggers, moment, windows } = planned
  const times = triggers.flatMap((trigger, index) => (isTime(trigger) ? [{ trigger, index }] : []))
  const spent = times.filter(({ trigger }) => nextOfTrigger(trigger, now, moment) === undefined)
  const told: ScheduleWarning[] = spent.map(({ index }) => ({ code: 'spent', trigger: index }))
  if (windows.active.length + windows.blackouts.length === 0) return told
  const left = times.filter((one) => !spent.includes(one))
  const end = now + longestClosed
  const closed = left.filter(
    ({ trigger }) =>
      (nextOfTrigger(trigger, now, moment)?.at ?? end) < end &&
      (!runs || plannedRuns({ ...planned, triggers: [trigger] }, bothAt(now), { count: 1, end }).next().done === true),
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
  if (triggers.length < 2) return []
  const told = new Map<string, ScheduleWarning>()
  let looked = 0
  for (const { at, triggers: met } of meetingsOf(triggers, now, now + meetingDays * day, moment)) {
    if (++looked > mostLooks || told.size === mostMeetings) break
    const key = met.join()
    if (met.length > 1 && !told.has(key))
      told.set(key, { code: 'merged', triggers: [...met], at: new Date(at).toISOString() })
  }
  return [...told.values()]
}

function aliasOf(trigger: Trigger, index: number): ScheduleWarning[] {
  if ((trigger.kind !== 'cron' && trigger.kind !== 'date') || trigger.timezone === undefined) return []
  const canonical = canonicalZone(trigger.timezone)
  return canonical === trigger.timezone ? [] : [{ code: 'alias', trigger: index, zone: trigger.timezone, canonical }]
}
