/** The shortcuts of a simulation beside the exact way: everything played together, in one piece. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settings as settingsModel } from '@shared/model/settings'
import type { Simulation } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import { simulate, type SimulationInput } from '../../electron/host/simulate/simulate'
import { noneCarried } from '../../electron/host/simulate/simulated-carried'
import { joinedLoad, peakOf } from '../../electron/host/simulate/simulated-load'
import { simulateStretch } from '../../electron/host/simulate/simulated-stretch'
import { createTally, simulationOf } from '../../electron/host/simulate/simulated-tally'
import { makeTask } from '../support/make-task'

const second = 1000
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const start = Date.parse('2027-03-26T05:00:00Z')

interface Given {
  readonly tasks: readonly Task[]
  readonly maxConcurrent?: number
  readonly durations?: readonly number[]
  readonly asleep?: SimulationInput['asleep']
  readonly days?: number
  readonly groups?: Record<string, number>
  readonly paused?: Task['pause']
}

function inputOf({
  tasks,
  maxConcurrent = 20,
  durations = [second],
  asleep = [],
  days = 3,
  ...given
}: Given): SimulationInput {
  return {
    tasks,
    settings: settingsModel.parse({ maxConcurrent, groups: given.groups ?? {}, paused: given.paused ?? null }),
    duration: (id) => durations[Number(id.slice(1)) % durations.length] ?? second,
    ...{ zone: 'Europe/Berlin', from: start, until: start + days * day + 7 * hour, asleep, limit: 0 },
    breathe: () => Promise.resolve(),
    monotonic: () => 0,
  }
}

/** Without any shortcut. */
async function exact(input: SimulationInput): Promise<Simulation> {
  const { from, until, settings } = input
  const tasks = new Map(input.tasks.map((task) => [task.id, { ...task, countsFrom: new Date(from).toISOString() }]))
  const tally = createTally(() => undefined)
  const left = await simulateStretch({
    tasks: { get: (id) => tasks.get(id), pausedAll: () => settings.paused },
    ids: [...tasks.keys()],
    ...{
      settings,
      from,
      until,
      tally,
      duration: input.duration,
      zone: input.zone,
      asleep: input.asleep,
      slept: input.asleep,
    },
    ...{ carried: noneCarried, breathe: () => undefined },
  })
  for (const { due } of left.runs) tally.open(due)
  const { busiest } = peakOf(joinedLoad([{ load: tally, by: 0 }]), 0, Infinity)
  return simulationOf({ from, until, tasks: input.tasks, duration: input.duration }, { rows: tally.rows, busiest }, [])
}

async function expectSame(given: Given): Promise<Simulation> {
  const input = inputOf(given)
  const answer = await simulate(input)
  expect(answer).toEqual(await exact(input))
  return answer
}

type Kind = Partial<Parameters<typeof makeTask>[0] & object>
const cron = (expression: string): Task['triggers'] => [{ kind: 'cron', expression, timezone: 'UTC' }]
const every = (ms: number, mode: 'fixed-rate' | 'fixed-delay' = 'fixed-rate'): Task['triggers'] => [
  { kind: 'interval', every: ms, mode, anchor: '2027-03-01T00:00:07.000Z' },
]
const delay = (ms: number): Task['triggers'] => [{ kind: 'interval', every: ms, mode: 'fixed-delay' }]

