import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cronTrigger, trigger } from '@shared/model/trigger'
import { nextCron } from '@shared/schedule/cron'

const next = (expression: string, zone: string, from: string, count: number): string[] => {
  const found: string[] = []
  for (let after = Date.parse(from); found.length < count;) {
    const at = nextCron(expression, zone, after)
    if (at === undefined) break
    found.push(new Date(at).toISOString())
    after = at
  }
  return found
}

describe('a cron expression comes when Vixie cron would have it', () => {
  it.each([
    ['*/5 * * * *', 'UTC', '2027-01-01T00:02:00Z', ['2027-01-01T00:05:00.000Z', '2027-01-01T00:10:00.000Z']],
    [
      '30 6 1,15 * *',
      'Europe/Berlin',
      '2027-01-02T00:00:00Z',
      ['2027-01-15T05:30:00.000Z', '2027-02-01T05:30:00.000Z'],
    ],
    [
      '0 9-17/2 * * mon-fri',
      'Europe/Berlin',
      '2027-01-01T16:00:01Z',
      ['2027-01-04T08:00:00.000Z', '2027-01-04T10:00:00.000Z'],
    ],
    ['*/10 * * * * *', 'UTC', '2027-01-01T00:00:00Z', ['2027-01-01T00:00:10.000Z', '2027-01-01T00:00:20.000Z']],
    ['0 0 0 1 1 * 2029', 'UTC', '2027-01-01T00:00:00Z', ['2029-01-01T00:00:00.000Z']],
    ['@weekly', 'UTC', '2027-01-01T00:00:00Z', ['2027-01-03T00:00:00.000Z', '2027-01-10T00:00:00.000Z']],
    ['0 0 * * 7', 'UTC', '2027-01-01T00:00:00Z', ['2027-01-03T00:00:00.000Z']],
    ['0 0 L * *', 'UTC', '2027-02-01T00:00:00Z', ['2027-02-28T00:00:00.000Z', '2027-03-31T00:00:00.000Z']],
    // Both days restricted: either will do.
    [
      '0 0 13 * fri',
      'UTC',
      '2027-08-01T00:00:00Z',
      ['2027-08-06T00:00:00.000Z', '2027-08-13T00:00:00.000Z', '2027-08-20T00:00:00.000Z'],
    ],
    ['0 0 15 * 1', 'UTC', '2027-06-08T00:00:00Z', ['2027-06-14T00:00:00.000Z', '2027-06-15T00:00:00.000Z']],
    // croner 11 loses the first days of March where a February has no such 30th, or no such Monday.
    ['0 0 1,30 * *', 'UTC', '2027-02-01T12:00:00Z', ['2027-03-01T00:00:00.000Z', '2027-03-30T00:00:00.000Z']],
    ['0 0 1,2,31 * *', 'UTC', '2027-02-02T12:00:00Z', ['2027-03-01T00:00:00.000Z', '2027-03-02T00:00:00.000Z']],
    ['0 0 1 * 1', 'UTC', '2026-02-23T12:00:00Z', ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z']],
    // Before 1970, and before any calendar.
    ['0 0 29 2 *', 'UTC', '1957-01-01T00:00:00Z', ['1960-02-29T00:00:00.000Z', '1964-02-29T00:00:00.000Z']],
    ['59 23 31 12 *', 'UTC', '1969-06-01T00:00:00Z', ['1969-12-31T23:59:00.000Z', '1970-12-31T23:59:00.000Z']],
    ['@yearly', 'UTC', '0000-01-01T00:00:00Z', ['0101-01-01T00:00:00.000Z']],
    // What would be in the year 10000 by UTC is not an instant any more.
    ['0 0 0,20 31 12 * 9999', 'America/New_York', '9999-12-31T00:00:00Z', ['9999-12-31T05:00:00.000Z']],
    // A step over all days is no restriction: both must hold.
    ['0 0 */2 * 1', 'UTC', '2027-06-01T00:00:00Z', ['2027-06-07T00:00:00.000Z', '2027-06-21T00:00:00.000Z']],
    ['0 0 1 * */2', 'UTC', '2027-06-01T00:00:00Z', ['2027-07-01T00:00:00.000Z', '2027-08-01T00:00:00.000Z']],
  ])('%s in %s after %s', (expression, zone, from, wanted) => {
    const end = wanted.at(-1)?.startsWith('9999') ? 1 : 0
    expect(next(expression, zone, from, wanted.length + end)).toEqual(wanted)
  })

  it('next(t) is always later than t', () => {
    const expressions = ['* * * * *', '*/7 3-9 * * *', '0 0 29 2 *', '15 2 * * 1', '* * * * * *', '0,30 2 * * *']
    const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Antarctica/Troll', 'America/Santiago']
    fc.assert(
      fc.property(
        fc.constantFrom(...expressions),
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 4e12 }),
        (expression, zone, t) => {
          const at = nextCron(expression, zone, t)
          expect(at).toBeGreaterThan(t)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps giving right answers when more expressions are asked for than are kept', () => {
    const ask = () =>
      Array.from({ length: 600 }, (_, index) =>
        nextCron(`${index % 60} ${Math.floor(index / 60)} * * *`, 'UTC', Date.parse('2027-01-01T00:00:00Z')),
      )
    expect(ask()).toEqual(ask())
  })
})

describe('what cannot be a schedule is refused with field and reason', () => {
  it.each([
    ['', 'the expression is empty'],
    ['* * * *', 'the expression has 4 fields; 5 are needed, or 6 with seconds, or 7 with the year'],
    ['61 * * * *', 'invalid value for minute: 61'],
    ['60 * * * *', 'invalid value for minute: 60'],
    ['*/0 * * * *', 'syntax error, illegal stepping: 0'],
    ['5-1 * * * *', "from value is larger than to value: '5-1'"],
    ['0 0 * * 8', 'invalid value for weekday: 8'],
    ['? ? * * *', '"?" stands only for a day; the minute is "?"'],
    ['0 0 30 2 *', 'the expression never comes: no such date'],
    ['@reboot', '"@reboot" is not a nickname that Belfry knows; use a startup trigger'],
    ['x'.repeat(10_000), 'the expression has more than 1000 characters'],
  ])('%s', (expression, reason) => {
    const answer = cronTrigger.safeParse({ kind: 'cron', expression })
    expect(answer.error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([['expression', reason]])
  })

  it.each([
    [
      { kind: 'cron', expression: '@daily', timezone: 'Europe/Berlim' },
      'timezone',
      '"Europe/Berlim" is not a known time zone such as Europe/Berlin',
    ],
    [
      { kind: 'cron', expression: '@daily', timezone: '+02:00' },
      'timezone',
      '"+02:00" is not a known time zone such as Europe/Berlin',
    ],
    [
      { kind: 'cron', expression: '@daily', from: '2027-02-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
      'until',
      'must not be before from',
    ],
    [{ kind: 'interval', every: 0 }, 'every', 'must be at least 1s'],
    [{ kind: 'interval', every: -5000 }, 'every', 'must be at least 1s'],
    [{ kind: 'interval', every: '400 years' }, 'every', '"400 years" is not a duration such as 90s or 1h 30m'],
    [{ kind: 'interval', every: '5000d' }, 'every', 'must be at most 3652d 12h'],
    [{ kind: 'interval', every: 1500.5 }, 'every', 'a duration is a whole number of milliseconds'],
    [{ kind: 'date', at: '2027-02-30T10:00' }, 'at', 'there is no such date'],
    [
      { kind: 'date', at: 'tomorrow' },
      'at',
      'is not an instant (2027-12-25T10:00:00Z) or a local time (2027-12-25T10:00)',
    ],
    [{ kind: 'startup', delay: '-1s' }, 'delay', '"-1s" is not a duration such as 90s or 1h 30m'],
  ])('%j', (given, field, reason) => {
    const answer = trigger.safeParse(given)
    const issue = answer.error?.issues[0]
    const inner =
      issue?.code === 'invalid_union' ? issue.errors.flat().find(({ code }) => code === 'custom') : undefined
    expect(issue?.path.join('.')).toBe(field)
    expect(inner?.message ?? issue?.message).toBe(reason)
  })
})
