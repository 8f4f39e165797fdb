/**
 * An independent answer to "when does this cron expression come?": by looking at what the clocks of a zone show, minute by
 * minute, through Intl alone. Slow, simple, and without a line of the product.
 */

/** A minute as it goes by: the instant it begins at, and what the clocks show then (ms, read as if it were UTC). */
export interface ShownMinute {
  readonly at: number
  readonly wall: number
}

export interface Change {
  /** The first instant of the new time, ms. */
  readonly at: number
  /** Ms by which the clocks are set. */
  readonly by: number
}

export interface OraclePolicy {
  readonly gap: 'auto' | 'skip' | 'shift'
  readonly overlap: 'auto' | 'first' | 'both'
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const formats = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of `zone` show at `at`, ms, read as if it were UTC. Years 1000 to 9999. */
export function wallClock(zone: string, at: number): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  const [days, months, years, hours, minutes, seconds] = format.format(at).match(/\d+/g)?.map(Number) ?? []
  return Date.UTC(years ?? 0, (months ?? 0) - 1, days, hours, minutes, seconds) + (((at % 1000) + 1000) % 1000)
}

/** Every change of the clocks in `[from, until)`, to the second. */
export function changesOf(zone: string, from: number, until: number): Change[] {
  const offset = (at: number): number => wallClock(zone, at) - at
  const found: Change[] = []
  for (let at = from; at < until; at += hour) {
    if (offset(at) === offset(at + hour)) continue
    let [before, after] = [at, at + hour]
    while (after - before > 1000) {
      const middle = before + Math.floor((after - before) / 2000) * 1000
      if (offset(middle) === offset(at)) before = middle
      else after = middle
    }
    found.push({ at: after, by: offset(after) - offset(before) })
  }
  return found
}

/** The minutes (or, for `step` 1000, seconds) of `[from, until)`. Hours in which nothing changes are not looked into. */
export function shownMinutes(zone: string, from: number, until: number, step = minute): ShownMinute[] {
  const shown: ShownMinute[] = []
  for (let start = from; start < until; start += hour) {
    const wall = wallClock(zone, start)
    const plain = wallClock(zone, start + hour) === wall + hour
    for (let at = start; at < Math.min(start + hour, until); at += step)
      shown.push({ at, wall: plain ? wall + (at - start) : wallClock(zone, at) })
  }
  return shown
}

/**
 * When `expression` comes in the stretch that `shown` covers, by the rule of semantics.md, "Daylight saving". The stretch has to
 * begin before the first pass of an overlap that it shows the second pass of.
 */
export function expectedRuns(
  expression: string,
  shown: readonly ShownMinute[],
  policy: OraclePolicy = { gap: 'auto', overlap: 'auto' },
): number[] {
  const parts = expression.split(' ')
  const [second = '0', minutes = '*', hours = '*'] = parts.length === 5 ? ['0', ...parts] : parts
  const meant = wallMatcher(expression)
  const cadence = ['*', '*/1', '0-23'].includes(hours)
  const fixed = [second, minutes, hours].every((field) => /^[\d,]+$/.test(field))
  const makesUp = policy.gap === 'shift' || (policy.gap === 'auto' && !cadence)
  const twice = policy.overlap === 'both' || (policy.overlap === 'auto' && !fixed)
  const seconds = fieldValues(second, 0, 59)
  const runs = new Set<number>()
  let latest = -Infinity
  for (const [index, { at, wall }] of shown.entries()) {
    const before = shown[index - 1]
    const swallowed = before === undefined ? wall : before.wall + minute
    if (makesUp && swallowed < wall) {
      for (let gone = swallowed; gone < wall; gone += minute) if (meant(gone)) runs.add(at)
    }
    if (meant(wall) && (twice || wall > latest)) for (const one of seconds) runs.add(at + one * 1000)
    latest = Math.max(latest, wall)
  }
  return [...runs].sort((a, b) => a - b)
}

