import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BelfryError, invalidInput } from '@shared/errors'
import { policyChange } from '@shared/model/policy'
import { timeWindow } from '@shared/model/time-window'
import { trigger } from '@shared/model/trigger'
import { autoDst, nextCron } from '@shared/schedule/cron'
import { formatDuration, parseDuration } from '@shared/schedule/duration'
import { bothAt } from '../../electron/host/schedule/occurrences'
import { plannedRuns } from '../../electron/host/schedule/planned'
import { cpuTime } from '../support/cpu-time'
import { makeTask } from '../support/make-task'
import { projectRoot } from '../support/paths'

const limit = 100
const cron = (expression: string, more: object = {}) => ({ kind: 'cron', expression, ...more })
const interval = (every: unknown, more: object = {}) => ({ kind: 'interval', every, ...more })
const list = '"a number, a name, a list, a range or a step'.slice(1)
const unreadable = (field: string): string => `${JSON.stringify(field)} is not ${list}`
const noDay = (part: string): string =>
  `"${part}" is no day of the month; there are L (the last), LW (the last workday) and 15W`
const noNth = (part: string): string =>
  `"${part}" is not a weekday of the month; after # comes 1 to 5, or L for the last`
const never = 'the expression never comes: no such date'
const durationForm = (text: string): string => `"${text}" is not a duration such as 90s or 1h 30m`
const zoneForm = (text: string): string => `"${text}" is not a known time zone such as Europe/Berlin`
const dateForm = 'is not an instant (2027-12-25T10:00:00Z) or a local time (2027-12-25T10:00)'
const instantForm = 'is not an instant such as 2027-03-28T01:00:00Z'
const tooLong = 'the expression has more than 1000 characters'
const fieldCount = (count: string): string =>
  `the expression has ${count}; 5 are needed, or 6 with seconds, or 7 with the year`

