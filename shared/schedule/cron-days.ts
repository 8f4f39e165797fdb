/**
 * Which days a cron expression means, in a calendar without zones. What the fields may say is checked here, more strictly than
 * by croner, which takes `5#` for every Friday; what they mean is croner's to say, day by day. Its search is not used: after a
 * February it loses the first days of March where a day field also means a 30th or 31st, as in `0 0 1,30 * *`.
 *
 * Whether a day of a month is meant depends only on the month's length and its first weekday: 28 kinds of month, each looked
 * at once.
 */
import { Cron } from 'croner'
import {
  fieldRange,
  invalidExpression,
  valuesOf,
  type CronFields,
  type FieldKind,
  type FieldRange,
} from './cron-fields'

export interface CronDays {
  /** The first day strictly after `day` (days since 1970-01-01) up to the year 9999; undefined when none comes. */
  next(day: number): number | undefined
}

type DayFields = Pick<CronFields, 'day' | 'month' | 'weekday' | 'year'>

const dayMs = 86_400_000
const lastYear = 9999
const keptLimit = 2000
const kept = new Map<string, CronDays>()

const dayKind: FieldKind = { name: 'day', low: 1, high: 31, size: 31 }
const monthNames = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthKind: FieldKind = { name: 'month', low: 1, high: 12, size: 12, names: monthNames }
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const weekdayKind: FieldKind = { name: 'weekday', low: 0, high: 6, highest: 7, size: 7, names: weekdayNames }
const yearKind: FieldKind = { name: 'year', low: 1, high: lastYear, size: 10_000 }

/** Throws INVALID for fields that cannot be read. */
export function cronDays(fields: DayFields): CronDays {
  const { day, month, weekday, year } = fields
  const key = `${day} ${month} ${weekday} ${year}`
  let days = kept.get(key)
  if (days === undefined) {
    days = build(fields)
    kept.set(key, days)
    if (kept.size > keptLimit) kept.delete(kept.keys().next().value as string)
  }
  return days
}

