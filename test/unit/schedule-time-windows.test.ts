import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { timeWindow, weekday, type TimeWindow } from '@shared/model/time-window'
import { isOpen } from '../../electron/host/schedule/time-windows'
import { wallClock } from '../support/clock-oracle'

const minute = 60_000
const day = 86_400_000
type Given = Partial<Record<keyof TimeWindow, unknown>>
const made = (given: Given[]): TimeWindow[] => given.map((one) => timeWindow.parse(one))
const open = (at: string, active: Given[], blackouts: Given[] = [], zone = 'UTC'): boolean =>
  isOpen(Date.parse(at), { active: made(active), blackouts: made(blackouts) }, zone)

describe('an active window', () => {
  it.each<[name: string, window: Given, zone: string, inside: string[], outside: string[]]>([
    [
      'of dates, both inclusive',
      { from: '2027-03-01', until: '2027-03-02' },
      'UTC',
      ['2027-03-01T00:00:00Z', '2027-03-02T23:59:59.999Z'],
      ['2027-02-28T23:59:59.999Z', '2027-03-03T00:00:00Z'],
    ],
    ['open to one side', { from: '2027-03-01' }, 'UTC', ['9999-12-31T23:59:59Z'], ['2027-02-28T23:59:59Z']],
    ['open to the other', { until: '2027-03-01' }, 'UTC', ['1990-01-01T00:00:00Z'], ['2027-03-02T00:00:00Z']],
    [
      'of dates as the machine’s zone has them',
      { from: '2027-03-01', until: '2027-03-01' },
      'Pacific/Auckland',
      ['2027-02-28T11:00:00Z', '2027-03-01T10:59:59Z'],
      ['2027-02-28T10:59:59Z', '2027-03-01T11:00:00Z'],
    ],
    [
      'of dates as its own zone has them',
      { from: '2027-03-01', until: '2027-03-01', timezone: 'America/Los_Angeles' },
      'Pacific/Auckland',
      ['2027-03-01T08:00:00Z', '2027-03-02T07:59:59Z'],
      ['2027-03-01T07:59:59Z', '2027-03-02T08:00:00Z'],
    ],
    [
      'of listed dates',
      { dates: ['2027-12-24', '2028-02-29'] },
      'UTC',
      ['2027-12-24T12:00:00Z', '2028-02-29T23:59:00Z'],
      ['2027-12-25T00:00:00Z', '2028-03-01T00:00:00Z'],
    ],
    [
      'of weekdays',
      { weekdays: ['mon', 'sun'] },
      'UTC',
      ['2027-03-01T12:00:00Z', '2027-03-07T12:00:00Z'],
      ['2027-03-02T00:00:00Z', '2027-03-06T23:59:59Z'],
    ],
    [
      'of times, from inclusive, until exclusive',
      { times: { from: '08:00', until: '17:30' } },
      'UTC',
      ['2027-03-01T08:00:00Z', '2027-03-01T17:29:59.999Z'],
      ['2027-03-01T07:59:59.999Z', '2027-03-01T17:30:00Z'],
    ],
    [
      'to the end of the day',
      { times: { from: '22:00', until: '24:00' } },
      'UTC',
      ['2027-03-01T23:59:59.999Z'],
      ['2027-03-01T21:59:59Z', '2027-03-02T00:00:00Z'],
    ],
    [
      'over midnight, of the day it begins on',
      { weekdays: ['fri'], times: { from: '22:00', until: '06:00' } },
      'UTC',
      ['2027-03-05T22:00:00Z', '2027-03-06T05:59:59Z'],
      ['2027-03-05T05:00:00Z', '2027-03-06T06:00:00Z', '2027-03-06T22:00:00Z', '2027-03-04T23:00:00Z'],
    ],
    [
      'over midnight, to the end of its last date',
      { from: '2027-03-05', until: '2027-03-06', times: { from: '22:00', until: '06:00' } },
      'UTC',
      ['2027-03-05T22:00:00Z', '2027-03-07T05:59:00Z'],
      ['2027-03-05T05:00:00Z', '2027-03-07T06:00:00Z', '2027-03-07T22:00:00Z'],
    ],
    [
      'over midnight, of listed dates',
      { dates: ['2027-12-31'], times: { from: '23:00', until: '01:00' } },
      'UTC',
      ['2027-12-31T23:30:00Z', '2028-01-01T00:59:00Z'],
      ['2027-12-31T00:30:00Z', '2028-01-01T01:00:00Z'],
    ],
    [
      'that the clocks skip half of',
      { times: { from: '02:30', until: '03:30' } },
      'Europe/Berlin',
      ['2027-03-28T01:00:00Z', '2027-03-28T01:29:59Z'],
      ['2027-03-28T00:59:59Z', '2027-03-28T01:30:00Z'],
    ],
    [
      'that the clocks show twice',
      { times: { from: '02:30', until: '03:00' } },
      'Europe/Berlin',
      ['2027-10-31T00:30:00Z', '2027-10-31T00:59:59Z', '2027-10-31T01:30:00Z', '2027-10-31T01:59:59Z'],
      ['2027-10-31T00:29:59Z', '2027-10-31T01:00:00Z', '2027-10-31T01:29:59Z', '2027-10-31T02:00:00Z'],
    ],
    [
      'from a midnight that there is not',
      { dates: ['2027-09-05'], times: { from: '00:00', until: '02:00' }, timezone: 'America/Santiago' },
      'UTC',
      ['2027-09-05T04:00:00Z', '2027-09-05T04:59:59Z'],
      ['2027-09-05T03:59:59Z', '2027-09-05T05:00:00Z'],
    ],
  ])('%s', (_name, window, zone, inside, outside) => {
    for (const at of inside) expect([at, open(at, [window], [], zone)]).toEqual([at, true])
    for (const at of outside) expect([at, open(at, [window], [], zone)]).toEqual([at, false])
    // A blackout is the very opposite.
    for (const at of [...inside, ...outside]) expect(open(at, [], [window], zone)).toBe(!open(at, [window], [], zone))
  })

  it('is one of several, and a blackout within goes before it', () => {
    const active = [{ weekdays: ['sat'] }, { times: { from: '08:00', until: '10:00' } }]
    const blackouts = [{ dates: ['2027-03-06'], times: { from: '09:00', until: '11:00' } }]
    expect(open('2027-03-05T09:30:00Z', active, blackouts)).toBe(true)
    expect(open('2027-03-05T10:30:00Z', active, blackouts)).toBe(false)
    expect(open('2027-03-06T08:30:00Z', active, blackouts)).toBe(true)
    expect(open('2027-03-06T09:30:00Z', active, blackouts)).toBe(false)
    expect(open('2027-03-06T11:00:00Z', active, blackouts)).toBe(true)
  })

  it('is needless', () => {
    expect(open('2027-03-05T09:30:00Z', [])).toBe(true)
  })
})