const refused: readonly (readonly [given: object, field: string, reason: string])[] = [
  [cron(''), 'expression', 'the expression is empty'],
  [cron(' \t\n '), 'expression', 'the expression is empty'],
  [cron('*'), 'expression', fieldCount('1 field')],
  [cron('* * * *'), 'expression', fieldCount('4 fields')],
  [cron('0 5 * * *\n0 6 * * *'), 'expression', fieldCount('10 fields')],
  [cron('60 * * * *'), 'expression', 'invalid value for minute: 60'],
  [cron('60 * * * * *'), 'expression', 'invalid value for second: 60'],
  [cron('0 24 * * *'), 'expression', 'invalid value for hour: 24'],
  [cron('0 0 0 * *'), 'expression', 'invalid value for day: 0'],
  [cron('0 0 32 * *'), 'expression', 'invalid value for day: 32'],
  [cron('0 0 32W * *'), 'expression', 'invalid value for day: 32'],
  [cron('0 0 * 0 *'), 'expression', 'invalid value for month: 0'],
  [cron('0 0 * 13 *'), 'expression', 'invalid value for month: 13'],
  [cron('0 0 * * 8'), 'expression', 'invalid value for weekday: 8'],
  [cron('0 0 0 1 1 * 1900'), 'expression', 'the expression never comes: its years are over'],
  [cron('0 0 0 1 1 * 1999'), 'expression', 'the expression never comes: its years are over'],
  [cron('0 0 0 30 2 * 1999'), 'expression', never],
  [cron('0 0 0 1 1 * 0'), 'expression', 'invalid value for year: 0'],
  [cron('0 0 0 1 1 * 10000'), 'expression', 'invalid value for year: 10000'],
  [cron('-1 * * * *'), 'expression', unreadable('-1')],
  [cron('1.5 * * * *'), 'expression', unreadable('1.5')],
  [cron('1e1 * * * *'), 'expression', unreadable('1e1')],
  [cron('0x1 * * * *'), 'expression', unreadable('0x1')],
  [cron('*/0 * * * *'), 'expression', 'syntax error, illegal stepping: 0'],
  [cron('0 0 */0 * *'), 'expression', 'syntax error, illegal stepping: 0'],
  [
    cron('*/99999999999 * * * *'),
    'expression',
    'syntax error, steps cannot be greater than maximum value of part (60)',
  ],
  [cron('0 0 * * */99999999999'), 'expression', 'syntax error, steps cannot be greater than maximum value of part (7)'],
  [
    cron('5/5 * * * *'),
    'expression',
    "syntax error, stepping with numeric prefix ('5/5') is not allowed. Use wildcard (*/step) or range (min-max/step) instead",
  ],
  [cron('/5 * * * *'), 'expression', unreadable('/5')],
  [cron('*/ * * * *'), 'expression', unreadable('*/')],
  [cron('5-1 * * * *'), 'expression', "from value is larger than to value: '5-1'"],
  [cron('0 0 * * fri-mon'), 'expression', "from value is larger than to value: 'fri-mon'"],
  [cron('1-5-9 * * * *'), 'expression', unreadable('1-5-9')],
  [cron('0 0 1-5-9 * *'), 'expression', unreadable('1-5-9')],
  [cron('0 0 1-99999999999 * *'), 'expression', 'invalid value for day: 99999999999'],
  [cron('0 0 0 1 1 * 1-99999999999'), 'expression', 'invalid value for year: 99999999999'],
  [cron('1,,2 * * * *'), 'expression', unreadable('1,,2')],
  [cron('0 0 L,,5 * *'), 'expression', unreadable('L,,5')],
  [cron(', * * * *'), 'expression', unreadable(',')],
  [cron('*2 * * * *'), 'expression', unreadable('*2')],
  [cron('? ? * * *'), 'expression', '"?" stands only for a day; the minute is "?"'],
  [cron('0 0 * ? *'), 'expression', '"?" stands only for a day; the month is "?"'],
  [cron('0 0 0 * * * ?'), 'expression', '"?" stands only for a day; the year is "?"'],
  [cron('0 0 ?/2 * 1'), 'expression', '"?" stands only for a day; the day is "?/2"'],
  [cron('0 0 1,? * *'), 'expression', '"?" stands only for a day; the day is "1,?"'],
  // What croner 11 takes and reads as something else.
  [cron('0 0 5* * *'), 'expression', unreadable('5*')],
  [cron('0 0 5W3 * *'), 'expression', noDay('5W3')],
  [cron('0 0 1L5 * *'), 'expression', noDay('1L5')],
  [cron('0 0 15L * *'), 'expression', noDay('15L')],
  [cron('0 0 15LW * *'), 'expression', noDay('15LW')],
  [cron('0 0 L-3 * *'), 'expression', noDay('L-3')],
  [cron('0 0 LW,15 * *'), 'expression', '"LW" stands alone, not in a list such as "LW,15"'],
  [cron('0 0 1,lw * *'), 'expression', '"lw" stands alone, not in a list such as "1,lw"'],
  [cron('0 0 1-5W * *'), 'expression', noDay('1-5W')],
  [cron('0 0 * * 5#'), 'expression', noNth('5#')],
  [cron('0 0 * * 5#2#3'), 'expression', noNth('5#2#3')],
  [cron('0 0 * * 5#6'), 'expression', noNth('5#6')],
  [cron('0 0 * * 5#0'), 'expression', noNth('5#0')],
  [cron('0 0 * * *#2'), 'expression', noNth('*#2')],
  [cron('0 0 * * 5L3'), 'expression', unreadable('5L3')],
  [cron('0 0 * * L'), 'expression', '"L" needs a weekday before it: 5L is the last Friday'],
  [cron('0 0 * * #2'), 'expression', '"#2" needs a weekday before it: 5L is the last Friday'],
  [cron('0 0 * * ++1'), 'expression', unreadable('+1')],
  [cron('0 0 * * +'), 'expression', unreadable('')],
  [cron('0 0 * jan0 *'), 'expression', unreadable('jan0')],
  [cron('0 0 * january *'), 'expression', unreadable('january')],
  [cron('0 0 * * 0sun'), 'expression', unreadable('0sun')],
  [cron('0 0 * * sunsun'), 'expression', unreadable('sunsun')],
  [cron('0 0 * * jan'), 'expression', unreadable('jan')],
  [cron('0 0 * mon *'), 'expression', unreadable('mon')],
  [cron('mon * * * *'), 'expression', unreadable('mon')],
  // Unicode, and what cannot be seen.
  [cron('٣ * * * *'), 'expression', unreadable('٣')],
  [cron('0 0 １ * *'), 'expression', unreadable('１')],
  [cron('✱ * * * *'), 'expression', unreadable('✱')],
  [cron('\0 * * * *'), 'expression', '"\\u0000" is not ' + list],
  [cron('0 0 \0 * *'), 'expression', '"\\u0000" is not ' + list],
  [cron('0 0 * * \u001b[31m1'), 'expression', '"\\u001b[31m1" is not ' + list],
  [cron('0\u200b 0 * * *'), 'expression', unreadable('0\u200b')],
  [cron('@reboot'), 'expression', '"@reboot" is not a nickname that Belfry knows; use a startup trigger'],
  [
    cron('@fortnightly'),
    'expression',
    '"@fortnightly" is not a nickname that Belfry knows; known are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly',
  ],
  [cron('x'.repeat(10_000)), 'expression', tooLong],
  [cron('1,'.repeat(5000) + '1 * * * *'), 'expression', tooLong],
  [cron('* '.repeat(5000)), 'expression', tooLong],
  [cron(`${'1'.repeat(400)} * * * *`), 'expression', 'invalid value for minute: Infinity'],
  [cron('@'.repeat(10_000)), 'expression', tooLong],
  // Never.
  [cron('0 0 30 2 *'), 'expression', never],
  [cron('0 0 31 2,4,6,9,11 *'), 'expression', never],
  [cron('0 0 31W 2,4,6,9,11 *'), 'expression', never],
  [cron('0 0 30-31 feb *'), 'expression', never],
  [cron('0 0 0 30 2 * */1'), 'expression', never],
  [cron('0 0 0 31 2 +1 2001-9999'), 'expression', never],
  [cron('0 0 0 29 2 * 2001-9999/2'), 'expression', never],
  [cron('0 0 0 29 2 * 2100,2200,2300'), 'expression', never],
  [cron('0 0 1 * +1#2'), 'expression', never],
  [cron('0 0 0 1 1 * 1-1970'), 'expression', 'the expression never comes: its years are over'],
  // Bounds.
  [cron('@daily', { from: '2027-02-01T00:00:00Z', until: '2027-01-01T00:00:00Z' }), 'until', 'must not be before from'],
  [
    cron('0 0 1 1 *', { from: '2027-02-01T00:00:00Z', until: '2027-11-30T00:00:00Z' }),
    'until',
    'the expression never comes between from and until',
  ],
  [
    cron('0 12 * * *', { timezone: 'UTC', from: '2027-02-01T13:00:00Z', until: '2027-02-02T11:59:59Z' }),
    'until',
    'the expression never comes between from and until',
  ],
  [cron('0 0 0 1 1 * 2030', { until: '2029-01-01T00:00:00Z' }), 'until', 'the expression never comes until then'],
  [cron('0 0 0 1 1 * 2020', { from: '2027-02-01T00:00:00Z' }), 'from', 'the expression never comes from then on'],
  [cron('@daily', { from: 'tomorrow' }), 'from', instantForm],
  [cron('@daily', { from: '2027-02-30T00:00:00Z' }), 'from', instantForm],
  [cron('@daily', { from: '2027-02-01' }), 'from', instantForm],
  [cron('@daily', { until: '2027-02-01T00:00:00' }), 'until', instantForm],
  [cron('@daily', { until: '2027-02-01T25:00:00Z' }), 'until', instantForm],
  [cron('@daily', { until: '2027-02-01T00:00:00+24:00' }), 'until', instantForm],
  // Zones.
  [cron('@daily', { timezone: '' }), 'timezone', zoneForm('')],
  [cron('@daily', { timezone: 'Europe/Berlim' }), 'timezone', zoneForm('Europe/Berlim')],
  [cron('@daily', { timezone: '+02:00' }), 'timezone', zoneForm('+02:00')],
  [cron('@daily', { timezone: 'UTC+2' }), 'timezone', zoneForm('UTC+2')],
  [cron('@daily', { timezone: '../etc/passwd' }), 'timezone', zoneForm('../etc/passwd')],
  [cron('@daily', { timezone: 'Europe/Berlin\0' }), 'timezone', zoneForm('Europe/Berlin\0')],
  // Intervals.
  [interval(0), 'every', 'must be at least 1s'],
  [interval(-5000), 'every', 'must be at least 1s'],
  [interval(999), 'every', 'must be at least 1s'],
  [interval('0.99s'), 'every', 'must be at least 1s'],
  [interval('400 years'), 'every', durationForm('400 years')],
  [interval('146100d'), 'every', 'must be at most 3652d 12h'],
  [interval(400 * 365.25 * 86_400_000), 'every', 'must be at most 3652d 12h'],
  [interval(1500.5), 'every', 'a duration is a whole number of milliseconds'],
  [interval('-1h'), 'every', durationForm('-1h')],
  [interval('1h 1h'), 'every', durationForm('1h 1h')],
  [interval('1'), 'every', durationForm('1')],
  [interval(''), 'every', durationForm('')],
  [interval('1h\0'), 'every', durationForm('1h\0')],
  [interval(`${'9'.repeat(400)}s`), 'every', durationForm(`${'9'.repeat(400)}s`)],
  [interval(null), 'every', 'is not a duration such as 90s or 1h 30m'],
  [interval(Number.NaN), 'every', 'is not a duration such as 90s or 1h 30m'],
  [interval(Infinity), 'every', 'is not a duration such as 90s or 1h 30m'],
  [
    interval('1h', { anchor: '2027-01-01T00:00:00Z', until: '2027-01-01T00:59:59Z' }),
    'until',
    'must not be before the first occurrence, which is every after anchor',
  ],
  [
    interval('10d', { anchor: '9999-12-30T00:00:00Z' }),
    'anchor',
    'the first occurrence must be in the years 0000 to 9999 (UTC)',
  ],
  // Dates.
  [{ kind: 'date', at: 'tomorrow' }, 'at', dateForm],
  [{ kind: 'date', at: '' }, 'at', dateForm],
  [{ kind: 'date', at: '2027-02-30T10:00' }, 'at', 'there is no such date'],
  [{ kind: 'date', at: '2027-02-29T10:00' }, 'at', 'there is no such date'],
  [{ kind: 'date', at: '2027-13-01T10:00' }, 'at', 'there is no such date'],
  [{ kind: 'date', at: '2027-01-01T24:00' }, 'at', 'there is no such date'],
  [{ kind: 'date', at: '2027-01-01T10:60' }, 'at', 'there is no such date'],
  [{ kind: 'date', at: '2027-02-30T10:00:00Z' }, 'at', dateForm],
  [{ kind: 'date', at: '9999-12-31T23:00' }, 'at', 'must be in the years 0100 to 9999 (local and UTC)'],
  [{ kind: 'date', at: '2027-01-01T10:00', timezone: 'Mars/Base' }, 'timezone', zoneForm('Mars/Base')],
  [
    { kind: 'sometimes' },
    'kind',
    'is not a trigger; kind is one of cron, interval, date, manual, startup, resume, watch, after',
  ],
]

