import { describe, expect, it } from 'vitest'
import type { LateReason } from '@shared/model/occurrence'
import type { TaskInput } from '@shared/model/task'
import { decideDue, type Decision } from '../../electron/host/schedule/decide'
import { jitterOf } from '../../electron/host/schedule/jitter'
import { bothAt, type Marks } from '../../electron/host/schedule/occurrences'
import { makeTask } from '../support/make-task'

const start = Date.parse('2027-01-01T00:00:00Z')
const minute = 60_000
const hour = 60 * minute
const anchor = new Date(start).toISOString()
const hourly = { kind: 'interval', every: hour, anchor } as const
const cronHourly = { kind: 'cron', expression: '0 * * * *', timezone: 'UTC' } as const

interface Given {
  readonly triggers?: TaskInput['triggers']
  readonly policy?: TaskInput['policy']
  readonly skips?: string[]
  readonly marks?: Marks
  readonly reasonAt?: (at: number) => LateReason
  readonly pausedAt?: (from: number, until: number) => 'task' | 'everything' | null
  readonly idleSince?: number | null
  /** Occurrences a step looks at. */
  readonly step?: number
  /** How many it may look at. */
  readonly steps?: number
}

/** Decides `after` ms after the start. */
function decide(after: number, given: Given = {}): Decision {
  const { triggers = [hourly], policy = {}, skips = [], step = given.steps === undefined ? Infinity : 1 } = given
  const task = makeTask({ triggers, policy, skips })
  const open = decideDue(task, {
    now: start + after,
    moment: { zone: 'UTC', dst: task.policy.dst, createdAt: start, idleSince: given.idleSince ?? null },
    marks: given.marks ?? bothAt(start),
    reasonAt: given.reasonAt ?? (() => 'asleep'),
    pausedAt: given.pausedAt ?? (() => null),
  })
  for (let looked = 0; looked < (given.steps ?? Infinity); looked += step) {
    const done = open.step(step)
    if (done !== undefined) return done
  }
  throw new Error(`not decided in ${given.steps} steps`)
}

/** `after` ms after the start. */
const at = (after: number): string => new Date(start + after).toISOString()
const hours = (at: number | null): number | null => (at === null ? null : (at - start) / hour)
const runs = ({ runs: all }: Decision) => all.map((run) => [hours(run.scheduledAt), run.folded, hours(run.foldedFrom)])
const fates = ({ fates: all }: Decision) =>
  all.map(({ state, reason, from, until, count }) => `${state} ${reason} ${hours(from)}-${hours(until)} ${count}`)

describe('what is folded into a run', () => {
  it.each([
    ['a rhythm', hourly],
    ['times of the day', cronHourly],
  ])('has its own last instant and reason, though its run is in time: %s', (_, trigger) => {
    const reasonAt = (at: number): LateReason => (at < start + 3 * hour ? 'asleep' : 'busy')
    for (const [after, late] of [
      [3 * hour, null],
      [3 * hour + 5000, { ms: 5000, reason: 'busy' }],
    ] as const)
      expect(decide(after, { triggers: [trigger], policy: { misfireGrace: null }, reasonAt }).runs).toMatchObject([
        { folded: 2, foldedFrom: start + hour, foldedUntil: start + 2 * hour, foldedReason: 'asleep', late },
      ])
    expect(decide(hour, { triggers: [trigger] }).runs).toMatchObject([
      { folded: 0, foldedUntil: null, foldedReason: null },
    ])
  })

  it('has a reason, too, where all of it is less than 2 s late', () => {
    const everySecond: Given['triggers'] = [{ kind: 'cron', expression: '* * * * * *', timezone: 'UTC' }]
    const made = decide(2600, { triggers: everySecond, policy: { misfireGrace: 0 }, reasonAt: () => 'busy' })
    expect(made.runs).toMatchObject([{ folded: 1, foldedReason: 'busy', late: null }])
  })
})

