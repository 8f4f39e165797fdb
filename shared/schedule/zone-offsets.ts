/**
 * What the clocks of a zone show: offsets and the instants at which they change, out of Intl (the zone data of the runtime),
 * found once a zone and year.
 */

/** A stretch of time with one offset. Bounds are ms since the epoch; a year's end is a bound too. */
interface Stretch {
  readonly start: number
  readonly end: number
  /** Ms to add to UTC. */
  readonly offset: number
}

export interface ZoneTransition {
  readonly at: number
  /** Ms to add to UTC before and after it. */
  readonly offsetBefore: number
  readonly offsetAfter: number
}

export type LocalTimes =
  /** The clocks show it once, or (`second`) twice. */
  | { readonly kind: 'shown'; readonly first: number; readonly second?: number }
  /** The clocks jump over it, at `end`, to `localEnd`. */
  | { readonly kind: 'gap'; readonly end: number; readonly localEnd: number }

const hour = 3_600_000
const day = 24 * hour
/** Ms. No zone is, or ever was, further from UTC; none has ever jumped by more. */
export const furthest = 26 * hour

/** When a local time (ms, read as if it were UTC) is shown in the zone. */
export function localTimes(zone: string, local: number): LocalTimes {
  const only = covering(zone, local - furthest, local + furthest)
  if (only) return { kind: 'shown', first: local - only.offset }
  const near = stretches(zone, local - furthest, local + furthest)
  let first: number | undefined
  for (const { start, end, offset } of near) {
    const at = local - offset
    if (at < start || at >= end) continue
    if (first !== undefined) return { kind: 'shown', first, second: at }
    first = at
  }
  if (first !== undefined) return { kind: 'shown', first }
  for (const [index, { start, offset }] of near.entries()) {
    const before = near[index - 1]
    if (before && start + before.offset <= local && local < start + offset)
      return { kind: 'gap', end: start, localEnd: start + offset }
  }
  throw new RangeError(`${zone} has no time ${new Date(local).toISOString()}`)
}

/** The offset at `at`, and the transition ahead if `at` is on the first pass of what it lets the clocks show twice. */
export function transitionNear(
  zone: string,
  at: number,
): { readonly offset: number; readonly overlap?: ZoneTransition | undefined } {
  const only = covering(zone, at, at + furthest)
  if (only) return only
  const near = stretches(zone, at, at + furthest)
  const offset = near[0]?.offset ?? 0
  const after = near.find((stretch) => stretch.offset !== offset)
  if (after === undefined || after.offset >= offset || at + offset < after.start + after.offset) return { offset }
  return { offset, overlap: { at: after.start, offsetBefore: offset, offsetAfter: after.offset } }
}

/** Transitions after `from`, at most up to `until`, soonest first. */
export function* zoneTransitions(zone: string, from: number, until: number): Generator<ZoneTransition> {
  let before: Stretch | undefined
  for (let year = yearOf(from); yearStart(year) <= until; year++) {
    for (const stretch of stretchesOf(zone, year)) {
      if (before && before.offset !== stretch.offset && stretch.start > from && stretch.start <= until)
        yield { at: stretch.start, offsetBefore: before.offset, offsetAfter: stretch.offset }
      before = stretch
    }
  }
}

/** The one stretch that holds all of `[from, to]`, if it is one: nearly always. */
function covering(zone: string, from: number, to: number): Stretch | undefined {
  return stretchesOf(zone, yearOf(from)).find(({ start, end }) => start <= from && to < end)
}

/** The stretches that meet `[from, to]`, in order. */
function stretches(zone: string, from: number, to: number): readonly Stretch[] {
  const [first, last] = [yearOf(from), yearOf(to)]
  const all = first === last ? stretchesOf(zone, first) : [...stretchesOf(zone, first), ...stretchesOf(zone, last)]
  return all.filter(({ start, end }) => end > from && start <= to)
}

const kept = new Map<string, Map<number, readonly Stretch[]>>()
const keptYears = 500

function stretchesOf(zone: string, year: number): readonly Stretch[] {
  const years = kept.get(zone) ?? new Map<number, readonly Stretch[]>()
  kept.set(zone, years)
  let found = years.get(year)
  if (found === undefined) {
    if (years.size >= keptYears) years.clear()
    found =
      year < settledYear ? findStretches(offsetOf(zone), yearStart(year), yearStart(year + 1)) : laterYear(zone, year)
    years.set(year, found)
  }
  return found
}

/** From here on all clocks go by rules for weekdays of months: years with the same calendar have the same changes. */
const settledYear = 2088
/** Begins 28 years that have all kinds of calendar. */
const modelYear = 2104

/** Moved from a year with the same calendar: whoever looks for what never comes would else look at thousands of years. */
function laterYear(zone: string, year: number): readonly Stretch[] {
  const length = yearStart(year + 1) - yearStart(year)
  const firstWeekday = new Date(yearStart(year)).getUTCDay()
  let like = modelYear
  while (yearStart(like + 1) - yearStart(like) !== length || new Date(yearStart(like)).getUTCDay() !== firstWeekday)
    like++
  if (like === year) return findStretches(offsetOf(zone), yearStart(year), yearStart(year + 1))
  const moved = yearStart(year) - yearStart(like)
  return stretchesOf(zone, like).map(({ start, end, offset }) => ({ start: start + moved, end: end + moved, offset }))
}

/**
 * Looks at every third day, then halves the stretch in which the offset changes. Two changes within it would be taken as one,
 * but none were ever less than four days apart.
 */
function findStretches(offset: (at: number) => number, start: number, end: number): Stretch[] {
  const found: Stretch[] = []
  let began = start
  let current = offset(start)
  for (let from = start; from < end; from += 3 * day) {
    const to = Math.min(from + 3 * day, end)
    const then = offset(to)
    if (then === current) continue
    const at = firstOf(from, to, (instant) => offset(instant) !== current)
    if (at >= end) break
    found.push({ start: began, end: at, offset: current })
    began = at
    current = then
  }
  return [...found, { start: began, end, offset: current }]
}

/** The first whole second in `(from, to]` for which `holds` does; it holds from there on. */
function firstOf(from: number, to: number, holds: (at: number) => boolean): number {
  let [no, yes] = [from, to]
  while (yes - no > 1000) {
    const middle = no + Math.floor((yes - no) / 2000) * 1000
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}

/** By what the clocks show: `timeZoneName: 'longOffset'` says it outright, but takes 5 ms a zone to set up, and 50 ms the first. */
function offsetOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const shown = new Date(0)
  return (at) => {
    const [month = 1, date = 1, year = 1970, hours, minutes, seconds] =
      format.format(at).match(/\d+/g)?.map(Number) ?? []
    shown.setUTCFullYear(year, month - 1, date)
    shown.setUTCHours(hours ?? 0, minutes, seconds, 0)
    return shown.getTime() - Math.floor(at / 1000) * 1000
  }
}

function yearOf(at: number): number {
  return new Date(at).getUTCFullYear()
}

function yearStart(year: number): number {
  const start = new Date(0)
  start.setUTCFullYear(year)
  return start.getTime()
}