const accepted: readonly (readonly [given: object, why: string])[] = [
  [cron('  0   5\t* * *\n'), 'white space does not matter'],
  [cron('@DAILY'), 'nicknames in any case'],
  [cron('0 0 * * *', { timezone: 'US/Eastern' }), 'a zone alias'],
  [cron('0 0 * * *', { timezone: 'Asia/Calcutta' }), 'a former name of a zone'],
  [cron('0 0 * * *', { timezone: 'europe/berlin' }), 'as Intl takes it'],
  [cron('0 0 * * *', { timezone: 'EST' }), 'an abbreviation that is a zone'],
  [cron('0 0 * * *', { timezone: 'Etc/GMT-14' }), 'the furthest zone'],
  [cron('0 0 29 2 *'), 'rarely, yet it comes'],
  [cron('0 0 29 2 +1'), 'every 28 years'],
  [cron('0 0 0 29 2 +2#5 2000-9999/400'), 'once in 400 years'],
  [cron('0 0 0 1 1 * 2020'), 'it came, and what came may be kept'],
  [cron('59 59 23 31 12 * 9999'), 'at the very end'],
  [cron(`${Array.from({ length: 200 }, (_, n) => n % 60).join(',')} * * * *`), 'a long list'],
  [cron('@daily', { from: '2027-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' }), 'bounds that meet where it comes'],
  [cron('0 12 * * *', { timezone: 'UTC', from: '2027-02-01T13:00:00Z', until: '2027-02-02T12:00:00Z' }), 'at its end'],
  [cron('@daily', { from: '0000-01-01T00:00:00Z' }), 'from long ago'],
  [interval('10 d'), 'spaces in a duration'],
  [interval(1000), 'the shortest'],
  [interval(10 * 365.25 * 86_400_000), 'the longest'],
  [interval('1h', { anchor: '2027-01-01T00:00:00Z', until: '2027-01-01T01:00:00Z' }), 'once'],
  [interval('1h', { anchor: '0000-01-01T00:00:00Z' }), 'an anchor of long ago'],
  [{ kind: 'date', at: '2027-03-28T02:30', timezone: 'Europe/Berlin' }, 'in a gap'],
  [{ kind: 'date', at: '2000-01-01T00:00:00Z' }, 'a date that has passed'],
]

