import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settings as settingsModel, type Settings } from '@shared/model/settings'
import type { Simulation } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import { bothAt, occurrences } from '../../electron/host/schedule/occurrences'
import { simulate, type SimulationInput } from '../../electron/host/simulate/simulate'
import { makeTask } from '../support/make-task'

const day = 86_400_000
const hour = 3_600_000
const minute = 60_000
const at = (text: string): number => Date.parse(`${text}Z`)
const start = '2027-01-01T00:00:00'

type Given = NonNullable<Parameters<typeof makeTask>[0]>
const cron = (id: string, expression: string, given: Given = {}): Task =>
  makeTask({ id, name: id, triggers: [{ kind: 'cron', expression, timezone: 'UTC' }], ...given })

interface Over extends Partial<Omit<SimulationInput, 'settings' | 'from' | 'until' | 'asleep'>> {
  readonly from?: string
  readonly until?: string
  readonly settings?: Partial<Settings>
  readonly asleep?: readonly (readonly [string, string])[]
}

function play(tasks: readonly Task[], over: Over = {}): Promise<Simulation> {
  const { from = start, until = '2027-01-02T00:00:00', settings = {}, asleep = [], ...rest } = over
  return simulate({
    tasks,
    settings: settingsModel.parse(settings),
    duration: () => 1000,
    zone: 'UTC',
    from: at(from),
    until: at(until),
    asleep: asleep.map(([begin, end]) => ({ from: at(begin), until: at(end) })),
    limit: 0,
    breathe: () => Promise.resolve(),
    monotonic: () => 0,
    ...rest,
  })
}

/** Makes it play everything in one piece. */
const unsplittable = makeTask({
  id: 'zz',
  name: 'zz',
  triggers: [{ kind: 'date', at: '2020-01-01T00:00:00Z' }],
  policy: { rateLimit: { max: 1, per: 1000 } },
})

const counts = ({ ran, ranLate, coalesced, missed, skipped, paused, open }: Simulation['total']) =>
  Object.fromEntries(
    Object.entries({ ran, ranLate, coalesced, missed, skipped, paused, open }).filter(([, count]) => count > 0),
  )

