import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autoDst, nextCron } from '@shared/schedule/cron'
import { nextBoundary } from '../../electron/host/schedule/boundaries'
import { canMeet } from '../../electron/host/schedule/minutes-of-day'
import { openings } from '../../electron/host/schedule/openings'
import { isOpen } from '../../electron/host/schedule/time-windows'

const now = Date.parse('2027-01-01T00:00:00Z')
const minute = 60_000
const hour = 60 * minute
const berlin = 'Europe/Berlin'

describe('where windows open', () => {
  it('is found far ahead as by going from boundary to boundary', () => {
    const date = fc
      .integer({ min: 0, max: 500 })
      .map((days) => new Date(now + days * 24 * hour).toISOString().slice(0, 10))
    const window = fc
      .record(
        {
          from: date,
          until: date,
          dates: fc.array(date, { minLength: 1, maxLength: 3 }),
          weekdays: fc.uniqueArray(fc.constantFrom('sun' as const, 'mon' as const, 'sat' as const), { minLength: 1 }),
          times: fc.constantFrom(
            { from: '02:15', until: '02:45' },
            { from: '22:00', until: '02:30' },
            { from: '02:00', until: '24:00' },
          ),
          timezone: fc.constantFrom(berlin, 'Australia/Lord_Howe', 'America/Santiago'),
        },
        { requiredKeys: ['dates'] },
      )
      .map(({ dates, ...rest }) => ({ ...rest, ...(dates.length > 1 ? { dates } : {}) }))
    fc.assert(
      fc.property(fc.array(window, { maxLength: 2 }), fc.array(window, { maxLength: 3 }), (active, blackouts) => {
        const given = { active, blackouts } as unknown as Parameters<typeof nextBoundary>[1]
        const end = now + 400 * 24 * hour
        let expected: number | undefined
        for (let at = now; at < end && expected === undefined; at = nextBoundary(at, given, 'UTC'))
          if (isOpen(at, given, 'UTC')) expected = at
        expect(openings(given, 'UTC').from(now, end)).toBe(expected)
      }),
    )
  })

  const windows = fc.record({
    from: fc.constantFrom(undefined, '2027-03-20'),
    weekdays: fc.constantFrom(undefined, ['sun' as const], ['mon' as const, 'fri' as const]),
    times: fc.constantFrom(
      undefined,
      { from: '02:15', until: '02:45' },
      { from: '22:00', until: '02:30' },
      { from: '00:00', until: '24:00' },
    ),
    timezone: fc.constantFrom(undefined, berlin, 'Australia/Lord_Howe', 'America/Santiago'),
  })

  it('is found as by looking at each minute', () => {
    fc.assert(
      fc.property(
        fc.array(windows, { minLength: 1, maxLength: 2 }),
        fc.array(windows, { maxLength: 1 }),
        fc.constantFrom('2027-03-27T20:07:00Z', '2027-10-30T20:00:00Z', '2027-04-03T10:30:00Z', '2027-09-04T20:00:00Z'),
        (active, blackouts, from) => {
          const given = { active, blackouts } as unknown as Parameters<typeof nextBoundary>[1]
          const begin = Date.parse(from)
          let next = nextBoundary(begin, given, 'UTC')
          for (let at = begin; at < begin + 2 * 86_400_000; at += minute) {
            if (at >= next) next = nextBoundary(at, given, 'UTC')
            if (at + minute < next) expect(isOpen(at + minute, given, 'UTC')).toBe(isOpen(at, given, 'UTC'))
          }
          const first = openings(given, 'UTC').from(begin, begin + 2 * 86_400_000)
          for (let at = begin; at < (first ?? begin + 2 * 86_400_000); at += minute)
            expect(isOpen(at, given, 'UTC')).toBe(false)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('is known for each minute of the day, over a year', () => {
    fc.assert(
      fc.property(
        fc.array(windows, { minLength: 1, maxLength: 2 }),
        fc.array(windows, { maxLength: 1 }),
        (active, blackouts) => {
          const given = { active, blackouts } as unknown as Parameters<typeof nextBoundary>[1]
          const end = now + 365 * 24 * hour
          const expected = new Uint8Array(1440)
          for (let at = now; at < end; at = nextBoundary(at, given, 'UTC')) {
            if (!isOpen(at, given, 'UTC')) continue
            const until = Math.min(end, nextBoundary(at, given, 'UTC'))
            for (let one = at; one < until; one += minute) expected[(one % (24 * hour)) / minute] = 1
          }
          expect(openings(given, 'UTC').everOpen(now, end)).toEqual(expected)
        },
      ),
      { numRuns: 25 },
    )
  })

  it.each(['30 2 * * *', '*/20 1-3 * * 0', '15 23 29 2 *', '5,50 0 * * *'])(
    'may be met by %s when it comes',
    (expression) => {
      for (const timezone of [berlin, 'Australia/Lord_Howe', 'America/Santiago', 'UTC']) {
        const end = now + 800 * 24 * hour
        const moment = { zone: 'UTC', dst: autoDst, createdAt: now, idleSince: null }
        const trigger = { kind: 'cron', expression, timezone } as const
        const met = new Uint8Array(1440)
        for (
          let at = nextCron(expression, timezone, now);
          at !== undefined && at < end;
          at = nextCron(expression, timezone, at)
        ) {
          const place = (at % (24 * hour)) / minute
          met[place] = 1
          const only = new Uint8Array(1440)
          only[place] = 1
          expect(canMeet(trigger, only, now, end, moment)).toBe(true)
        }
        expect(canMeet(trigger, new Uint8Array(1440), now, end, moment)).toBe(false)
        // Half a day away from all that it can ever be.
        const far = new Uint8Array(1440)
        far[(met.indexOf(1) + 720) % 1440] = 1
        expect(canMeet(trigger, far, now, end, moment)).toBe(false)
      }
    },
  )
})
