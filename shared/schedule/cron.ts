/**
 * Cron expressions in a zone: when they come. What the clocks skip or show twice is decided here, by Belfry's rule (or the
 * task's own), never by the calendar library.
 *
 * Day-of-month and day-of-week are OR-ed when both are restricted, as in Vixie cron; a day field that begins with `*` is
 * unrestricted (a step over all days too), and the two are AND-ed. Names, `L`, `W`, `LW`, `#`, `#L`, `+` as croner 11 reads
 * them.
 */
import { compiledCron, type CompiledCron } from './cron-compiled'
import { invalidExpression, type CronFields } from './cron-fields'
import { furthest, localTimes, transitionNear, zoneTransitions } from './zone-offsets'

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
  if (nextCron(expression, zone, reference) !== undefined) return
  const everCame = nextCron(expression, 'UTC', beginningOfTime) !== undefined
  throw invalidExpression(`the expression never comes: ${everCame ? 'its years are over' : 'no such date'}`)
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
export const beginningOfTime = Date.UTC(100, 0)
/** Ms. What comes then or later cannot be written down as an instant. */
export const endOfTime = Date.UTC(10_000, 0)

/** Like `nextCron`, but also tells what the task's own rule lets a gap swallow. */
export function nextCronInstant(
  expression: string,
  zone: string,
  after: number,
  dst: DstPolicy = autoDst,
): CronInstant | undefined {
  const cron = compiledCron(expression)
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

/**
 * How many instants there are from one of them on, `first`, up to `end` (ms), and the last of them: without looking at each, but
 * only up to where the clocks are set. Undefined where they have just been set.
 */
export function countCron(
  expression: string,
  zone: string,
  first: number,
  end: number,
): { readonly count: number; readonly last: number } | undefined {
  let until = end
  for (const { at, offsetBefore, offsetAfter } of zoneTransitions(zone, first - furthest, end)) {
    if (at <= first) {
      // What a gap has swallowed comes at its end; what the clocks show twice may come once.
      if (first < at + Math.max(1000, offsetBefore - offsetAfter)) return undefined
      continue
    }
    until = at - 1
    break
  }
  const { offset } = transitionNear(zone, first)
  const { count, last } = compiledCron(expression).count(first + offset, until + offset)
  return { count, last: last - offset }
}
