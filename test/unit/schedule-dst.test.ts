import { describe, expect, it } from 'vitest'
import { nextCron, nextCronInstant, type DstPolicy } from '@shared/schedule/cron'
import { changesOf, expectedRuns, shownMinutes, wallClock, type Change } from '../support/clock-oracle'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const text = (at: number): string => new Date(at).toISOString()

/** Everything in `[from, until)`. */
function runs(expression: string, zone: string, from: number, until: number, dst?: DstPolicy): number[] {
  const found: number[] = []
  for (let at = nextCron(expression, zone, from - 1, dst); at !== undefined && at < until;) {
    found.push(at)
    at = nextCron(expression, zone, at, dst)
  }
  return found
}

describe('the table of semantics.md', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2027-03-28', ['01:00']],
    ['0,30 2 * * *', 'Europe/Berlin', '2027-03-28', ['01:00']],
    ['0,30 2 * * *', 'Europe/Berlin', '2027-10-31', ['00:00', '00:30']],
    ['0 0 * * *', 'America/Santiago', '2027-09-05', ['04:00']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-04', ['2027-04-03 14:45']],
    [
      '0 */2 * * *',
      'America/New_York',
      '2016-03-13',
      // 07:00 for the lost 02:00.
      ['05:00', '07:00', '08:00', '10:00', '12:00', '14:00', '16:00', '18:00', '20:00', '22:00', '00:00', '02:00'],
    ],
  ])('%s in %s on %s', (expression, zone, date, wanted) => {
    const { from, until } = localDay(zone, date)
    expect(
      runs(expression, zone, from, until).map((at) => text(at).slice(11, 16)),
      'the times',
    ).toEqual(wanted.map((one) => one.slice(-5)))
    const [first] = wanted
    if (first !== undefined && first.length > 5)
      expect(
        text(runs(expression, zone, from, until)[0] ?? 0)
          .slice(0, 16)
          .replace('T', ' '),
      ).toBe(first)
  })

  it.each([
    ['2027-03-28', 46],
    ['2027-10-31', 50],
    ['2027-06-01', 48],
  ])('*/30 * * * * in Europe/Berlin runs on %s %i times', (date, count) => {
    const { from, until } = localDay('Europe/Berlin', date)
    expect(runs('*/30 * * * *', 'Europe/Berlin', from, until)).toHaveLength(count)
  })
})

/** Zone, year, and by how many minutes the clocks are set in it, in order. */
const years: readonly (readonly [zone: string, year: number, shifts: readonly number[]])[] = [
  ['Europe/Berlin', 2027, [60, -60]],
  ['America/New_York', 2016, [60, -60]],
  ['Australia/Lord_Howe', 2024, [-30, 30]],
  ['Antarctica/Troll', 2024, [120, -120]],
  ['America/Santiago', 2024, [-60, 60]],
  ['Africa/Cairo', 2024, [60, -60]],
  ['Asia/Beirut', 2024, [60, -60]],
  ['America/Havana', 2024, [60, -60]],
  ['Asia/Tehran', 2021, [60, -60]],
  ['Pacific/Apia', 2011, [-60, 60, 1440]],
  ['Africa/Casablanca', 2024, [-60, 60]],
  ['Africa/El_Aaiun', 2023, [-60, 60]],
  ['Europe/Dublin', 2024, [60, -60]],
  ['Asia/Pyongyang', 2015, [-30]],
  ['Asia/Pyongyang', 2018, [30]],
  ['Atlantic/Azores', 2024, [60, -60]],
  ['America/Scoresbysund', 2023, [60, -60]],
  ['Pacific/Chatham', 2024, [-60, 60]],
  ['Pacific/Norfolk', 2024, [-60, 60]],
  ['Asia/Amman', 2021, [60, -60]],
  ['America/Asuncion', 2023, [-60, 60]],
  ['America/St_Johns', 1988, [120, -120]],
  ['America/St_Johns', 2006, [60, -60]],
  ['America/Caracas', 2007, [-30]],
  ['America/Caracas', 2016, [30]],
  ['Asia/Kathmandu', 1985, [15]],
  ['Asia/Colombo', 1996, [60, -30]],
  ['Europe/Moscow', 2011, [60]],
  ['Europe/Moscow', 2014, [-60]],
  ['Antarctica/Casey', 2010, [-180]],
  ['Pacific/Kiritimati', 1994, [1440]],
  ['Pacific/Kwajalein', 1993, [1440]],
  ['Europe/Lisbon', 1992, [60]],
  ['Africa/Juba', 2021, [-60]],
]

const policies: readonly DstPolicy[] = (['auto', 'skip', 'shift'] as const).flatMap((gap) =>
  (['auto', 'first', 'both'] as const).map((overlap) => ({ gap, overlap })),
)