describe.each([
  ['a rhythm, reckoned at once', hourly],
  ['times of the day, one by one', cronHourly],
])('being late: %s', (_name, trigger) => {
  const late = (after: number, given: Given = {}) => decide(after, { triggers: [trigger], ...given })

  it.each<[string, number, TaskInput['policy'], (number | null)[][], string[]]>([
    ['on time', hour, {}, [[1, 0, null]], []],
    ['not yet', hour - 1, {}, [], []],
    ['late, within the grace of an hour', 2 * hour - 1, {}, [[1, 0, null]], []],
    ['exactly as late as the grace', hour + 10 * minute, { misfireGrace: '10m' }, [[1, 0, null]], []],
    ['a moment later than it', hour + 10 * minute + 1, { misfireGrace: '10m' }, [], ['missed asleep 1-1 1']],
    ['several: one run for the latest', 5 * hour, { misfireGrace: '1d' }, [[5, 4, 1]], []],
    ['several, some beyond the grace', 5 * hour, { misfireGrace: '2h' }, [[5, 2, 3]], ['missed asleep 1-2 2']],
    ['with a grace for ever', 100 * hour, { misfireGrace: null }, [[100, 99, 1]], []],
    ['none that would run, however late', 100 * hour, { onMissed: 'run' }, [[100, 99, 1]], []],
    [
      'to be forgotten when missed',
      5 * hour + 1,
      { onMissed: 'skip', misfireGrace: 0 },
      [[5, 0, null]],
      ['missed asleep 1-4 4'],
    ],
    [
      'each for itself, oldest first',
      4 * hour,
      { coalesce: false, misfireGrace: '1d' },
      [
        [1, 0, null],
        [2, 0, null],
        [3, 0, null],
        [4, 0, null],
      ],
      [],
    ],
    [
      'each for itself, some beyond the grace',
      4 * hour,
      { coalesce: false, misfireGrace: '90m' },
      [
        [3, 0, null],
        [4, 0, null],
      ],
      ['missed asleep 1-2 2'],
    ],
  ])('%s', (_what, after, policy, expectedRuns, expectedFates) => {
    for (const step of [1, 2, Infinity]) {
      const made = late(after, { policy, step })
      expect(runs(made)).toEqual(expectedRuns)
      expect(fates(made)).toEqual(expectedFates)
    }
  })

  it('of those that run each for itself only the latest hundred do, one after another; older ones are missed', () => {
    const made = late(250 * hour, { policy: { coalesce: false, misfireGrace: null } })
    expect(made.runs).toHaveLength(100)
    expect(made.runs.every(({ replay }) => replay)).toBe(true)
    expect(hours(made.runs[0]?.scheduledAt ?? 0)).toBe(151)
    expect(fates(made)).toEqual(['missed asleep 1-150 150'])
    expect(late(hour, { policy: { coalesce: false } }).runs[0]?.replay).toBe(false)
  })

  it('what is decided less than 2 s after its instant is in time, and never missed', () => {
    const policy = { misfireGrace: 0 }
    expect(late(hour + 1999, { policy }).runs[0]?.late).toBeNull()
    expect(late(hour + 2000, { policy: {} }).runs[0]?.late).toEqual({ ms: 2000, reason: 'asleep' })
    expect(fates(late(hour + 2000, { policy }))).toEqual(['missed asleep 1-1 1'])
  })

  it('each has the reason of its own instant', () => {
    const reasonAt = (at: number): LateReason => (at < start + 3 * hour ? 'not_running' : 'clock')
    expect(fates(late(6 * hour, { reasonAt, policy: { misfireGrace: '1m' } }))).toEqual([
      'missed not_running 1-2 2',
      'missed clock 3-5 3',
    ])
  })
})

