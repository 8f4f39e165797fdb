import { describe, expect, it } from 'vitest'
import { trigger } from '@shared/model/trigger'
import { localToInstant } from '@shared/schedule/local-time'

describe('a local time', () => {
  it.each([
    ['2027-12-25T10:00', 'Europe/Berlin', '2027-12-25T09:00:00.000Z', 'an ordinary one'],
    ['2027-12-25T10:00:05.250', 'Asia/Shanghai', '2027-12-25T02:00:05.250Z', 'to the millisecond'],
    ['2027-03-28T02:30', 'Europe/Berlin', '2027-03-28T01:00:00.000Z', 'jumped over: the first instant after'],
    ['2027-09-05T00:00', 'America/Santiago', '2027-09-05T04:00:00.000Z', 'jumped over at midnight'],
    ['2027-10-31T02:30', 'Europe/Berlin', '2027-10-31T00:30:00.000Z', 'comes twice: the first pass'],
    ['2027-10-03T02:15', 'Australia/Lord_Howe', '2027-10-02T15:30:00.000Z', 'a gap of 30 minutes'],
    ['2011-12-30T10:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z', 'a whole day jumped over: the next one begins'],
    ['1993-08-21T10:00', 'Pacific/Kwajalein', '1993-08-21T12:00:00.000Z', 'likewise'],
    ['1994-12-31T23:59', 'Pacific/Kiritimati', '1994-12-31T10:00:00.000Z', 'likewise, at the end of a year'],
    ['0100-03-01T10:00', 'UTC', '0100-03-01T10:00:00.000Z', 'long ago'],
    ['9999-12-31T23:59', 'UTC', '9999-12-31T23:59:00.000Z', 'far off'],
  ])('%s in %s is %s (%s)', (local, zone, at) => {
    expect(new Date(localToInstant(local, zone)).toISOString()).toBe(at)
  })

  it.each([
    ['0000-01-01T10:00', 'UTC'],
    ['0001-01-01T10:00', 'UTC'],
    ['0050-06-01T10:00', 'Europe/Berlin'],
    ['9999-12-31T23:59', 'America/New_York'],
  ])('%s in %s, which cannot be told as an instant, is refused, and as a trigger too', (at, timezone) => {
    expect(() => localToInstant(at, timezone)).toThrow('must be in the years 0100 to 9999')
    expect(
      trigger
        .safeParse({ kind: 'date', at, timezone })
        .error?.issues.map(({ path, message }) => [path.join('.'), message]),
    ).toEqual([['at', 'must be in the years 0100 to 9999 (local and UTC)']])
  })

  it('of a zone that is not known is refused for the zone alone', () => {
    expect(
      trigger
        .safeParse({ kind: 'date', at: '2027-01-01T10:00', timezone: 'Europe/Berlim' })
        .error?.issues.map(({ path }) => path.join('.')),
    ).toEqual(['timezone'])
  })
})
