import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextCron } from '@shared/schedule/cron'
import { localToInstant } from '@shared/schedule/local-time'
import { isTimeZone } from '@shared/schedule/zone'
import { localTimes, transitionNear, zoneTransitions } from '@shared/schedule/zone-offsets'
import { changesOf, wallClock } from '../support/clock-oracle'

const hour = 3_600_000
const zones = Intl.supportedValuesOf('timeZone')
const year = (n: number): number => Date.UTC(n, 0)

describe('what the clocks of a zone show', () => {
  it('is known for every zone, in any year', () => {
    expect(zones.length).toBeGreaterThan(400)
    // A few instants for each zone, some near one another and far apart from the others.
    const instants = fc.sample(fc.integer({ min: year(1850), max: year(2150) }), { numRuns: zones.length * 3, seed: 1 })
    const wrong: string[] = []
    for (const [index, zone] of zones.entries())
      for (const ms of instants.slice(index * 3, index * 3 + 3)) {
        const at = Math.floor(ms / 1000) * 1000
        const wall = wallClock(zone, at)
        const found = localTimes(zone, wall)
        if (transitionNear(zone, at).offset !== wall - at) wrong.push(`${zone} ${at}: offset`)
        if (found.kind === 'gap' || (found.first !== at && found.second !== at)) wrong.push(`${zone} ${at}: not shown`)
      }
    expect(wrong).toEqual([])
  })

  it('is known in the far future, which repeats itself', () => {
    const instants = fc.sample(fc.integer({ min: year(2090), max: year(9999) }), { numRuns: zones.length * 2, seed: 2 })
    const wrong = zones.flatMap((zone, index) =>
      instants
        .slice(index * 2, index * 2 + 2)
        .map((ms) => Math.floor(ms / 1000) * 1000)
        .filter((at) => transitionNear(zone, at).offset !== wallClock(zone, at) - at)
        .map((at) => `${zone} ${at}`),
    )
    expect(wrong).toEqual([])
    for (const zone of ['Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Africa/Casablanca', 'Asia/Gaza'])
      for (const n of [2086, 2087, 2099, 2100, 2103, 2104, 2400, 2800, 5555, 9998])
        expect([...zoneTransitions(zone, year(n), year(n + 1) - 1)].map(({ at }) => at)).toEqual(
          changesOf(zone, year(n), year(n + 1)).map(({ at }) => at),
        )
  })

  it.each([
    ['Europe/Berlin', 1945],
    ['Europe/Dublin', 1971],
    ['Africa/Casablanca', 2012],
    ['Africa/Cairo', 2014],
    ['America/St_Johns', 2006],
    ['America/Argentina/San_Luis', 2008],
    ['Asia/Gaza', 2011],
    ['Pacific/Apia', 2011],
    ['Africa/Monrovia', 1972],
    ['Europe/Amsterdam', 1937],
    // Two changes within a week.
    ['America/Recife', 2000],
    ['Pacific/Kiritimati', 1994],
  ])('changes when a look at every hour says so: %s %i', (zone, n) => {
    const wanted = changesOf(zone, year(n), year(n + 1))
    const found = [...zoneTransitions(zone, year(n), year(n + 1) - 1)]
    expect(found.map(({ at, offsetBefore, offsetAfter }) => ({ at, by: offsetAfter - offsetBefore }))).toEqual(wanted)
    expect(wanted.length).toBeGreaterThan(0)
  })

  it('is shown once, twice or never, whichever local time is asked for', () => {
    const changing = [
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Antarctica/Troll',
      'America/Santiago',
      'America/Havana',
      'Atlantic/Azores',
    ]
    for (const zone of changing)
      for (const { at, by } of changesOf(zone, year(2024), year(2025))) {
        const after = wallClock(zone, at)
        const [begin, end] = [Math.min(after, after - by), Math.max(after, after - by)]
        for (let local = begin; local < end; local += 5 * 60_000) {
          const found = localTimes(zone, local)
          if (by > 0) expect(found).toEqual({ kind: 'gap', end: at, localEnd: end })
          else {
            const first = at - (end - local)
            expect(found).toEqual({ kind: 'shown', first, second: first - by })
            expect([wallClock(zone, first), wallClock(zone, first - by)]).toEqual([local, local])
          }
        }
        for (const local of [begin - 1000, end]) expect(localTimes(zone, local)).toMatchObject({ kind: 'shown' })
        for (const local of [begin - 1000, end]) expect(localTimes(zone, local)).not.toHaveProperty('second')
      }
  })

  it('at the bounds of a year too', () => {
    // The whole of 31 December 1994 is left out, and the clocks of UTC change their year 14 hours later.
    expect(localToInstant('1995-01-01T00:00', 'Pacific/Kiritimati')).toBe(Date.parse('1994-12-31T10:00:00Z'))
    for (const zone of ['Pacific/Kiritimati', 'Etc/GMT+12', 'Asia/Kathmandu', 'America/New_York'])
      for (let at = year(1995) - 30 * hour; at < year(1995) + 30 * hour; at += hour / 4)
        expect(localTimes(zone, wallClock(zone, at))).toMatchObject({ first: at })
  })
})

describe('a zone may be called', () => {
  it.each([
    ['US/Eastern', 'America/New_York'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['GB', 'Europe/London'],
    ['Asia/Katmandu', 'Asia/Kathmandu'],
    ['EUROPE/berlin', 'Europe/Berlin'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
  ])('%s for %s', (alias, name) => {
    expect([isTimeZone(alias), isTimeZone(name)]).toEqual([true, true])
    for (const expression of ['30 2 * * *', '*/7 1-3 * * 0'])
      for (const from of ['2024-03-09T00:00Z', '2024-03-30T12:00Z', '2024-10-26T12:00Z', '2024-11-02T20:00Z'])
        expect(nextCron(expression, alias, Date.parse(from))).toBe(nextCron(expression, name, Date.parse(from)))
  })

  it.each([
    '',
    ' UTC',
    'UTC ',
    '+02:00',
    'UTC+2',
    'GMT+2',
    'Europe',
    'Europe/',
    'Europe/Berlin\n',
    'Mars/Base',
    'x'.repeat(10_000),
  ])('not %j', (name) => {
    expect(isTimeZone(name)).toBe(false)
  })
})
