/**
 * Which days a cron expression means. croner does the maths, in days of a calendar without zones; each of its objects costs
 * 60 KB, so that days are kept instead of objects.
 */
import { Cron } from 'croner'
import { messageOf } from '../errors'
import { invalidExpression, type CronFields } from './cron-fields'

export interface CronDays {
  /** The first day strictly after `day` (days since 1970-01-01); undefined when none comes. */
  next(day: number): number | undefined
}

const dayMs = 86_400_000
const keptLimit = 2000
const kept = new Map<string, CronDays>()

/** @param pattern from `dayPattern`. Throws INVALID for fields that cannot be read. */
export function cronDays(pattern: string): CronDays {
  if (pattern === '* * * *') return everyDay
  let days = kept.get(pattern)
  if (days === undefined) {
    days = build(pattern)
    kept.set(pattern, days)
    if (kept.size > keptLimit) kept.delete(kept.keys().next().value as string)
  }
  return days
}

const everyDay: CronDays = { next: (day) => (day < lastDay ? day + 1 : undefined) }
/** 31 December 9999. */
const lastDay = 2_932_896

/** The fields as croner takes them: day, month, weekday, year. Throws INVALID for a `?` where it does not belong. */
export function dayPattern({
  day,
  month,
  weekday,
  year,
}: Pick<CronFields, 'day' | 'month' | 'weekday' | 'year'>): string {
  for (const [name, field] of Object.entries({ month, year }))
    if (field.includes('?')) throw invalidExpression(`"?" stands only for a day; the ${name} is "${field}"`)
  const stepped = (field: string): boolean => field.startsWith('*') && field !== '*'
  // croner ORs a stepped day field with the other; Vixie cron, whose rule this is, ANDs them.
  const both = (stepped(day) && weekday !== '*') || (stepped(weekday) && day !== '*')
  return [day, month, both ? `+${weekday.replace(/^\+/, '')}` : weekday, year]
    .map((field) => (field === '?' ? '*' : field))
    .join(' ')
}

/** Whoever asks walks on from day to day: what was found is kept, the object that found it need not be. */
function build(pattern: string): CronDays {
  cronerFor(pattern)
  /** All that come after `from`, up to the last found; up to the end of time where `ended`. */
  let found: number[] = []
  let from = 0
  let ended = false
  let ahead = 1

  const search = (after: number): void => {
    const cron = cronerFor(pattern)
    from = after
    found = []
    ended = false
    for (let day = after; found.length < ahead && !ended;) {
      const next = cron.nextRun(new Date(day * dayMs))
      if (next === null) ended = true
      else found.push((day = Math.round(next.getTime() / dayMs)))
    }
    ahead = Math.min(ahead * 2, furthestAhead)
  }

  return {
    next(day) {
      if (day < from || (!ended && day >= (found.at(-1) ?? from))) search(day)
      return found[firstAfter(found, day)]
    },
  }
}

function firstAfter(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) > value) high = middle
    else low = middle + 1
  }
  return low
}

const furthestAhead = 64
const croners = new Map<string, Cron>()
const cronersKept = 8

function cronerFor(pattern: string): Cron {
  let cron = croners.get(pattern)
  if (cron === undefined) {
    try {
      // A fixed offset of 0: pure calendar, no zone is asked.
      cron = new Cron(`0 0 0 ${pattern}`, { utcOffset: 0, paused: true })
    } catch (error) {
      throw invalidExpression(reason(messageOf(error)), error)
    }
    croners.set(pattern, cron)
    if (croners.size > cronersKept) croners.delete(croners.keys().next().value as string)
  }
  return cron
}

/** croner's words without its name, in the operator's terms. */
function reason(message: string): string {
  return message
    .replace(/^CronPattern: /, '')
    .replace(
      /^configuration entry \d+ \((.*)\) contains illegal characters\.?$/i,
      '"$1" is not a number, a name, a list, a range or a step',
    )
    .replace('dayOfWeek', 'weekday')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
    .replace(/\.$/, '')
}