it('a window holds what a look at the clocks says', () => {
  const clock = fc
    .integer({ min: 0, max: 1439 })
    .map((minutes) => new Date(minutes * minute).toISOString().slice(11, 16))
  const date = fc
    .integer({ min: 0, max: 40 })
    .map((n) => new Date(Date.UTC(2027, 2, 10) + n * day).toISOString().slice(0, 10))
  const window = fc
    .record(
      {
        from: date,
        until: date,
        dates: fc.array(date, { minLength: 1, maxLength: 10 }),
        weekdays: fc.uniqueArray(fc.constantFrom(...weekday.options), { minLength: 1 }),
        times: fc.record({ from: clock, until: fc.oneof(clock, fc.constant('24:00')) }),
        timezone: fc.constantFrom('America/New_York', 'Asia/Tokyo'),
      },
      { requiredKeys: [] },
    )
    .filter((given) => timeWindow.safeParse(given).success)
  fc.assert(
    fc.property(
      window,
      fc.constantFrom('Europe/Berlin', 'Antarctica/Troll', 'UTC'),
      fc.integer({ min: Date.UTC(2027, 2, 8), max: Date.UTC(2027, 3, 22) }),
      (given, machine, at) => {
        const [today, time] = new Date(wallClock(given.timezone ?? machine, at)).toISOString().split('T') as [
          string,
          string,
        ]
        const yesterday = new Date(Date.parse(today) - day).toISOString().slice(0, 10)
        const fits = (on: string): boolean =>
          (given.from ?? '') <= on &&
          on <= (given.until ?? '~') &&
          (given.dates?.includes(on) ?? true) &&
          (given.weekdays?.includes(
            new Date(on).toLocaleDateString('en', { weekday: 'short', timeZone: 'UTC' }).toLowerCase() as 'mon',
          ) ??
            true)
        const { from, until } = given.times ?? { from: '00:00', until: '24:00' }
        const now = time.slice(0, 5)
        const wanted =
          from < until
            ? fits(today) && from <= now && now < until
            : (fits(today) && from <= now) || (fits(yesterday) && now < until)
        expect(isOpen(at, { active: [timeWindow.parse(given)], blackouts: [] }, machine)).toBe(wanted)
      },
    ),
    { numRuns: 3000 },
  )
})
