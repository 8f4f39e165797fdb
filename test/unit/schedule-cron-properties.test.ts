import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autoDst, nextCron } from '@shared/schedule/cron'
import { expectedRuns, shownMinutes, wallMatcher, type ShownMinute } from '../support/clock-oracle'

const minute = 60_000
const day = 86_400_000
const text = (at: number | undefined): string => (at === undefined ? 'never' : new Date(at).toISOString())

const number = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String)
const range = (low: number, high: number) =>
  fc.tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high })).map((pair) => {
    const [from, to] = pair.sort((a, b) => a - b)
    return `${from}-${to}`
  })
const stepped = (low: number, high: number) =>
  fc
    .tuple(fc.oneof(fc.constant('*'), range(low, high)), fc.integer({ min: 1, max: high - low }))
    .map((pair) => pair.join('/'))
const simple = (low: number, high: number) => fc.oneof(number(low, high), range(low, high), stepped(low, high))
const list = (item: fc.Arbitrary<string>) =>
  fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))
const field = (low: number, high: number) => fc.oneof(fc.constant('*'), list(simple(low, high)))

const months = ['JAN', 'feb', 'Mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['SUN', 'mon', 'Tue', 'wed', 'thu', 'fri', 'sat']
const dayOfMonth = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('*', '?') },
  {
    weight: 5,
    arbitrary: list(
      fc.oneof(
        simple(1, 31),
        fc.constant('L'),
        number(1, 31).map((one) => `${one}W`),
      ),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('LW', 'lw', 'l', '15w', '*/2', '*/10', '1,L') },
)
const dayOfWeek = fc
  .tuple(
    fc.boolean(),
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('*', '?') },
      {
        weight: 5,
        arbitrary: list(
          fc.oneof(
            simple(0, 7),
            fc.constantFrom(...weekdays),
            fc.constantFrom('mon-fri', 'fri-sun', 'sun-wed', 'tue-sat/2'),
            fc
              .tuple(simple(1, 6), fc.constantFrom('#1', '#2', '#3', '#4', '#5', '#L', 'L', '#l'))
              .map((pair) => pair.join('')),
            fc.tuple(fc.constantFrom(...weekdays), fc.constantFrom('#1', '#3', '#L', 'L')).map((pair) => pair.join('')),
          ),
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom('*/2', '*/3', '7', '0,7') },
    ),
  )
  .map(([and, one]) => (and && one !== '?' ? `+${one}` : one))
const month = fc.oneof(
  { weight: 2, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: list(fc.oneof(simple(1, 12), fc.constantFrom(...months), fc.constant('jan-mar'))) },
)
const dates = fc.tuple(dayOfMonth, month, dayOfWeek).map((fields) => fields.join(' '))
const fiveFields = fc.tuple(field(0, 59), field(0, 23), dates).map((fields) => fields.join(' '))

/** Zones whose year has every kind of change. */
const years = [
  ['UTC', 2028],
  ['Europe/Berlin', 2027],
  ['Australia/Lord_Howe', 2024],
  ['Antarctica/Troll', 2024],
  ['America/Santiago', 2024],
  ['Pacific/Apia', 2011],
  ['Africa/Casablanca', 2024],
  ['Asia/Tehran', 2021],
] as const

