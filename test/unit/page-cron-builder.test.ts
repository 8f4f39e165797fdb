import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { checkCron, nextCron } from '../../shared/schedule/cron'
import {
  builderOf,
  everyMonth,
  everyWeekday,
  expressionsOf,
  freshBuilder,
  switchTab,
  type CronBuilder,
} from '../../renderer/src/lib/cron-builder'

const reference = Date.parse('2027-01-01T00:00:00Z')
const sorted = (minimum: number, maximum: number, minLength = 1, maxLength = 5) =>
  fc
    .uniqueArray(fc.integer({ min: minimum, max: maximum }), { minLength, maxLength })
    .map((list) => list.sort((a, b) => a - b))
const weekdays = fc.oneof(fc.constant(everyWeekday), sorted(0, 6, 1, 6))
const span = fc.oneof(
  fc.constant(null),
  fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 23 }))
    .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
)
/** Times that one expression can say. */
const times = fc
  .tuple(sorted(0, 23, 1, 4), sorted(0, 59, 1, 4))
  .map(([hours, minutes]) => hours.flatMap((hour) => minutes.map((minute) => ({ hour, minute }))))

const builder: fc.Arbitrary<CronBuilder> = fc.oneof(
  fc.record({ tab: fc.constant('minutes' as const), every: fc.integer({ min: 1, max: 59 }), span, weekdays }),
  fc
    .record({
      tab: fc.constant('hours' as const),
      every: fc.integer({ min: 1, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      span,
      weekdays,
    })
    .map((hours) => (hours.span && hours.span.from === hours.span.to ? { ...hours, every: 1 } : hours)),
  fc.record({ tab: fc.constant('days' as const), times, weekdays }),
  fc.record({ tab: fc.constant('weeks' as const), times, weekday: fc.integer({ min: 0, max: 6 }) }),
  fc
    .record({
      tab: fc.constant('months' as const),
      times,
      days: sorted(1, 31, 0),
      lastDay: fc.boolean(),
      months: fc.oneof(fc.constant(everyMonth), sorted(1, 12, 1, 11)),
    })
    .filter((months) => months.days.length > 0 || months.lastDay),
)

describe('the schedule builder, from clicks to expression', () => {
  it.each<[CronBuilder, readonly string[]]>([
    [{ tab: 'minutes', every: 15, span: null, weekdays: everyWeekday }, ['*/15 * * * *']],
    [{ tab: 'minutes', every: 1, span: { from: 8, to: 17 }, weekdays: [1, 2, 3, 4, 5] }, ['* 8-17 * * 1-5']],
    [{ tab: 'hours', every: 2, minute: 35, span: { from: 8, to: 20 }, weekdays: everyWeekday }, ['35 8-20/2 * * *']],
    [
      {
        tab: 'days',
        times: [
          { hour: 2, minute: 15 },
          { hour: 14, minute: 15 },
        ],
        weekdays: everyWeekday,
      },
      ['15 2,14 * * *'],
    ],
    [{ tab: 'weeks', times: [{ hour: 3, minute: 0 }], weekday: 0 }, ['0 3 * * 0']],
    [
      { tab: 'months', times: [{ hour: 0, minute: 30 }], days: [1, 15], lastDay: true, months: [1, 7] },
      ['30 0 1,15,L 1,7 *'],
    ],
  ])('says %j as %j', (clicks, expressions) => {
    expect(expressionsOf(clicks)).toEqual(expressions)
  })

  it('needs two expressions for two times with different minutes', () => {
    const clicks: CronBuilder = {
      tab: 'days',
      times: [
        { hour: 2, minute: 15 },
        { hour: 14, minute: 30 },
      ],
      weekdays: [1],
    }
    expect(expressionsOf(clicks)).toEqual(['15 2 * * 1', '30 14 * * 1'])
  })

  it.each(['days', 'weeks', 'months'] as const)('has nothing to say about %s when no time is chosen', (tab) => {
    expect(expressionsOf({ ...freshBuilder(tab), times: [] } as CronBuilder)).toEqual([])
  })
})

describe('the schedule builder, from expression to clicks', () => {
  it.each([
    ['*/15 * * * *', 'minutes'],
    ['* * * * *', 'minutes'],
    ['0 * * * *', 'hours'],
    ['@hourly', 'hours'],
    ['@daily', 'days'],
    ['15 2,14 * * MON-FRI', 'days'],
    ['0 3 * * 7', 'days'],
    ['0 0 1 * *', 'months'],
    ['0 0 L jan,jul *', 'months'],
  ])('shows %s under %s', (expression, tab) => {
    expect(builderOf(expression)?.tab).toBe(tab)
  })

  it.each([
    ['*/30 2 * * *', 'a step is a cadence, even within one hour', 'minutes'],
    ['0-30 2 * * *', 'a range of minutes'],
    ['0 8-10 * * *', 'a range of hours at one minute', 'hours'],
    ['0 9 1 * 1', 'day and weekday together'],
    ['0 9 * * 1#2', 'the second Monday'],
    ['0 9 15W * *', 'the nearest working day'],
    ['30 0 9 * * *', 'seconds'],
    ['0 0 9 1 1 * 2030', 'a year'],
    ['0 9 * * 5-1', 'a range that runs backwards'],
    ['60 * * * *', 'what is no expression'],
    ['', 'nothing'],
    ['@reboot', 'an unknown nickname'],
  ])('reads no clock time where there is none: %j, %s', (expression, _, tab?: string) => {
    expect(builderOf(expression)?.tab).toBe(tab)
  })

  it('stays on the open tab as long as that can show the expression', () => {
    expect(builderOf('0 3 * * 1')?.tab).toBe('days')
    expect(builderOf('0 3 * * 1', 'weeks')?.tab).toBe('weeks')
    expect(builderOf('0 3 * * 1,2', 'weeks')?.tab).toBe('days')
  })
})

describe('both ways', () => {
  it('whatever is clicked is an expression that runs and shows the same clicks', () => {
    fc.assert(
      fc.property(builder, (clicks) => {
        const expressions = expressionsOf(clicks)
        expect(expressions).toHaveLength(1)
        const expression = expressions[0] as string
        // A 31st of February alone never comes; that is the schema's to say.
        const possible = clicks.tab !== 'months' || clicks.lastDay || (clicks.days[0] ?? 1) < 29
        if (possible) expect(() => checkCron(expression, 'UTC', reference)).not.toThrow()
        expect(builderOf(expression, clicks.tab)).toEqual(clicks)
      }),
      { numRuns: 500 },
    )
  })

  it('an expression that is shown comes back with the same instants', () => {
    const field = (...forms: string[]) => fc.constantFrom(...forms)
    const expression = fc
      .tuple(
        field('*', '0', '5,35', '*/20', '10-20', '07'),
        field('*', '2', '1,13', '*/3', '8-18', '8-18/4'),
        field('*', '1', '1,15', 'L', '*/2', '10-12'),
        field('*', '1', 'JAN,jul', '3-5', '*/2'),
        field('*', '0', '7', 'mon-fri', '1,3', '5-7', '*/2', '+1'),
      )
      .map((fields) => fields.join(' '))
    fc.assert(
      fc.property(expression, (typed) => {
        const shown = builderOf(typed)
        if (!shown) return
        const again = expressionsOf(shown)
        expect(again).toHaveLength(1)
        let [mine, theirs]: (number | undefined)[] = [reference, reference]
        for (let step = 0; step < 10; step += 1) {
          mine = nextCron(again[0] as string, 'Europe/Berlin', mine as number)
          theirs = nextCron(typed, 'Europe/Berlin', theirs as number)
          expect(mine).toEqual(theirs)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('going to another tab keeps the times and the days where both have them', () => {
    const days: CronBuilder = { tab: 'days', times: [{ hour: 4, minute: 10 }], weekdays: [1, 2] }
    expect(switchTab(days, 'months')).toMatchObject({ tab: 'months', times: [{ hour: 4, minute: 10 }] })
    expect(switchTab(days, 'minutes')).toMatchObject({ tab: 'minutes', weekdays: [1, 2] })
    expect(switchTab(null, 'weeks')).toEqual(freshBuilder('weeks'))
  })
})
