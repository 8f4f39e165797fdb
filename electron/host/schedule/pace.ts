/** How often triggers come, without asking for each second of a month. Instants are ms. */
import type { CronTrigger, IntervalTrigger, Trigger } from '@shared/model/trigger'
import { cronFields } from '@shared/schedule/cron'
import { timeField } from '@shared/schedule/cron-fields'
import { zoneTransitions } from '@shared/schedule/zone-offsets'
import { openMinutes } from './openings'
import type { Planned } from './planned'
import { createSecondMap, maskOf, type SecondMap } from './second-map'
import { nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

export interface Pace {
  /** Occurrences a day, in the mean over the coming 30 days; what meets in a second counts once. */
  readonly running: number
  /** Likewise, those that windows, blackouts and gaps swallow. */
  readonly skipped: number
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const days = 30

/** The 30 days begin with the next whole minute. @param turn lets others have theirs where it is time */
export async function paceOf(planned: Planned, now: number, turn: () => Promise<unknown>): Promise<Pace> {
  const begin = Math.ceil(now / minute) * minute
  const end = begin + days * day
  const map = createSecondMap(begin, (end - begin) / minute)
  const lost: number[] = []
  for (const trigger of planned.triggers) {
    if (map.isFull()) break
    markTrigger(trigger, planned, { begin, end, map, lost: (at) => lost.push(at) })
    await turn()
  }
  const count = map.count(openMinutes(planned.windows, planned.moment.zone, begin, end))
  const swallowed = new Set(lost.map(wholeSecond).filter((at) => !map.has(at)))
  return { running: count.open / days, skipped: (count.all - count.open + swallowed.size) / days }
}

interface Month {
  readonly begin: number
  readonly end: number
  readonly map: SecondMap
  readonly lost: (at: number) => void
}

function markTrigger(trigger: Trigger, { moment, duration }: Planned, month: Month): void {
  if (trigger.kind === 'cron') return markCron(trigger, moment, month)
  if (trigger.kind === 'interval') return markInterval(trigger, moment, month, duration)
  // At most one.
  const next = nextOfTrigger(trigger, month.begin - 1, moment)
  if (next !== undefined) month.map.markEvery(next.at, month.end, Infinity)
}

/** Hour by hour: the same minutes and seconds come in each. Minute by minute where the clocks change. */
function markCron(trigger: CronTrigger, moment: Moment, month: Month): void {
  const { until, timezone = moment.zone } = trigger
  const begin = trigger.from === undefined ? month.begin : Math.max(month.begin, Date.parse(trigger.from))
  const end = until === undefined ? month.end : Math.min(month.end, Date.parse(until) + 1)
  const {
    second,
    minute: minutes,
    hour: hours,
    day: date,
    month: months,
    weekday,
    year,
  } = cronFields(trigger.expression)
  const seconds = maskOf(timeField('second', second))
  const meant = timeField('minute', minutes)
  const each = (minuteField: string): CronTrigger => ({
    kind: 'cron',
    expression: ['0', minuteField, hours, date, months, weekday, year].join(' '),
    timezone,
  })

  const markHours = (from: number, to: number): void => {
    for (const { at } of instantsOf(each('0'), from - hour, to, moment))
      for (let index = 0; index < 60; index++) {
        const start = at + index * minute
        if (meant[index] && start >= from && start < to) month.map.markMinutes(start, start + minute, seconds)
      }
  }
  const markMinutes = (from: number, to: number): void => {
    for (const { at, lost } of instantsOf(each(minutes), from - 1, to, moment))
      if (lost) month.lost(at)
      else month.map.markMinutes(at, at + minute, seconds)
  }

  let from = begin
  for (const { at, offsetBefore, offsetAfter } of zoneTransitions(timezone, begin - day, end + day)) {
    // What the clocks skip or show twice, and the hours that it lies in.
    const near = Math.abs(offsetAfter - offsetBefore) + hour
    const [first, last] = [Math.max(from, at - near), Math.min(end, at + near)]
    if (last <= first) continue
    markHours(from, first)
    markMinutes(first, last)
    from = last
  }
  markHours(from, end)
}

function* instantsOf(trigger: Trigger, after: number, end: number, moment: Moment) {
  for (let next = nextOfTrigger(trigger, after, moment); next !== undefined && next.at < end;) {
    yield next
    next = nextOfTrigger(trigger, next.at, moment)
  }
}

function markInterval(trigger: IntervalTrigger, moment: Moment, { begin, end, map }: Month, duration: number): void {
  const { every, mode, anchor, until } = trigger
  const over = until === undefined ? end : Math.min(end, Date.parse(until) + 1)
  const isDelay = mode === 'fixed-delay'
  const period = isDelay ? every + duration : every
  const first = isDelay
    ? (moment.idleSince ?? begin) + every
    : every + (anchor === undefined ? wholeSecond(moment.createdAt) : Date.parse(anchor))
  const start = first + Math.max(0, Math.ceil((begin - first) / period)) * period
  if (minute % period !== 0) return map.markEvery(start, over, period)
  // In each whole minute the same.
  const whole = begin + Math.ceil((start - begin) / minute) * minute
  map.markEvery(start, Math.min(over, whole), period)
  const seconds = new Uint8Array(60)
  for (let after = (start - begin) % period; after < minute; after += period) seconds[Math.floor(after / 1000)] = 1
  map.markMinutes(whole, over, maskOf(seconds))
}