describe('a simulated schedule', () => {
  it('runs from the first instant, inclusive, to the last, exclusive', async () => {
    const answer = await play([cron('a', '0 * * * *'), cron('b', '30 12 * * *')], { limit: 3 })
    expect(counts(answer.total)).toEqual({ ran: 25 })
    expect(answer.tasks.map(({ taskId, ran, first, last }) => [taskId, ran, first, last])).toEqual([
      ['a', 24, '2027-01-01T00:00:00.000Z', '2027-01-01T23:00:00.000Z'],
      ['b', 1, '2027-01-01T12:30:00.000Z', '2027-01-01T12:30:00.000Z'],
    ])
    expect(answer.items).toEqual(
      ['00', '01', '02'].map((hours) => ({
        at: `2027-01-01T${hours}:00:00.000Z`,
        taskId: 'a',
        taskName: 'a',
        state: 'ran',
        reason: null,
        count: 1,
      })),
    )
  })

  it('goes on without a task that cannot be planned', async () => {
    const broken: Task = { ...cron('b', '0 * * * *'), triggers: [{ kind: 'cron', expression: 'rubbish' }] }
    const over = { until: '2027-01-04T00:00:00' }
    for (const tasks of [
      [cron('a', '0 * * * *'), broken],
      [cron('a', '0 * * * *'), broken, unsplittable],
    ])
      expect((await play(tasks, over)).tasks.slice(0, 2).map(({ ran }) => ran)).toEqual([72, 0])
  })

  it('names tasks that never come, too, and those that are disabled', async () => {
    const answer = await play([cron('off', '* * * * *', { enabled: false }), makeTask({ id: 'hand', name: 'hand' })])
    expect(answer.tasks.map(({ taskId, first, ran }) => [taskId, first, ran])).toEqual([
      ['hand', null, 0],
      ['off', null, 0],
    ])
    expect(answer.busiest).toBeNull()
  })

  it('counts whatever was made later than the simulated time, as if it had been there', async () => {
    const answer = await play([cron('a', '0 * * * *')], { from: '2026-06-01T00:00:00', until: '2026-06-02T00:00:00' })
    expect(answer.total.ran).toBe(24)
  })

  it.each<[string, Given['policy'], Record<string, number>, Record<string, number>]>([
    ['skip', {}, { ran: 7, skipped: 14 }, { overlap: 14 }],
    ['queue, two at most', { overlap: 'queue', queueLimit: 2 }, { ran: 11, skipped: 10 }, { queue_full: 10 }],
    ['replace', { overlap: 'replace' }, { ran: 21 }, {}],
    ['room for three', { maxInstances: 3 }, { ran: 21 }, {}],
    [
      'a rate limit',
      { maxInstances: 9, rateLimit: { max: 1, per: 5 * minute } },
      { ran: 5, skipped: 16 },
      { rate_limit: 16 },
    ],
  ])('overlaps as its policy says: %s', async (_name, policy, expected, reasons) => {
    // 21 times, at :00 to :20, each run lasting 2½ minutes.
    const task = cron('a', '0-20 12 * * *', { policy: { misfireGrace: '1h', ...policy } })
    const answer = await play([task], { duration: () => 150_000 })
    expect(counts(answer.total)).toEqual(expected)
    expect(answer.tasks[0]?.reasons).toEqual(reasons)
  })

  it('waits for a slot, and expires when its grace is over', async () => {
    const tasks = ['a', 'b', 'c'].map((id) => cron(id, '0 12 * * *', { policy: { misfireGrace: '15m' } }))
    const answer = await play(tasks, { duration: () => 10 * minute, settings: { maxConcurrent: 1 } })
    expect(counts(answer.total)).toEqual({ ran: 2, missed: 1 })
    expect(answer.busiest).toEqual({ at: '2027-01-01T12:00:00.000Z', running: 1 })
    expect(answer.tasks.flatMap(({ reasons }) => Object.entries(reasons))).toEqual([['busy', 1]])
  })

  it('shares the limit of a group', async () => {
    const tasks = ['a', 'b'].map((id) => cron(id, '0 12 * * *', { policy: { group: 'disk' } }))
    expect((await play(tasks, { duration: () => minute })).busiest?.running).toBe(1)
    expect((await play(tasks, { duration: () => minute, settings: { groups: { disk: 2 } } })).busiest?.running).toBe(2)
  })

  it('tells the busiest moment, and when it was so first', async () => {
    const tasks = [cron('a', '0 * * * *'), cron('b', '0 6,7 * * *'), cron('c', '0 7,8 * * *')]
    expect((await play(tasks)).busiest).toEqual({ at: '2027-01-01T07:00:00.000Z', running: 3 })
  })

  it('leaves open what runs or waits at the end', async () => {
    const answer = await play([cron('a', '0 23 * * *'), cron('b', '59 23 * * *')], { duration: () => 30 * minute })
    expect(counts(answer.total)).toEqual({ ran: 1, open: 1 })
  })

  it('carries a run over midnight', async () => {
    const tasks = [cron('a', '30 23 * * *'), cron('b', '0 * * * *', { policy: { group: 'g' } })]
    const answer = await play(tasks, { until: '2027-01-11T00:00:00', duration: () => hour })
    expect(counts(answer.total)).toEqual({ ran: 9 + 239, open: 2 })
  })

  it('skips what lies in a blackout, a task’s gap, or is to be skipped', async () => {
    const policy: Given['policy'] = { blackouts: [{ times: { from: '22:00', until: '06:00' } }] }
    const tasks = [
      cron('active', '0 * * * *', { policy: { active: [{ times: { from: '22:00', until: '06:00' } }] } }),
      cron('black', '0 * * * *', { policy }),
      cron('skip', '0 12 * * *', { skips: ['2027-03-28T12:00:00.000Z'] }),
      makeTask({
        id: 'gap',
        name: 'gap',
        triggers: [{ kind: 'cron', expression: '30 2 * * *', timezone: 'Europe/Berlin' }],
        policy: { dst: { gap: 'skip', overlap: 'auto' } },
      }),
    ]
    const answer = await play(tasks, { from: '2027-03-27T00:00:00', until: '2027-03-30T00:00:00' })
    expect(answer.tasks.map(({ taskId, ran, skipped, reasons }) => [taskId, ran, skipped, reasons])).toEqual([
      ['active', 24, 48, { inactive: 48 }],
      ['black', 48, 24, { blackout: 24 }],
      ['gap', 2, 1, { dst: 1 }],
      ['skip', 2, 1, { skip_next: 1 }],
    ])
  })

  it('misses nothing that comes in its time, though the grace is none', async () => {
    const policy: Given['policy'] = { misfireGrace: 0 }
    const tasks = [cron('minutely', '* * * * *', { policy }), cron('secondly', '* * * * * *', { policy })]
    const answer = await play(tasks, { until: '2027-01-01T01:00:00' })
    expect(answer.tasks.map(({ taskId, ran, reasons }) => [taskId, ran, reasons])).toEqual([
      ['minutely', 60, {}],
      // The last goes on.
      ['secondly', 3599, {}],
    ])
  })

  it('holds pauses as they are set, and ends them', async () => {
    const tasks = [
      cron('day', '0 * * * *', { pause: { since: '2027-01-01T00:00:00.000Z', until: '2027-01-01T06:30:00.000Z' } }),
      cron('ever', '0 * * * *', { pause: { since: '2026-01-01T00:00:00.000Z', until: null } }),
    ]
    const answer = await play(tasks, { until: '2027-01-03T00:00:00' })
    expect(answer.tasks.map(({ taskId, ran, paused }) => [taskId, ran, paused])).toEqual([
      ['day', 41, 7],
      ['ever', 0, 48],
    ])
    const all = await play([cron('a', '0 * * * *')], {
      until: '2027-01-03T00:00:00',
      settings: { paused: { since: '2027-01-01T12:00:00.000Z', until: '2027-01-02T00:00:00.000Z' } },
    })
    expect(counts(all.total)).toEqual({ ran: 36, paused: 12 })
  })

  it('counts a fixed delay from the end of each run', async () => {
    const triggers = [{ kind: 'interval', every: '10m', mode: 'fixed-delay' }] as const
    const task = makeTask({ id: 'a', name: 'a', triggers: [...triggers] })
    const answer = await play([task], { duration: () => 10 * minute, limit: 2 })
    expect(answer.items.map((item) => item.at)).toEqual(['2027-01-01T00:10:00.000Z', '2027-01-01T00:30:00.000Z'])
    expect(counts(answer.total)).toEqual({ ran: 71, open: 1 })
  })

  it('runs what follows another task', async () => {
    const follower = (id: string, of: string, on: 'success' | 'failure'): Task =>
      makeTask({ id, name: id, triggers: [{ kind: 'after', tasks: [of], on }] })
    const tasks = [cron('a', '0 * * * *'), follower('b', 'a', 'success'), follower('c', 'b', 'success')]
    const answer = await play([...tasks, follower('d', 'a', 'failure')], { until: '2027-01-08T00:00:00' })
    expect(answer.tasks.map(({ taskId, ran }) => [taskId, ran])).toEqual([
      ['a', 168],
      ['b', 168],
      ['c', 168],
      ['d', 0],
    ])
    expect(answer.tasks[2]?.first).toBe('2027-01-01T00:00:02.000Z')
  })

  it('adds the jitter of each occurrence, over midnight too', async () => {
    const task = cron('a', '0 * * * *', { policy: { jitter: '2h', maxInstances: 5 } })
    const tasks = [task, cron('b', '*/7 * * * *')]
    const span = { until: '2027-01-04T00:00:00', duration: () => minute }
    const [split, whole] = [await play(tasks, span), await play([...tasks, unsplittable], span)]
    expect(split.tasks).toEqual(whole.tasks.slice(0, 2))
    // Of what comes in another order than planned, one run stands for several; the last are not yet due.
    const { ran = 0, coalesced = 0, ...others } = split.tasks[0] ?? {}
    expect(others).toMatchObject({ missed: 0, skipped: 0, open: 0 })
    expect(ran + coalesced).toBeGreaterThan(68)
    expect(ran + coalesced).toBeLessThanOrEqual(72)
  })
})