describe('a simulation is what the planner does, to the last run', () => {
  const ordinary = Array.from({ length: 12 }, (_, index): Kind => ({ triggers: cron(`${(index * 7) % 60} */2 * * *`) }))
  it.each<[string, readonly Kind[], Partial<Given>]>([
    ['jitter', [{ triggers: cron('0 * * * *'), policy: { jitter: '30s' } }], {}],
    ['jitter over midnight', [{ triggers: cron('50 23 * * *'), policy: { jitter: '5h' } }], {}],
    ['jitter longer than the period', [{ triggers: cron('*/20 * * * *'), policy: { jitter: '90m' } }], {}],
    [
      'jitter and a blackout',
      [
        {
          triggers: cron('0 * * * *'),
          policy: { jitter: '50m', blackouts: [{ times: { from: '08:30', until: '11:00' } }] },
        },
      ],
      {},
    ],
    ['every seven minutes', [{ triggers: every(7 * minute) }], {}],
    ['every 7 min 13 s', [{ triggers: every(433 * second) }], { durations: [10 * minute, second] }],
    ['a rate limit', [{ triggers: cron('*/5 * * * *'), policy: { rateLimit: { max: 2, per: '25m' } } }], {}],
    [
      'a rate limit over days',
      [{ triggers: cron('*/30 * * * *'), policy: { rateLimit: { max: 3, per: '30h' }, jitter: '9m' } }],
      {},
    ],
    ['a fixed delay', [{ triggers: delay(10 * minute) }], { durations: [7300] }],
    [
      'a fixed delay that is paused',
      [
        {
          triggers: delay(10 * minute),
          pause: { since: '2027-03-27T03:03:03.000Z', until: '2027-03-27T07:07:07.000Z' },
        },
      ],
      {},
    ],
    [
      'a fixed delay in a window',
      [{ triggers: delay(hour), policy: { active: [{ times: { from: '09:00', until: '17:30' } }] } }],
      {},
    ],
    ['a fixed delay, rarely', [{ triggers: delay(minute), policy: { rateLimit: { max: 1, per: '1h' } } }], {}],
    [
      'everything paused for a while',
      [{ triggers: cron('* * * * *') }],
      { paused: { since: '2027-03-26T08:00:00.000Z', until: '2027-03-28T08:00:30.000Z' } },
    ],
    [
      'everything paused',
      [{ triggers: cron('*/7 * * * *'), policy: { jitter: '3m' } }],
      { paused: { since: '2027-01-26T08:00:00.000Z', until: null } },
    ],
    [
      'a run longer than a day',
      [{ triggers: cron('0 6 * * *'), policy: { maxInstances: 2, overlap: 'queue' } }],
      { durations: [50 * hour, second] },
    ],
    [
      'runs that are replaced',
      [{ triggers: cron('*/10 * * * *'), policy: { overlap: 'replace', jitter: '1m' } }],
      { durations: [25 * minute, second] },
    ],
    [
      'a group',
      [
        { triggers: cron('0 * * * *'), policy: { group: 'g', jitter: '1m' } },
        { triggers: cron('0,1 * * * *'), policy: { group: 'g' } },
      ],
      { durations: [10 * minute, 50 * second] },
    ],
    [
      'who follows whom',
      [
        { triggers: cron('*/9 * * * *') },
        { triggers: [{ kind: 'after', tasks: ['x0'], on: 'success' }], policy: { jitter: '2h', maxInstances: 30 } },
      ],
      {},
    ],
    [
      'a wake, and an hour more',
      [{ triggers: [{ kind: 'resume', delay: '3h' }], policy: { jitter: '20m' } }],
      { asleep: [{ from: start + 14 * hour, until: start + 17.5 * hour }] },
    ],
    [
      'sleep',
      [{ triggers: cron('*/10 * * * *') }, { triggers: delay(hour) }],
      {
        asleep: [0, 1, 2].map((night) => ({
          from: start + night * day + 17 * hour + 123,
          until: start + night * day + 25 * hour,
        })),
      },
    ],
    [
      'sleep in which a run is suspended',
      [{ triggers: cron('0,25 * * * *') }],
      { durations: [30 * minute, second], asleep: [{ from: start + 7 * minute, until: start + 67 * minute }] },
    ],
    ['too many at once', [], { maxConcurrent: 2, durations: [10 * minute, 20 * minute] }],
    [
      'too many at once, with jitter',
      [{ triggers: cron('*/5 * * * *'), policy: { jitter: '1m', overlap: 'queue' } }],
      { maxConcurrent: 1, durations: [3 * minute] },
    ],
  ])('with %s', async (_name, special, given) => {
    const tasks = [...special, ...ordinary].map((one, index) =>
      makeTask({ id: `x${index}`, name: `x${index}`, ...one }),
    )
    const answer = await expectSame({ tasks, ...given })
    if (special.length > 0) expect(answer.tasks.find(({ taskId }) => taskId === 'x0')?.first).not.toBeNull()
  })

  // With 103, what waits over the end of an hour or a day.
  it.each([3, 103])('whatever is mixed, from %i on', async (seed) => {
    await fc.assert(
      fc.asyncProperty(mixtures, async (given) => void (await expectSame(given))),
      { numRuns: 60, seed },
    )
  })
})

const triggers = fc.oneof(
  fc.constantFrom('0 * * * *', '*/7 * * * *', '30 2 * * *', '15 1,2 * * *', '0 0 * * *', '59 23 * * *').map(cron),
  fc.constantFrom(7 * minute, 433 * second, hour, 90 * minute).map((ms) => every(ms)),
  fc.constantFrom(10 * minute, hour).map(delay),
  fc
    .constantFrom('0s', '70m')
    .map((wait): Task['triggers'] => [{ kind: 'resume', delay: wait === '0s' ? 0 : 70 * minute }]),
  fc.constant<Task['triggers']>([{ kind: 'after', tasks: ['x0'], on: 'success' }]),
)
const policies = fc.record(
  {
    jitter: fc.constantFrom(0, 0, 30 * second, 40 * minute),
    maxInstances: fc.constantFrom(1, 2),
    overlap: fc.constantFrom('skip' as const, 'queue' as const, 'replace' as const),
    rateLimit: fc.constantFrom(null, { max: 1, per: hour }, { max: 3, per: 26 * hour }),
    group: fc.constantFrom(null, null, 'g'),
    priority: fc.constantFrom(0, 5),
    misfireGrace: fc.constantFrom(null, hour, 10 * minute, 0),
    coalesce: fc.boolean(),
    blackouts: fc.boolean().map((isClosed) => (isClosed ? [{ times: { from: '22:00', until: '02:30' } }] : [])),
  },
  { requiredKeys: [] },
)
const mixtures = fc
  .record({
    all: fc.array(fc.record({ triggers, policy: policies }), { minLength: 1, maxLength: 5 }),
    maxConcurrent: fc.constantFrom(1, 2, 20),
    durations: fc.array(fc.constantFrom(second, 7300, 4 * minute, 61 * minute), { minLength: 1, maxLength: 3 }),
    asleep: fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 3 * 24 * 60 }), minutes: fc.integer({ min: 1, max: 900 }) }),
      { maxLength: 2 },
    ),
  })
  .map(({ all, asleep, ...given }): Given => ({
    ...given,
    tasks: all.map((one, index) => makeTask({ id: `x${index}`, name: `x${index}`, ...withoutItself(one, index) })),
    asleep: asleep.map(({ at, minutes }) => ({
      from: start + at * minute + 321,
      until: start + (at + minutes) * minute,
    })),
  }))

/** The first follows nobody. */
function withoutItself<T extends { readonly triggers: Task['triggers'] }>(one: T, index: number): T {
  return index === 0 && one.triggers.some(({ kind }) => kind === 'after')
    ? { ...one, triggers: cron('0 * * * *') }
    : one
}