function build(fields: DayFields): CronDays {
  const meant = monthDays(fields)
  const months = monthFlags(fields.month)
  const nextYear = yearSearch(fields.year)
  /** By length (28 to 31) and first weekday: bit 0 for the 1st. -1: not looked at yet. */
  const masks = new Int32Array(28).fill(-1)

  const maskOf = (length: number, first: number): number => {
    const kind = (length - 28) * 7 + first
    let mask = masks[kind] ?? -1
    if (mask < 0) masks[kind] = mask = meant(length, first)
    return mask
  }

  /** The first day from a month of a year on, of that month only what is in `ahead`; undefined for none in that year. */
  const within = (year: number, from: number, ahead: number): number | undefined => {
    let firstDay = daysTo(year, from)
    for (let month = from, left = ahead; month <= 12; month++, left = -1) {
      const length = lengthOf(year, month)
      const mask = months[month] ? maskOf(length, weekdayOf(firstDay)) & left : 0
      if (mask !== 0) return firstDay + 31 - Math.clz32(mask & -mask)
      firstDay += length
    }
    return undefined
  }

  /** By leap year and first weekday: those in which no day is meant. With all 14, none ever is. */
  const empty = new Set<number>()
  const ofYear = (year: number): number | undefined => {
    const kind = weekdayOf(daysTo(year, 1)) + (lengthOf(year, 2) === 29 ? 7 : 0)
    if (empty.has(kind)) return undefined
    const found = within(year, 1, -1)
    if (found === undefined) empty.add(kind)
    return found
  }

  return {
    next(after) {
      const start = new Date((after + 1) * dayMs)
      const year = start.getUTCFullYear()
      if (nextYear(year) === year) {
        const found = within(year, start.getUTCMonth() + 1, -1 << (start.getUTCDate() - 1))
        if (found !== undefined) return found
      }
      for (let next = nextYear(year + 1); next !== undefined && empty.size < 14; next = nextYear(next + 1)) {
        const found = ofYear(next)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

/** Days since 1970-01-01 of the 1st of a month. */
function daysTo(year: number, month: number): number {
  const first = new Date(0)
  first.setUTCFullYear(year, month - 1, 1)
  return first.getTime() / dayMs
}

function lengthOf(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}

function weekdayOf(day: number): number {
  // 1970 began on a Thursday.
  return (((day + 4) % 7) + 7) % 7
}

/** The days that are meant in a month of this length and first weekday: bit 0 for the 1st. */
type MonthMask = (length: number, first: number) => number

function monthDays({ day, weekday }: DayFields): MonthMask {
  const and = weekday.startsWith('+')
  const week = and ? weekday.slice(1) : weekday
  const days = plainDays(day)
  const weekdays = plainWeekdays(week)
  if (days === '*' && weekdays === '*') return (length) => 2 ** length - 1
  const open = (field: string): boolean => field === '?' || field.startsWith('*')
  // croner ORs a stepped day field with the other; Vixie cron, whose rule this is, ANDs them.
  const both = days !== '*' && weekdays !== '*' && (and || open(day) || open(week))
  const pattern = `0 0 0 ${days} * ${both ? '+' : ''}${weekdays}`
  return (length, first) => {
    const start = monthLike(length, first)
    const cron = cronerFor(pattern)
    let mask = 0
    for (let date = 0; date < length; date++) if (cron.match(new Date(start + date * dayMs))) mask |= 1 << date
    return mask
  }
}

/** The last one asked: of its 60 KB each, no more are kept. */
let last: { readonly pattern: string; readonly cron: Cron } | undefined

function cronerFor(pattern: string): Cron {
  // A fixed offset of 0: pure calendar, no zone is asked.
  if (last?.pattern !== pattern) last = { pattern, cron: new Cron(pattern, { utcOffset: 0, paused: true }) }
  return last.cron
}

/** Where a month of this length and first weekday begins, ms: the calendar has all kinds of them within 28 years. */
function monthLike(length: number, first: number): number {
  for (let month = 0; ; month++) {
    const [year, number] = [2000 + Math.floor(month / 12), (month % 12) + 1]
    const start = daysTo(year, number)
    if (lengthOf(year, number) === length && weekdayOf(start) === first) return start * dayMs
  }
}

/** A day-of-month field in plain numbers, beside `L`, `LW` and `15W`. Throws INVALID. */
function plainDays(field: string): string {
  if (field === '?' || field === '*') return '*'
  const parts = field.split(',').flatMap((part): (string | number)[] => {
    // croner reads it by itself only.
    if (/^LW$/i.test(part) && part !== field)
      throw invalidExpression(`"${part}" stands alone, not in a list such as "${field}"`)
    if (/^LW?$/i.test(part)) return [part.toUpperCase()]
    const [, near] = /^(\d+)W$/i.exec(part) ?? []
    if (near !== undefined) return [`${fieldRange(dayKind, near, field).from}W`]
    if (/[LW]/i.test(part) && /^[\dLW*/-]+$/i.test(part))
      throw invalidExpression(`"${part}" is no day of the month; there are L (the last), LW (the last workday) and 15W`)
    return [...valuesOf(fieldRange(dayKind, part, field))]
  })
  return parts.join(',')
}

/** A weekday field (without `+`) in plain numbers, each with its `#` where it has one. Throws INVALID. */
function plainWeekdays(field: string): string {
  if (field === '?' || field === '*') return '*'
  const parts = field.split(',').flatMap((part) => {
    const [, span = part, hashed, last] = /^(.+?)(?:#(.*)|(L))?$/i.exec(part) ?? []
    if (/^(L|#.*)$/i.test(part)) throw invalidExpression(`"${part}" needs a weekday before it: 5L is the last Friday`)
    const which = hashed ?? last
    if (which !== undefined && (!/^([1-5]|L)$/i.test(which) || span === '*'))
      throw invalidExpression(`"${part}" is not a weekday of the month; after # comes 1 to 5, or L for the last`)
    const nth = which === undefined ? '' : `#${which.toUpperCase()}`
    return [...valuesOf(fieldRange(weekdayKind, span, field))].map((value) => `${value % 7}${nth}`)
  })
  return parts.join(',')
}

function monthFlags(field: string): Uint8Array {
  const meant = new Uint8Array(13)
  for (const part of field.split(','))
    for (const value of valuesOf(fieldRange(monthKind, part, field))) meant[value] = 1
  return meant
}

/** The first year that is meant, the given one or later. */
function yearSearch(field: string): (year: number) => number | undefined {
  const ranges = field.split(',').map((part): FieldRange => {
    const range = fieldRange(yearKind, part, field)
    // A step over all years counts from 0, which is none.
    return part.startsWith('*/') ? { ...range, from: range.step } : range
  })
  return (year) => {
    let soonest: number | undefined
    for (const { from, to, step } of ranges) {
      const next = year <= from ? from : from + Math.ceil((year - from) / step) * step
      if (next <= to && (soonest === undefined || next < soonest)) soonest = next
    }
    return soonest
  }
}