describe('a simulated sleep', () => {
  const hourly = (policy: Given['policy'] = {}): Task => cron('a', '0 * * * *', { policy })

  it.each<[string, Given['policy'], Record<string, number>, Record<string, number>]>([
    ['one run for what is within grace', {}, { ran: 18, ranLate: 1, missed: 5 }, { asleep: 5 }],
    ['folded, however late', { misfireGrace: null }, { ran: 18, ranLate: 1, coalesced: 5 }, {}],
    ['each, however late', { misfireGrace: null, coalesce: false }, { ran: 18, ranLate: 6 }, {}],
    ['none', { misfireGrace: '1s' }, { ran: 18, missed: 6 }, { asleep: 6 }],
  ])('is told: %s', async (_name, policy, expected, reasons) => {
    const asleep = [['2027-01-01T01:30:00', '2027-01-01T07:30:00']] as const
    const answer = await play([hourly(policy)], { asleep })
    expect(counts(answer.total)).toEqual(expected)
    expect(answer.tasks[0]?.reasons).toEqual(reasons)
  })

  it('stretches over midnight, and spans may come in any order and overlap', async () => {
    const asleep = [
      ['2027-01-02T22:30:00', '2027-01-03T01:30:00'],
      ['2027-01-01T22:30:00', '2027-01-02T00:30:00'],
      ['2027-01-02T00:00:00', '2027-01-02T02:30:00'],
    ] as const
    const answer = await play([hourly({ misfireGrace: '1s' })], { until: '2027-01-04T00:00:00', asleep })
    expect(counts(answer.total)).toEqual({ ran: 72 - 4 - 3, missed: 7 })
  })

  it('that begins before, or does not end, counts within the time asked for', async () => {
    const asleep = [
      ['2026-12-01T00:00:00', '2027-01-01T02:30:00'],
      ['2027-01-01T21:30:00', '2028-01-01T00:00:00'],
    ] as const
    expect(counts((await play([hourly({ misfireGrace: '1s' })], { asleep })).total)).toEqual({ ran: 19, missed: 5 })
  })

  it('suspends what runs', async () => {
    const asleep = [['2027-01-01T12:10:00', '2027-01-01T13:10:00']] as const
    // Half an hour of work from 12:00 on: done at 13:30.
    const answer = await play([cron('a', '0,25 12,13 * * *')], { duration: () => 30 * minute, asleep })
    expect(counts(answer.total)).toEqual({ ran: 1, skipped: 3 })
  })

  it('ends with the tasks that wait for a wake', async () => {
    const task = makeTask({ id: 'w', name: 'w', triggers: [{ kind: 'resume', delay: '5m' }] })
    const asleep = [['2027-01-01T12:00:00', '2027-01-01T13:00:00']] as const
    const answer = await play([task, hourly()], { asleep })
    expect(answer.tasks.find(({ taskId }) => taskId === 'w')?.ran).toBe(1)
  })
})