describe('what does not run', () => {
  const all = { misfireGrace: null } as const
  const at = (hour_: number): string => new Date(start + hour_ * hour).toISOString()

  it.each<[string, Given, (number | null)[][], string[]]>([
    [
      'is paused',
      { policy: all, pausedAt: (from) => (from < start + 3 * hour ? 'task' : 'everything') },
      [],
      ['paused task 1-2 2', 'paused everything 3-5 3'],
    ],
    [
      'was paused, and is not caught up',
      { policy: all, pausedAt: (from) => (from < start + 4 * hour ? 'task' : null) },
      [[5, 1, 4]],
      ['paused task 1-3 3'],
    ],
    ['is to be skipped', { policy: all, skips: [at(2), at(3)] }, [[5, 2, 1]], ['skipped skip_next 2-3 2']],
    [
      'lies in a blackout',
      { policy: { ...all, blackouts: [{ times: { from: '02:00', until: '04:30' }, timezone: 'UTC' }] } },
      [[5, 1, 1]],
      ['skipped blackout 2-4 3'],
    ],
    [
      'lies outside the active windows',
      { policy: { ...all, active: [{ times: { from: '02:00', until: '04:00' }, timezone: 'UTC' }] } },
      [[3, 1, 2]],
      ['skipped inactive 1-1 1', 'skipped inactive 4-5 2'],
    ],
    [
      'is paused before anything else',
      { policy: { misfireGrace: 0 }, skips: [at(1)], pausedAt: () => 'task' },
      [],
      ['paused task 1-5 5'],
    ],
  ])('what %s', (_name, given, expectedRuns, expectedFates) => {
    const made = decide(5 * hour, given)
    expect(runs(made)).toEqual(expectedRuns)
    expect(fates(made)).toEqual(expectedFates)
  })

  it('what a gap swallows by the rule of the task is skipped for that', () => {
    const gap = Date.parse('2027-03-28T01:00:00Z') - start
    const made = decide(gap + minute, {
      triggers: [{ kind: 'cron', expression: '30 2 * * *', timezone: 'Europe/Berlin' }],
      policy: { dst: { gap: 'skip', overlap: 'auto' }, misfireGrace: null },
      marks: bothAt(start + gap - 12 * hour),
    })
    expect(fates(made)).toEqual([`skipped dst ${gap / hour}-${gap / hour} 1`])
    expect(made.runs).toEqual([])
  })

  it('in the middle of what is folded is no range with what comes after', () => {
    const made = decide(5 * hour, { policy: all, skips: [at(2), at(4)] })
    expect(fates(made)).toEqual(['skipped skip_next 2-2 1', 'skipped skip_next 4-4 1'])
    expect(runs(made)).toEqual([[5, 2, 1]])
  })

  it('in between those that run each for itself keeps its place in the ledger when older ones are given up', () => {
    const made = decide(103 * hour, { policy: { coalesce: false, misfireGrace: null }, skips: [at(2)] })
    expect(fates(made)).toEqual(['missed asleep 1-1 1', 'skipped skip_next 2-2 1', 'missed asleep 3-3 1'])
    expect(made.runs).toHaveLength(100)
  })
})

describe('a fixed delay', () => {
  const delay = { kind: 'interval', every: hour, mode: 'fixed-delay' } as const

  it('is due once, however long nobody looked, and counts anew', () => {
    const made = decide(10 * hour, { triggers: [delay], idleSince: start, policy: { misfireGrace: null } })
    expect(runs(made)).toEqual([[1, 0, null]])
    expect(made.delayOver).toBe(true)
  })
})

describe('jitter', () => {
  it('counts lateness from there, and nothing comes before it', () => {
    const task = { policy: { jitter: '30m' }, triggers: [cronHourly] }
    const due = Array.from({ length: 31 }, (_, index) => index).find(
      (index) => decide(hour + index * minute, task).runs.length > 0,
    )
    expect(due).toBeGreaterThan(0)
    expect(decide(hour + (due ?? 0) * minute, task).runs[0]).toMatchObject({ scheduledAt: start + hour })
  })

  it('does not let a later occurrence overtake an earlier one', () => {
    const given: Given = {
      triggers: [{ kind: 'cron', expression: '* * * * *', timezone: 'UTC' }],
      policy: { jitter: '10m', coalesce: false, misfireGrace: null },
    }
    let last = 0
    let marks = bothAt(start)
    for (let after = 0; after <= 40 * minute; after += 1000) {
      const made = decide(after, { ...given, marks })
      marks = made.marks
      for (const { scheduledAt } of made.runs) {
        expect(scheduledAt).toBe((last || start) + minute)
        last = scheduledAt
      }
    }
    expect(last).toBeGreaterThan(start + 25 * minute)
  })

  it('is paused with what waits for it', () => {
    const paused = decide(hour + 1, {
      triggers: [cronHourly],
      policy: { jitter: '30m' },
      pausedAt: (_from, until) => (until > start + hour ? 'task' : null),
    })
    expect(fates(paused)).toEqual(['paused task 1-1 1'])
  })
})