describe('the next instant is the one that a look at every minute of the year finds', () => {
  it.each(years)('%s %i', (zone, year) => {
    // A day before, for what an overlap shows twice.
    const [from, until] = [Date.UTC(year, 0), Date.UTC(year + 1, 0)]
    const shown = shownMinutes(zone, from - day, until)
    fc.assert(
      fc.property(
        fiveFields,
        fc.array(fc.integer({ min: from, max: until - 1 }), { maxLength: 30 }),
        (expression, asked) => {
          const all = expectedRuns(expression, shown)
          for (const t of asked) {
            const wanted = firstAfter(all, t)
            const found = nextCron(expression, zone, t)
            if (wanted === undefined) expect(found ?? Infinity).toBeGreaterThanOrEqual(until)
            else
              expect(`${expression} after ${text(t)}: ${text(found)}`).toBe(
                `${expression} after ${text(t)}: ${text(wanted)}`,
              )
          }
          // All the way through, where that is not too far.
          let [at, walked] = [nextCron(expression, zone, from - 1), 0]
          for (const wanted of all.filter((one) => one >= from)) {
            if (++walked > 300) break
            expect(`${expression}: ${text(at)}`).toBe(`${expression}: ${text(wanted)}`)
            at = nextCron(expression, zone, at ?? 0)
          }
        },
      ),
      { numRuns: 60, seed: year },
    )
  })

  it('second by second over a day, on which the clocks are set too', () => {
    const days = [
      ['Europe/Berlin', '2027-10-31'],
      ['Europe/Berlin', '2027-03-28'],
      ['Australia/Lord_Howe', '2024-04-06'],
      ['America/New_York', '2027-06-01'],
      // Set forward by 44 minutes and 30 seconds at midnight.
      ['Africa/Monrovia', '1972-01-07'],
    ] as const
    const bySecond = days.map(([zone, date]) => {
      const from = Date.parse(`${date}T00:00:00Z`)
      return { zone, from, shown: shownMinutes(zone, from - 6 * 3_600_000, from + day, 1000) }
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...bySecond),
        fc.tuple(field(0, 59), field(0, 59), fc.oneof(field(0, 3), field(0, 23))),
        fc.array(fc.integer({ min: 0, max: day - 1 }), { maxLength: 20 }),
        ({ zone, from, shown }, times, asked) => {
          const expression = `${times.join(' ')} * * *`
          const all = expectedSeconds(expression, shown)
          for (const t of asked.map((ms) => from + ms)) {
            const wanted = firstAfter(all, t)
            const found = nextCron(expression, zone, t)
            if (wanted === undefined) expect(found ?? Infinity).toBeGreaterThanOrEqual(from + day)
            else
              expect(`${expression} ${zone} after ${text(t)}: ${text(found)}`).toBe(
                `${expression} ${zone} after ${text(t)}: ${text(wanted)}`,
              )
          }
        },
      ),
      { numRuns: 150, seed: 3 },
    )
  })

  it('with a year field, and none where its years have passed', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          number(2020, 2032),
          range(2020, 2032),
          list(number(2020, 2032)),
          fc.constantFrom('*/2', '2021-2031/3', '*'),
        ),
        dates,
        fc.integer({ min: Date.UTC(2019, 0), max: Date.UTC(2033, 0) }),
        (year, datesOf, t) => {
          const expression = `0 0 0 ${datesOf} ${year}`
          const meant = wallMatcher(expression)
          let wanted: number | undefined
          for (let at = Math.floor(t / day) * day + day; at < Date.UTC(2034, 0); at += day)
            if (meant(at)) {
              wanted = at
              break
            }
          const found = nextCron(expression, 'UTC', t)
          if (wanted === undefined) expect(found ?? Infinity).toBeGreaterThanOrEqual(Date.UTC(2034, 0))
          else
            expect(`${expression} after ${text(t)}: ${text(found)}`).toBe(
              `${expression} after ${text(t)}: ${text(wanted)}`,
            )
        },
      ),
      { numRuns: 1000, seed: 4 },
    )
  })

  it('is always later than the one asked for', () => {
    fc.assert(
      fc.property(
        fiveFields,
        fc.constantFrom(...years.map(([zone]) => zone)),
        fc.integer({ min: 0, max: 4e12 }),
        fc.constantFrom('auto' as const, 'first' as const, 'both' as const),
        (expression, zone, t, overlap) => {
          expect(nextCron(expression, zone, t, { ...autoDst, overlap }) ?? Infinity).toBeGreaterThan(t)
        },
      ),
      { numRuns: 1000, seed: 5 },
    )
  })
})

/** The first of sorted numbers that is greater. */
function firstAfter(sorted: readonly number[], t: number): number | undefined {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) > t) high = middle
    else low = middle + 1
  }
  return sorted[low]
}

/** The rule of `expectedRuns`, where each second is looked at. */
function expectedSeconds(expression: string, shown: readonly ShownMinute[]): number[] {
  const [seconds = '', minutes = '', hours = ''] = expression.split(' ')
  const inMinute = wallMatcher(expression)
  const inSecond = wallMatcher(`${seconds} * * * *`)
  const meant = (wall: number): boolean => inMinute(wall) && inSecond(((wall / 1000) % 60) * minute)
  const cadence = ['*', '*/1', '0-23'].includes(hours)
  const fixed = [seconds, minutes, hours].every((one) => /^[\d,]+$/.test(one))
  const found: number[] = []
  let latest = -Infinity
  for (const [index, { at, wall }] of shown.entries()) {
    let swallowed = false
    for (let gone = (shown[index - 1]?.wall ?? wall) + 1000; gone < wall && !swallowed; gone += 1000)
      swallowed = meant(gone)
    if ((swallowed && !cadence) || (meant(wall) && (!fixed || wall > latest))) found.push(at)
    latest = Math.max(latest, wall)
  }
  return found
}