describe('a simulated year', () => {
  it.each([
    ['*/30 * * * *', 17_520],
    ['0 */2 * * *', 4380],
    ['30 2 * * *', 365],
    ['0 0 * * 1-5', 261],
    ['0 12 1 * *', 12],
  ])('%s in Berlin comes %i times, with both changes of the clocks', async (expression, times) => {
    const task = makeTask({ id: 'a', name: 'a', triggers: [{ kind: 'cron', expression, timezone: 'Europe/Berlin' }] })
    const answer = await play([task], { from: '2026-12-31T23:00:00', until: '2027-12-31T23:00:00' })
    // In the gap 02:00 comes at 03:00; in the overlap a step runs on both passes.
    expect(answer.total.ran).toBe(times + (expression === '0 */2 * * *' ? 1 : 0))
  })

  it('lets others have their turn every 10 ms', async () => {
    let now = 0
    const turns: number[] = []
    await play([cron('a', '* * * * * *')], {
      until: '2027-01-01T06:00:00',
      monotonic: () => ++now,
      breathe: () => Promise.resolve(void turns.push(now)),
    })
    expect(turns.length).toBeGreaterThan(5)
    const gaps = turns.slice(1).map((turn, index) => turn - (turns[index] ?? 0))
    expect(Math.max(...gaps)).toBeLessThan(15)
  })

  it('is the same in pieces and in one', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (tasks) => {
        const over: Over = {
          until: '2027-04-05T12:00:00',
          from: '2027-03-20T05:00:00',
          duration: (id) => id.length * 70_000,
        }
        const [split, whole] = [await play(tasks, over), await play([...tasks, unsplittable], over)]
        expect({ ...split, items: [] }).toEqual({ ...whole, tasks: whole.tasks.slice(0, -1), items: [] })
      }),
      { numRuns: 25 },
    )
  })

  it('counts each occurrence of the triggers, once', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (given) => {
        // Nothing in each other's way: a run is over before the next comes.
        const tasks = given.map((task) => ({ ...task, policy: { ...task.policy, maxInstances: 1000, jitter: 0 } }))
        const [from, until] = ['2027-10-20T05:00:00', '2027-11-10T12:00:00']
        const answer = await play(tasks, { from, until, settings: { maxConcurrent: 1000 } })
        for (const task of tasks) {
          const moment = { zone: 'UTC', dst: task.policy.dst, createdAt: Date.parse(task.createdAt), idleSince: null }
          const limit = { count: 1e6, end: at(until) - 1 }
          const all = [...occurrences(task.triggers, bothAt(at(from) - 1), moment, limit)]
          const row = answer.tasks.find(({ taskId }) => taskId === task.id)
          expect(counts(row ?? answer.total)).toEqual(
            task.enabled && all.length > 0
              ? { ran: all.filter(({ lost }) => !lost).length, ...(all.some(({ lost }) => lost) ? { skipped: 1 } : {}) }
              : {},
          )
        }
      }),
      { numRuns: 25 },
    )
  })
})

