/** An expression taken apart, so that the next of its local times, or how many there are, is a matter of a few steps. No zone here. */
import { cronDays } from './cron-days'
import { cronFields, timeField, type CronFields } from './cron-fields'

/** Local times are ms, read as if they were UTC. */
export interface CompiledCron {
  readonly fields: CronFields
  /** The first local time strictly after `local`; undefined when none comes. */
  next(local: number): number | undefined
  /** How many there are from one of them on, `first`, up to `end`, and the last of them. Goes from day to day. */
  count(first: number, end: number): { readonly count: number; readonly last: number }
}

const kept = new Map<string, CompiledCron>()
const keptLimit = 1000
const daySeconds = 86_400

/** Throws INVALID for an expression that cannot be read. */
export function compiledCron(expression: string): CompiledCron {
  let cron = kept.get(expression)
  if (cron === undefined) {
    cron = compile(cronFields(expression))
    kept.set(expression, cron)
    if (kept.size > keptLimit) kept.delete(kept.keys().next().value as string)
  }
  return cron
}

function compile(fields: CronFields): CompiledCron {
  const seconds = following(timeField('second', fields.second))
  const minutes = following(timeField('minute', fields.minute))
  const hours = following(timeField('hour', fields.hour))
  const calendar = cronDays(fields)

  /** The first second of the day at or after `from`; -1 when none is left. */
  const timeFrom = (from: number): number => {
    let hour = Math.floor(from / 3600)
    let minute = Math.floor(from / 60) % 60
    let second = seconds[from % 60] ?? -1
    if (hours[hour] === hour && minutes[minute] === minute && second >= 0) return hour * 3600 + minute * 60 + second
    second = seconds[0] ?? 0
    minute = hours[hour] === hour ? (minutes[minute + 1] ?? -1) : -1
    if (minute < 0) {
      hour = hours[hours[hour] === hour ? hour + 1 : hour] ?? -1
      minute = minutes[0] ?? 0
    }
    return hour < 0 ? -1 : hour * 3600 + minute * 60 + second
  }
  const firstTime = timeFrom(0)
  let day: DayCount | undefined

  return {
    fields,
    next(local) {
      const from = Math.floor(local / 1000) + 1
      const day = Math.floor(from / daySeconds)
      let next = calendar.next(day - 1)
      if (next === day) {
        const time = timeFrom(from - day * daySeconds)
        if (time >= 0) return (day * daySeconds + time) * 1000
        next = calendar.next(day)
      }
      return next === undefined ? undefined : (next * daySeconds + firstTime) * 1000
    },
    count(first, end) {
      day ??= dayCount(fields)
      const [from, until] = [Math.floor(first / 1000), Math.floor(end / 1000) + 1]
      let date: number | undefined = Math.floor(from / daySeconds)
      let count = -day.before(from - date * daySeconds)
      let last = from
      for (; date !== undefined && date * daySeconds < until; date = calendar.next(date)) {
        const time = Math.min(until - date * daySeconds, daySeconds)
        const found = time === daySeconds ? day.all : day.before(time)
        count += found
        if (found > 0) last = date * daySeconds + (time === daySeconds ? day.last : day.lastBefore(time))
      }
      return { count, last: last * 1000 }
    },
  }
}

/** The meant seconds of a day; `time` is one of its seconds, or its end. */
interface DayCount {
  readonly all: number
  readonly last: number
  /** How many there are before `time`. */
  before(time: number): number
  /** The last of those, where there is one. */
  lastBefore(time: number): number
}

function dayCount(fields: CronFields): DayCount {
  const seconds = timeField('second', fields.second)
  const minutes = timeField('minute', fields.minute)
  const hours = timeField('hour', fields.hour)
  const inMinute = countOf(seconds, 60)
  const inHour = countOf(minutes, 60) * inMinute

  const before = (time: number): number => {
    const hour = Math.floor(time / 3600)
    const minute = Math.floor(time / 60) % 60
    let count = countOf(hours, hour) * inHour
    if (hours[hour]) count += countOf(minutes, minute) * inMinute
    if (hours[hour] && minutes[minute]) count += countOf(seconds, time % 60)
    return count
  }
  const lastBefore = (time: number): number => {
    const count = before(time)
    let [low, high] = [0, time]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (before(middle) < count) low = middle
      else high = middle
    }
    return low
  }
  return { all: before(daySeconds), last: lastBefore(daySeconds), before, lastBefore }
}

/** For each value the next one that is meant, itself included; -1 when none is. One more entry than values. */
function following(meant: Uint8Array): Int8Array {
  const next = new Int8Array(meant.length + 1).fill(-1)
  for (let value = meant.length - 1; value >= 0; value--) next[value] = meant[value] ? value : (next[value + 1] ?? -1)
  return next
}

/** How many values below `end` are meant. */
function countOf(meant: Uint8Array, end: number): number {
  let count = 0
  for (let value = 0; value < end; value++) count += meant[value] ?? 0
  return count
}