/** Whether an expression means a minute that the clocks show: its minute, hour, day and year fields. */
export function wallMatcher(expression: string): (wall: number) => boolean {
  const parts = expression.split(' ')
  const padded = parts.length === 5 ? ['0', ...parts, '*'] : parts.length === 6 ? [...parts, '*'] : parts
  const [, minutes = '*', hours = '*', dayField = '*', months = '*', weekdays = '*', years = '*'] = padded
  const minuteSet = flags(fieldValues(minutes, 0, 59))
  const hourSet = flags(fieldValues(hours, 0, 23))
  const onDay = dayMatcher(dayField, months, weekdays, years)
  let lastDay = Number.NaN
  let lastAnswer = false
  return (wall) => {
    const date = Math.floor(wall / day)
    if (date !== lastDay) [lastDay, lastAnswer] = [date, onDay(new Date(wall))]
    if (!lastAnswer) return false
    const ofDay = wall - date * day
    return hourSet[Math.floor(ofDay / hour)] === true && minuteSet[Math.floor(ofDay / minute) % 60] === true
  }
}

const flags = (values: readonly number[]): boolean[] => {
  const found: boolean[] = []
  for (const value of values) found[value] = true
  return found
}

const names: Readonly<Record<string, readonly string[]>> = {
  month: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  weekday: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
}

/** The values of a list of numbers, names, ranges and steps. */
export function fieldValues(field: string, low: number, high: number, kind?: 'month' | 'weekday'): number[] {
  const number = (text: string): number => {
    const named = kind === undefined ? -1 : (names[kind]?.indexOf(text.toLowerCase()) ?? -1)
    return named >= 0 ? named : Number(text)
  }
  const values = new Set<number>()
  for (const part of field.split(',')) {
    const [span = '', every = '1'] = part.split('/')
    const [from = '', to = from] = span.split('-')
    const first = span === '*' || span === '?' ? low : number(from)
    let last = span === '*' || span === '?' ? high : number(to)
    if (kind === 'weekday' && to.toLowerCase() === 'sun' && first > 0) last = 7
    for (let value = first; value <= last; value += Number(every)) values.add(kind === 'weekday' ? value % 7 : value)
  }
  return [...values]
}

function dayMatcher(days: string, months: string, weekdays: string, years: string): (date: Date) => boolean {
  const monthSet = new Set(fieldValues(months, 1, 12, 'month'))
  const yearSet = years === '*' ? undefined : new Set(fieldValues(years, 0, 9999))
  const week = weekdays.replace(/^\+/, '')
  const open = (field: string): boolean => field.startsWith('*') || field === '?'
  const both = weekdays.startsWith('+') || open(days) || open(week)
  const dayTests = days.split(',').map(dayOfMonthTest)
  const weekTests = week.split(',').map(weekdayTest)
  return (date) => {
    if (!monthSet.has(date.getUTCMonth() + 1) || yearSet?.has(date.getUTCFullYear()) === false) return false
    const [one, other] = [dayTests.some((test) => test(date)), weekTests.some((test) => test(date))]
    return both ? one && other : one || other
  }
}

function dayOfMonthTest(part: string): (date: Date) => boolean {
  const upper = part.toUpperCase()
  const lastOf = (date: Date): number =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  const nearest = (date: Date, wanted: number): boolean => {
    const last = lastOf(date)
    if (wanted > last) return false
    // Of the working days of the month the nearest; there is never a tie.
    let best = Number.NaN
    for (let one = 1; one <= last; one++) {
      const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), one)).getUTCDay()
      if (weekday === 0 || weekday === 6) continue
      if (Number.isNaN(best) || Math.abs(one - wanted) < Math.abs(best - wanted)) best = one
    }
    return best === date.getUTCDate()
  }
  if (upper === 'L') return (date) => date.getUTCDate() === lastOf(date)
  if (upper === 'LW') return (date) => nearest(date, lastOf(date))
  if (upper.endsWith('W')) return (date) => nearest(date, Number(upper.slice(0, -1)))
  const values = new Set(fieldValues(part, 1, 31))
  return (date) => values.has(date.getUTCDate())
}

function weekdayTest(part: string): (date: Date) => boolean {
  const [, span = part, which] = /^(.*?)(?:#(\d|L)|(?<=[^#])L)?$/i.exec(part) ?? []
  const nth = which ?? (span.length < part.length ? 'L' : undefined)
  const values = new Set(fieldValues(span, 0, 6, 'weekday'))
  return (date) => {
    if (!values.has(date.getUTCDay())) return false
    if (nth === undefined) return true
    if (nth.toUpperCase() !== 'L') return Math.ceil(date.getUTCDate() / 7) === Number(nth)
    const week = new Date(date.getTime() + 7 * day)
    return week.getUTCMonth() !== date.getUTCMonth()
  }
}