const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata')
const expressions = fc.constantFrom(
  ...[
    '0 * * * *',
    '*/7 * * * *',
    '30 2 * * *',
    '15 1,2 * * *',
    '0 */3 * * *',
    '0 0 1 * *',
    '45 23 * * 1-5',
    '0 12 L * *',
  ],
)
const trigger = fc.oneof(
  fc.record({ kind: fc.constant('cron' as const), expression: expressions, timezone: zones }),
  fc.record({
    kind: fc.constant('interval' as const),
    every: fc.constantFrom(7 * minute, hour, 90 * minute, day),
    anchor: fc.constantFrom('2027-03-01T00:00:07.000Z', '2027-03-25T10:10:10.000Z'),
  }),
  fc.record({
    kind: fc.constant('date' as const),
    at: fc.constantFrom('2027-03-28T02:30', '2027-10-31T02:30'),
    timezone: zones,
  }),
)
const policies = fc.record(
  {
    jitter: fc.constantFrom(0, 0, 0, 90 * minute),
    maxInstances: fc.constantFrom(1, 2),
    dst: fc.record({
      gap: fc.constantFrom('auto' as const, 'skip' as const),
      overlap: fc.constantFrom('auto' as const, 'both' as const),
    }),
  },
  { requiredKeys: [] },
)
const schedules = fc
  .array(
    fc.record({
      triggers: fc.array(trigger, { minLength: 1, maxLength: 2 }),
      policy: policies,
      enabled: fc.constantFrom(true, true, false),
    }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((all) =>
    all.map(({ triggers, ...given }, index) =>
      makeTask({ id: 'x'.repeat(index + 1), name: `t${index}`, triggers: [...triggers], ...given }),
    ),
  )
