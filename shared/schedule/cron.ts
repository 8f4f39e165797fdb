/**
 * Cron expressions in a zone: when they come. What the clocks skip or show twice is decided here, by Belfry's rule (or the
 * task's own), never by the calendar library.
 *
 * Day-of-month and day-of-week are OR-ed when both are restricted, as in Vixie cron; a day field that begins with `*` is
 * unrestricted (a step over all days too), and the two are AND-ed. Names, `L`, `W`, `LW`, `#`, `#L`, `+` as croner 11 reads
 * them.
 */
import { cronDays } from './cron-days'
import { cronFields, invalidExpression, timeField, type CronFields } from './cron-fields'
import { localTimes, transitionNear } from './zone-offsets'

export { cronFields, maximumExpressionLength, type CronFields } from './cron-fields'

export interface DstPolicy {
  /** What a spring gap swallows: `skip` loses it, `shift` runs it once at the first valid instant after the gap. */
  readonly gap: 'auto' | 'skip' | 'shift'
  /** What an autumn overlap shows twice: `first` runs on the first pass only. */
  readonly overlap: 'auto' | 'first' | 'both'
}

export const autoDst: DstPolicy = { gap: 'auto', overlap: 'auto' }

/** What `auto` means for an expression. */
export interface DstRule {
  /** `cadence`: it has no business in the gap, nothing is lost. */
  readonly gap: 'cadence' | 'skip' | 'shift'
  readonly overlap: 'first' | 'both'
}

export interface CronInstant {
  /** Ms since the epoch. */
  readonly at: number
  /** The task's own rule lets the gap swallow it: `at` is the end of the gap, nothing runs. */
  readonly lost: boolean
}

/**
 * Auto: an expression whose hour is `*` is a cadence and skips the gap, others are made up for; one whose second, minute and
 * hour are all numbers or lists of numbers runs on the first pass only, others on both.
 */
export function dstRule({ second, minute, hour }: CronFields, policy: DstPolicy): DstRule {
  const fixed = [second, minute, hour].every((field) => /^\d+(,\d+)*$/.test(field))
  return {
    gap: policy.gap === 'auto' ? (isCadence({ hour }) ? 'cadence' : 'shift') : policy.gap,
    overlap: policy.overlap === 'auto' ? (fixed ? 'first' : 'both') : policy.overlap,
  }
}

/** It goes through the whole day; the operator thinks of it as a rhythm, not as times. */
export function isCadence({ hour }: Pick<CronFields, 'hour'>): boolean {
  return hour === '*' || hour === '*/1' || hour === '0-23'
}

/** Throws INVALID unless the expression is one that Belfry runs and that comes at least once after `reference` (ms). */
export function checkCron(expression: string, zone: string, reference: number): void {
  if (nextCron(expression, zone, reference) === undefined)
    throw invalidExpression('the expression never comes: no such date')
}

/** One or two a year: the calendar, and what clocks do by it, repeats itself after 400 years. */
const mostLost = 400

/**
 * The first instant (ms) strictly after `after` (ms), or undefined when there is none up to the year 9999 (30 February, a year
 * that has passed) or gaps swallow each of the next 400.
 * Throws INVALID for an expression that cannot be read.
 */
export function nextCron(
  expression: string,
  zone: string,
  after: number,
  dst: DstPolicy = autoDst,
): number | undefined {
  let next = nextCronInstant(expression, zone, after, dst)
  for (let lost = 0; next?.lost && lost < mostLost; lost++) next = nextCronInstant(expression, zone, next.at, dst)
  return next?.lost ? undefined : next?.at
}

/** Ms. Before it no zone and no calendar is of use. */
const beginningOfTime = Date.UTC(100, 0)
/** Ms. What comes then or later cannot be written down as an instant. */
export const endOfTime = Date.UTC(10_000, 0)

/** Like `nextCron`, but also tells what the task's own rule lets a gap swallow. */
export function nextCronInstant(
  expression: string,
  zone: string,
  after: number,
  dst: DstPolicy = autoDst,
): CronInstant | undefined {
  const cron = compiled(expression)
  if (after >= endOfTime) return undefined
  if (after < beginningOfTime) return nextCronInstant(expression, zone, beginningOfTime, dst)
  const rule = dstRule(cron.fields, dst)
  const near = transitionNear(zone, after)
  const first = fromLocal(cron, rule, zone, after, after + near.offset)
  // On the first pass of an overlap: its second pass shows earlier local times than those still to come.
  const { overlap } = near
  if (rule.overlap !== 'both' || overlap === undefined || (first !== undefined && first.at < overlap.at)) return first
  const again = cron.next(overlap.at + overlap.offsetAfter - 1)
  if (again === undefined || again >= overlap.at + overlap.offsetBefore) return first
  const at = again - overlap.offsetAfter
  return first !== undefined && first.at <= at ? first : { at, lost: false }
}

function fromLocal(
  cron: CompiledCron,
  rule: DstRule,
  zone: string,
  after: number,
  local: number,
): CronInstant | undefined {
  for (let next = cron.next(local); next !== undefined;) {
    const found = localTimes(zone, next)
    if (found.kind === 'gap') {
      const behind = cron.next(found.localEnd - 1)
      if (rule.gap !== 'cadence') return { at: found.end, lost: rule.gap === 'skip' && behind !== found.localEnd }
      next = behind
      continue
    }
    if (found.first >= endOfTime) return undefined
    if (found.first > after) return { at: found.first, lost: false }
    if (found.second !== undefined && found.second > after && rule.overlap === 'both')
      return { at: found.second, lost: false }
    next = cron.next(next)
  }
  return undefined
}

interface CompiledCron {
  readonly fields: CronFields
  /** The first local time (ms, read as if it were UTC) strictly after `local`; undefined when none comes. */
  next(local: number): number | undefined
}

const kept = new Map<string, CompiledCron>()
const keptLimit = 1000
const daySeconds = 86_400

function compiled(expression: string): CompiledCron {
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
  }
}

/** For each value the next one that is meant, itself included; -1 when none is. One more entry than values. */
function following(meant: Uint8Array): Int8Array {
  const next = new Int8Array(meant.length + 1).fill(-1)
  for (let value = meant.length - 1; value >= 0; value--) next[value] = meant[value] ? value : (next[value + 1] ?? -1)
  return next
}