describe('a trigger that cannot be is refused with field and reason, at once', () => {
  it.each(refused)('%j', (given, field, reason) => {
    expect(cpuTime(() => void trigger.safeParse(given))).toBeLessThan(limit)
    const answer = trigger.safeParse(given)
    expect(answer.success).toBe(false)
    const error = invalidInput(answer.error ?? [])
    expect([error.field, error.message]).toEqual([field, reason])
  })

  it.each(accepted)('while %j is taken: %s', (given) => {
    expect(cpuTime(() => void trigger.safeParse(given))).toBeLessThan(limit)
    const answer = trigger.safeParse(given)
    expect(answer.error?.issues ?? []).toEqual([])
    // What was taken once is taken again as it was stored.
    expect(trigger.parse(JSON.parse(JSON.stringify(answer.data)))).toEqual(answer.data)
  })

  it('cold, too: in a process that has seen no zone yet, each in another one', async () => {
    const zones = Intl.supportedValuesOf('timeZone')
    const given = [...refused, ...accepted].map(([one], index) =>
      'timezone' in one || 'from' in one || 'until' in one || !('expression' in one)
        ? one
        : { ...one, timezone: zones[(index * 7) % zones.length] },
    )
    const child = spawn(
      process.execPath,
      [path.join(projectRoot, 'test/support/run-ts.mjs'), path.join(projectRoot, 'test/support/timed-triggers.ts')],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const answers: { accepted: boolean; ms: number }[] = []
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => answers.push(JSON.parse(line) as { accepted: boolean; ms: number }))
    const over = once(lines, 'close')
    child.stdin.end(given.map((one) => `${JSON.stringify(one)}\n`).join(''))
    await over
    expect(answers.map(({ accepted: taken }) => taken)).toEqual([
      ...refused.map(() => false),
      ...accepted.map(() => true),
    ])
    const slow = answers.flatMap(({ ms }, index) => (ms < limit ? [] : [{ ms, given: given[index] }]))
    expect(slow).toEqual([])
  })

  it('and so is any text: it is an expression that comes, or it is refused', () => {
    const pieces = fc.constantFrom(
      '*',
      '?',
      'L',
      'W',
      'LW',
      '#',
      '+',
      '-',
      '/',
      ',',
      '0',
      '5',
      '31',
      '59',
      '9999',
      'mon',
      'jan',
      ' ',
      '@daily',
    )
    const noise = fc.oneof(
      fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
      fc
        .array(
          fc.array(pieces, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
          { minLength: 5, maxLength: 7 },
        )
        .map((fields) => fields.join(' ')),
      fc.string({ unit: 'binary', maxLength: 40 }),
    )
    fc.assert(
      fc.property(noise, fc.constantFrom('UTC', 'Europe/Berlin', 'America/Santiago'), (expression, zone) => {
        const judge = (): void => {
          try {
            const at = nextCron(expression, zone, Date.parse('2027-01-01T00:00:00Z'))
            expect(at ?? Infinity).toBeGreaterThan(Date.parse('2027-01-01T00:00:00Z'))
          } catch (error) {
            expect(error).toBeInstanceOf(BelfryError)
            expect((error as BelfryError).field).toBe('expression')
            expect((error as BelfryError).message).not.toMatch(/undefined|NaN|\[object/)
          }
        }
        expect(cpuTime(judge)).toBeLessThan(limit)
      }),
      { numRuns: 4000, seed: 7 },
    )
  })
})

describe('what never runs is found out at once', () => {
  const now = Date.parse('2027-01-01T00:00:00Z')

  it('where the task’s own rule lets each gap swallow it', () => {
    for (const [zone, expression] of [
      ['Europe/Berlin', '30 2 * 3 7#L'],
      ['America/New_York', '30 2 * 3 7#2'],
    ] as const) {
      let next: number | undefined
      const ask = (): void => void (next = nextCron(expression, zone, now, { gap: 'skip', overlap: 'auto' }))
      expect(cpuTime(ask)).toBeLessThan(limit)
      expect(next).toBeUndefined()
    }
  })

  it('where each of its days is closed', () => {
    const task = makeTask({
      triggers: [{ kind: 'cron', expression: '0 12 24 12 *', timezone: 'Europe/Vienna' }],
      policy: { blackouts: [{ times: { from: '08:00', until: '18:00' }, timezone: 'Europe/Vienna' }] },
    })
    const moment = { zone: 'UTC', dst: autoDst, createdAt: now, idleSince: now }
    const planned = { triggers: task.triggers, windows: task.policy, moment, duration: 0 }
    let next: unknown
    const ask = (): void => void (next = [...plannedRuns(planned, bothAt(now), { count: 1, end: Infinity })])
    expect(cpuTime(ask)).toBeLessThan(limit)
    expect(next).toEqual([])
  })
})

describe('a window of the calendar that cannot be is refused with field and reason', () => {
  it.each([
    [{}, 'from', 'needs a date, a weekday or a time of day'],
    [{ timezone: 'UTC' }, 'from', 'needs a date, a weekday or a time of day'],
    [{ from: '2027-02-30' }, 'from', 'there is no such date'],
    [{ from: '2027-2-3' }, 'from', 'is not a date such as 2027-12-24'],
    [{ from: '2027-02-02', until: '2027-02-01' }, 'until', 'must not be before from'],
    [{ dates: ['2027-12-24', '2027-12-32'] }, 'dates.1', 'there is no such date'],
    [{ times: { from: '07:30', until: '07:30' } }, 'times', 'must not end when it begins'],
    [{ times: { from: '24:00', until: '06:00' } }, 'times.from', 'is not a time of day such as 07:30'],
    [{ times: { from: '7:30', until: '08:00' } }, 'times.from', 'is not a time of day such as 07:30'],
    [{ times: { from: '07:30', until: '24:01' } }, 'times.until', 'is not a time of day such as 07:30'],
    [{ weekdays: ['mon'], timezone: 'Mars/Base' }, 'timezone', zoneForm('Mars/Base')],
  ])('%j', (given, field, reason) => {
    const answer = timeWindow.safeParse(given)
    const error = invalidInput(answer.error ?? [])
    expect([error.field, error.message]).toEqual([field, reason])
  })
})

describe('care that cannot be taken is refused with its field', () => {
  it.each([
    [{ jitter: -1 }, 'jitter', 'must be at least 0s'],
    [{ jitter: '25h' }, 'jitter', 'must be at most 1d'],
    [{ misfireGrace: -1 }, 'misfireGrace', 'must be at least 0s'],
    [{ misfireGrace: '11 years' }, 'misfireGrace', durationForm('11 years')],
    [{ rateLimit: { max: 1, per: 0 } }, 'rateLimit.per', 'must be at least 1s'],
  ])('%j', (given, field, reason) => {
    const error = invalidInput(policyChange.safeParse(given).error ?? [])
    expect([error.field, error.message]).toEqual([field, reason])
  })

  it.each([
    [{ dst: { gap: 'sometimes' } }, 'dst.gap'],
    [{ maxInstances: 0 }, 'maxInstances'],
    [{ priority: 101 }, 'priority'],
    [{ rateLimit: { max: 0, per: '1h' } }, 'rateLimit.max'],
  ])('%j', (given, field) => {
    expect(invalidInput(policyChange.safeParse(given).error ?? []).field).toBe(field)
  })
})

describe('durations', () => {
  it('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })

  it.each(['1'.repeat(10_000), `1${' '.repeat(10_000)}x`, '1h'.repeat(5000), '1.'.repeat(5000), '\u212a1s'])(
    'that are none are so at once',
    (text) => {
      expect(cpuTime(() => void parseDuration(text))).toBeLessThan(limit)
      expect(parseDuration(text)).toBeUndefined()
    },
  )
})
