import { describe, expect, it } from 'vitest'
import { instant, json, parameters } from '@shared/model/common'
import { run } from '@shared/model/run'
import { makeRun } from '../support/make-run'

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels))

describe('an instant', () => {
  it.each([
    ['2027-03-28T02:00:00+01:00', '2027-03-28T01:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is kept as %s, which can be read again', (given, kept) => {
    expect(instant.parse(given)).toBe(kept)
    expect(instant.parse(kept)).toBe(kept)
  })

  it.each(['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:00'])(
    '%s, which in UTC is of a year that could not be read again, is refused',
    (given) => {
      expect(instant.safeParse(given).error?.issues[0]?.message).toBe('must be in the years 0000 to 9999 (UTC)')
    },
  )
})

describe('a JSON value', () => {
  it('may be nested 100 levels deep', () => {
    expect(json.parse(nested(100))).toEqual(nested(100))
  })

  it.each([101, 3000, 100_000])(
    'is refused when it is nested %i levels deep, rather than run out of stack',
    (levels) => {
      for (const given of [nested(levels), { x: nested(levels) }]) {
        expect(json.safeParse(given).error?.issues[0]?.message).toBe('is nested deeper than 100 levels')
      }
      expect(parameters.safeParse({ p: nested(levels) }).error?.issues[0]?.path).toEqual(['p'])
      expect(run.safeParse({ ...makeRun(), result: nested(levels) }).success).toBe(false)
    },
  )
})
