/**
 * When a task comes on a day, told without looking at each time: days of one key are alike. Days are UTC's, counted from
 * 1970-01-01. Pure.
 */
import { BelfryError } from '@shared/errors'
import type { Pause, Task } from '@shared/model/task'
import type { CronTrigger, Trigger } from '@shared/model/trigger'
import { autoDst, cronFields } from '@shared/schedule/cron'
import { cronDays, type CronDays } from '@shared/schedule/cron-days'
import { transitionNear, zoneTransitions } from '@shared/schedule/zone-offsets'
import { isDelay } from '../schedule/decide'
import { nextBoundary } from '../schedule/boundaries'
import { isOpen } from '../schedule/time-windows'
import { nextOfTrigger, type Moment } from '../schedule/trigger-times'

export interface DayOfTask {
  /** Two days of one key bring the same occurrences at the same times, with the same chances; null: this day is like no other. */
  readonly key: string | null
  /** The same without what jitter makes of it. */
  readonly plan: string | null
  /** Bit n: something comes in hour n. */
  readonly hours: number
}

export const dayMs = 86_400_000
export const hourMs = 3_600_000
/** No zone's days are further from UTC's. */
const furthest = 26 * hourMs

/** The next whole one after `at`. */
export function nextOf(length: number, at: number): number {
  return (Math.floor(at / length) + 1) * length
}

/** @param zone the machine's */
export function dayKeys(zone: string): (task: Task | undefined, day: number, pausedAll: Pause | null) => DayOfTask {
  const calm = calmOffsets()
  const known = new Map<string, (day: number) => TriggerDay>()

  const ofTask = (task: Task): ((day: number) => TriggerDay) => {
    const moment: Moment = {
      zone,
      dst: task.policy.dst ?? autoDst,
      createdAt: Date.parse(task.createdAt),
      idleSince: null,
    }
    const triggers = task.triggers.map((trigger) => ofTrigger(trigger, moment, calm))
    const [only] = triggers
    return triggers.length === 1 && only !== undefined ? only : (day) => joined(triggers.map((trigger) => trigger(day)))
  }

  const dayOf = (task: Task, day: number, pausedAll: Pause | null): DayOfTask => {
    let planned = known.get(task.id)
    if (planned === undefined) known.set(task.id, (planned = ofTask(task)))
    const { key, hours } = planned(day)
    if (hours === 0 && !task.triggers.some(comesUnplanned)) return nothing
    const extra = circumstances(task, day, zone, pausedAll)
    const plan = key === null || extra === null ? null : key + extra
    return { key: task.policy.jitter > 0 ? null : plan, plan, hours }
  }
  return (task, day, pausedAll) => {
    if (!task?.enabled) return nothing
    try {
      return dayOf(task, day, pausedAll)
    } catch (error) {
      // What cannot be planned has no occurrences, as in the host, which says so.
      if (error instanceof BelfryError && error.code === 'INVALID') return nothing
      throw error
    }
  }
}

/** No day says when it comes. */
export function comesUnplanned(trigger: Trigger): boolean {
  return trigger.kind === 'after' || trigger.kind === 'resume' || isDelay(trigger)
}

const nothing: DayOfTask = { key: '', plan: '', hours: 0 }

/** Of a trigger by itself. */
type TriggerDay = Omit<DayOfTask, 'plan'>

function joined(parts: readonly TriggerDay[]): TriggerDay {
  let hours = 0
  let key: string | null = ''
  for (const part of parts) {
    hours |= part.hours
    key = key === null || part.key === null ? null : `${key}|${part.key}`
  }
  return { key, hours }
}

/** What else decides: pauses, skips, windows. Null where they change within the day. */
function circumstances(
  { policy, pause, skips }: Task,
  day: number,
  zone: string,
  pausedAll: Pause | null,
): string | null {
  const [start, end] = [day * dayMs, (day + 1) * dayMs]
  const isWithin = (at: number): boolean => at > start && at < end
  if (skips.some((skip) => isWithin(Date.parse(skip) + 1))) return null
  let key = ''
  for (const one of [pause, pausedAll]) {
    if (one === null) continue
    const [since, until] = [Date.parse(one.since), one.until === null ? Infinity : Date.parse(one.until)]
    if (isWithin(since) || isWithin(until)) return null
    if (since <= start && until >= end) key += one === pause ? 'p' : 'P'
  }
  if (policy.active.length + policy.blackouts.length === 0) return key
  for (let at = start; at < end; at = nextBoundary(at, policy, zone))
    key += ` ${isOpen(at, policy, zone) ? '' : '!'}${at - start}`
  return key
}