describe('jitter longer than the distance', () => {
  const given: Given = {
    triggers: [{ kind: 'cron', expression: '* * * * *', timezone: 'UTC' }],
    policy: { jitter: '10m', misfireGrace: null },
  }

  it('folds nothing that is in time: those that it lets come at once each run, as overlap has it', () => {
    let marks = bothAt(start)
    const all: Decision['runs'][number][] = []
    for (let after = 0; after <= hour; after += 1000) {
      const made = decide(after, { ...given, marks })
      marks = made.marks
      all.push(...made.runs)
    }
    expect(all.length).toBeGreaterThan(50)
    expect(all.map(({ scheduledAt }) => scheduledAt)).toEqual(all.map((_, index) => start + (index + 1) * minute))
    expect(all.every(({ folded, late, replay }) => folded === 0 && late === null && !replay)).toBe(true)
  })

  it('folds what is late', () => {
    const made = decide(hour, given)
    expect(made.runs).toHaveLength(1)
    expect(made.runs[0]?.late?.ms).toBeGreaterThan(2000)
    expect(made.runs[0]?.folded).toBe(((made.runs[0]?.scheduledAt ?? 0) - start) / minute - 1)
    expect(made.runs[0]?.folded).toBeGreaterThan(40)
  })

  it('runs the latest hundred at most, and folds those before them', () => {
    const policy = { jitter: '1d', misfireGrace: null } as const
    const triggers: Given['triggers'] = [{ kind: 'cron', expression: '* * * * * *', timezone: 'UTC' }]
    const { id } = makeTask({})
    const comes = (index: number): number => index * 1000 + jitterOf(id, start + index * 1000, 24 * hour)
    // One for which all of the 150 after it have to wait.
    const isLast = (index: number): boolean =>
      Array.from({ length: 150 }, (_, after) => index + 1 + after).every((other) => comes(other) <= comes(index))
    let first = 1
    while (!isLast(first)) first++
    const made = decide(comes(first), { triggers, policy, marks: bothAt(start + first * 1000 - 1) })
    expect(made.runs).toHaveLength(100)
    expect(made.runs[0]?.foldedFrom).toBe(start + first * 1000)
    expect(made.runs.map(({ folded }) => folded > 0)).toEqual([true, ...Array.from({ length: 99 }, () => false)])
    expect(made.fates).toEqual([])
  })
})

describe('a leap', () => {
  it('of ten years over a task of every second is taken in at once', () => {
    const seconds = 10 * 365 * 86_400
    const made = decide(seconds * 1000 + 500, { triggers: [{ ...hourly, every: 1000 }], step: 10 })
    expect(made.fates).toMatchObject([{ state: 'missed', count: seconds - 3600 }])
    expect(made.runs).toMatchObject([{ scheduledAt: start + seconds * 1000, folded: 3599 }])
  })

  it.each<[string, Given]>([
    ['cron', { triggers: [{ kind: 'cron', expression: '* * * * * *', timezone: 'Europe/Berlin' }] }],
    ['a rhythm with a skip that was used', { triggers: [{ ...hourly, every: 1000 }], skips: [at(-1000)] }],
    ['a rhythm with a skip in the middle', { triggers: [{ ...hourly, every: 1000 }], skips: [at(100 * hour)] }],
    ['jitter', { triggers: [{ ...hourly, every: 1000 }], policy: { jitter: '30s' } }],
    ['a rhythm, and now and then a time', { triggers: [{ ...hourly, every: 1000 }, cronHourly] }],
    [
      'working hours',
      {
        triggers: [{ kind: 'cron', expression: '* * * * * *', timezone: 'UTC' }],
        policy: { active: [{ weekdays: ['mon', 'fri'], times: { from: '09:00', until: '17:00' } }] },
      },
    ],
    ['a pause', { triggers: [{ ...hourly, every: 1000 }], pausedAt: () => 'task' }],
  ])('of a year over every second takes few steps: %s', (_name, given) => {
    const seconds = 365 * 86_400
    const made = decide(seconds * 1000 + 500, { ...given, steps: 20_000 })
    const told = [...made.fates.map(({ count }) => count), ...made.runs.map(({ folded }) => folded + 1)]
    const left = given.policy?.jitter === undefined ? 0 : 30
    expect(seconds - told.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(left)
  })

  it('over a pause is looked at one by one', () => {
    const made = decide(9 * hour, {
      policy: { misfireGrace: 0 },
      pausedAt: (from, until) => (from <= start + 5 * hour && until >= start + 5 * hour ? 'task' : null),
    })
    expect(fates(made)).toEqual(['missed asleep 1-4 4', 'paused task 5-5 1', 'missed asleep 6-8 3'])
    expect(runs(made)).toEqual([[9, 0, null]])
  })
})
