import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextBoundary, openFrom } from '../../electron/host/schedule/openings'
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
        expect(openFrom(now, given, 'UTC', end)).toBe(expected)
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
          const first = openFrom(begin, given, 'UTC', begin + 2 * 86_400_000)
          for (let at = begin; at < (first ?? begin + 2 * 86_400_000); at += minute)
            expect(isOpen(at, given, 'UTC')).toBe(false)
        },
      ),
      { numRuns: 25 },
    )
  })
})