function ofTrigger(trigger: Trigger, moment: Moment, calm: CalmOffset): (day: number) => TriggerDay {
  const first = (day: number): number | null => {
    const at = nextOfTrigger(trigger, day * dayMs - 1, moment)?.at ?? Infinity
    return at < (day + 1) * dayMs ? at - day * dayMs : null
  }
  switch (trigger.kind) {
    case 'cron':
      return ofCron(trigger, moment, calm)
    case 'interval': {
      const until = trigger.until === undefined ? Infinity : Date.parse(trigger.until)
      return (day) => {
        const at = first(day)
        if (at === null) return nothing
        const ends = until >= day * dayMs && until < (day + 1) * dayMs
        return { key: ends ? null : String(at), hours: hoursOf(trigger, day, moment) }
      }
    }
    case 'date':
      return (day) => {
        const at = first(day)
        return at === null ? nothing : { key: String(at), hours: 1 << Math.floor(at / hourMs) }
      }
    default:
      return () => nothing
  }
}

function ofCron(trigger: CronTrigger, moment: Moment, calm: CalmOffset): (day: number) => TriggerDay {
  const zone = trigger.timezone ?? moment.zone
  const from = trigger.from === undefined ? -Infinity : Date.parse(trigger.from)
  const until = trigger.until === undefined ? Infinity : Date.parse(trigger.until)
  let days: CronDays | undefined
  const kept = new Map<string, TriggerDay>()
  return (day) => {
    const [start, end] = [day * dayMs, (day + 1) * dayMs]
    if (from >= end || until < start) return nothing
    const offset = calm(zone, day)
    if (offset === undefined || from > start || until < end - 1)
      return { key: null, hours: hoursOf(trigger, day, moment) }
    days ??= cronDays(cronFields(trigger.expression))
    const [local, last] = [Math.floor((start + offset) / dayMs), Math.floor((end - 1 + offset) / dayMs)]
    const key = `${offset} ${days.next(local - 1) === local ? 1 : 0}${days.next(last - 1) === last ? 1 : 0}`
    let found = kept.get(key)
    if (found === undefined) {
      const hours = hoursOf(trigger, day, moment)
      kept.set(key, (found = hours === 0 ? nothing : { key, hours }))
    }
    return found
  }
}

function hoursOf(trigger: Trigger, day: number, moment: Moment): number {
  let hours = 0
  const end = (day + 1) * dayMs
  for (let from = day * dayMs; from < end;) {
    const at = nextOfTrigger(trigger, from - 1, moment)?.at
    if (at === undefined || at >= end) break
    const hour = Math.floor((at - day * dayMs) / hourMs)
    hours |= 1 << hour
    from = day * dayMs + (hour + 1) * hourMs
  }
  return hours
}

/** The zone's offset on a day that no change of its clocks touches; undefined on others. */
type CalmOffset = (zone: string, day: number) => number | undefined

function calmOffsets(): CalmOffset {
  const known = new Map<string, number | undefined>()
  return (zone, day) => {
    const name = `${zone} ${day}`
    if (!known.has(name)) known.set(name, calmOffset(zone, day * dayMs, (day + 1) * dayMs))
    return known.get(name)
  }
}

function calmOffset(zone: string, start: number, end: number): number | undefined {
  for (const { at, offsetBefore, offsetAfter } of zoneTransitions(zone, start - furthest, end + furthest)) {
    // What a gap swallows comes at its end; what is shown twice lies this close, too.
    const reach = Math.abs(offsetAfter - offsetBefore)
    if (at - reach < end && at + reach > start) return undefined
  }
  return transitionNear(zone, start).offset
}