describe('what the clocks skip or show twice, against a brute force look at the clocks', () => {
  it.each(years)('%s %i', (zone, year, shifts) => {
    const changes = yearChanges(zone, year)
    expect(changes.map(({ by }) => by / minute)).toEqual(shifts)
    for (const change of changes) {
      const size = Math.abs(change.by)
      const [from, until] = [change.at - size - 3 * hour, change.at + size + 3 * hour]
      const shown = shownMinutes(zone, from, until)
      const wrong: object[] = []
      let compared = 0
      for (const expression of forms(zone, change))
        for (const dst of policies) {
          const wanted = expectedRuns(expression, shown, dst)
          const found = runs(expression, zone, from, until, dst)
          compared++
          if (String(found) !== String(wanted))
            wrong.push({ expression, dst, wanted: wanted.map(text), found: found.map(text) })
        }
      expect(compared).toBeGreaterThan(1000)
      expect(wrong.slice(0, 3)).toEqual([])
    }
  })
})

describe('what a gap swallows by the choice of the task', () => {
  const dst: DstPolicy = { gap: 'skip', overlap: 'auto' }

  it('is told once, at the end of the gap, and only where nothing runs then', () => {
    const before = Date.parse('2027-03-28T00:59:00Z')
    const end = Date.parse('2027-03-28T01:00:00Z')
    expect(nextCronInstant('*/10 2 * * *', 'Europe/Berlin', before, dst)).toEqual({ at: end, lost: true })
    expect(nextCronInstant('*/10 2 * * *', 'Europe/Berlin', end, dst)?.lost).toBe(false)
    expect(nextCronInstant('0 2,3 * * *', 'Europe/Berlin', before, dst)).toEqual({ at: end, lost: false })
    expect(nextCronInstant('15 * * * *', 'Europe/Berlin', before, dst)).toEqual({ at: end, lost: true })
  })

  it('is nothing at all for a cadence by default', () => {
    expect(nextCronInstant('15 * * * *', 'Europe/Berlin', Date.parse('2027-03-28T00:59:00Z'))).toEqual({
      at: Date.parse('2027-03-28T01:15:00Z'),
      lost: false,
    })
  })
})

/** Each form of hour and minute field, near what the clocks skip or show twice, and some with seconds and with days. */
function forms(zone: string, change: Change): string[] {
  // The middle of what is skipped or shown twice.
  const middle = new Date(wallClock(zone, change.at) - change.by / 2)
  const first = new Date(wallClock(zone, change.at - 1) + (change.by < 0 ? change.by : 0) + 1)
  const [h, g] = [middle.getUTCHours(), first.getUTCHours()]
  const range = (one: number, other: number): string =>
    `${Math.max(0, Math.min(one, other))}-${Math.min(23, Math.max(one, other))}`
  const hours = [
    String(h),
    String(g),
    `${h},${(h + 5) % 24}`,
    [...new Set([g, (g + 1) % 24, (g + 23) % 24])].join(','),
    range(h - 1, h + 1),
    `${range(h - 2, h + 2)}/2`,
    '*/2',
    '*/5',
    '*',
    '*/1',
    '0-23',
    '0-23/1',
  ]
  const minutes = ['0', '15', '59', '0,30', '10-50', '10-50/20', '*/20', '*/7', '*', '0-59']
  const plain = hours.flatMap((one) => minutes.map((other) => `${other} ${one} * * *`))
  const seconds = ['30', '0,30', '*/20', '58-59'].flatMap((second) =>
    [String(h), `${h},${g}`, range(g, h), '*/2', '*'].map((one) => `${second} */30 ${one} * * *`),
  )
  const [date, month, weekday] = [middle.getUTCDate(), middle.getUTCMonth() + 1, middle.getUTCDay()]
  const days = [
    `${date} * *`,
    `${date} ${month} *`,
    `* * ${weekday}`,
    `*/2 * ${weekday}`,
    `${date} * +${weekday}`,
    'L * *',
  ].flatMap((one) => [`30 ${h} ${one}`, `0,15 ${g} ${one}`, `*/15 * ${one}`, `*/15 */2 ${one}`])
  return [...plain, ...seconds, ...days]
}

function yearChanges(zone: string, year: number): Change[] {
  return changesOf(zone, Date.UTC(year, 0), Date.UTC(year + 1, 0))
}

/** The day that the calendar of the zone calls so. */
function localDay(zone: string, date: string): { from: number; until: number } {
  const start = (wall: number): number => {
    let at = wall - 26 * hour
    while (wallClock(zone, at) < wall) at += minute
    return at
  }
  const wall = Date.parse(`${date}T00:00:00Z`)
  return { from: start(wall), until: start(wall + day) }
}
