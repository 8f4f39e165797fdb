/** Overlap and limits, rule by rule, as the host keeps them; see semantics.md. */
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Run } from '@shared/model/run'
import type { Settings } from '@shared/model/settings'
import type { Task, TaskInput } from '@shared/model/task'
import type { DueTask } from '../../electron/host/schedule/planner'
import { jitterOf } from '../../electron/host/schedule/jitter'
import { createAccount } from '../../electron/host/schedule/account'
import { deferred } from '../support/deferred'
import { makeTask } from '../support/make-task'
import { runBench, type RunBench } from '../support/run-bench'
import type { ScriptedRun } from '../support/scripted-executor'

const start = Date.parse('2027-01-01T00:00:00Z')
const second = (n: number): string => new Date(start + n * 1000).toISOString()

let bench: RunBench
beforeEach(async () => {
  bench = await runBench()
})
afterEach(async () => {
  void bench.runs.stop()
  await bench.runs.stop()
})

function known(id: string, policy: TaskInput['policy'] = {}, rest: Partial<Task> = {}): Task {
  const task = makeTask({ ...rest, id, name: id, policy })
  bench.tasks.set(id, task)
  return task
}

function due(task: Task, n: number, rest: Partial<DueTask> = {}): DueTask {
  return {
    taskId: task.id,
    triggeredBy: 'cron',
    scheduledAt: start + n * 1000,
    event: null,
    parameters: {},
    folded: 0,
    foldedFrom: null,
    foldedUntil: null,
    foldedReason: null,
    late: null,
    replay: false,
    ...rest,
  }
}

const set = async (settings: Partial<Settings>): Promise<void> => {
  await bench.store.settings.set({ ...bench.store.settings.get(), ...settings })
  bench.runs.limitsChanged()
}

const eventually = <T>(probe: () => T | Promise<T>) => expect.poll(probe, { interval: 3, timeout: 4000 })

const runsOf = async (task: Task): Promise<readonly Run[]> =>
  (await bench.runs.list({ taskId: task.id, limit: 200 })).items.toReversed()
const statuses = async (task: Task): Promise<string> =>
  (await runsOf(task)).map(({ number, status }) => `${number} ${status}`).join(', ')

/** Those whose process was started, in their order: `task number`. */
const begun = (): readonly string[] =>
  bench.executor.runs.map(({ execution: { task, run } }) => `${task.id} ${run.number}`)

const processOf = async (name: string): Promise<ScriptedRun> => {
  await eventually(begun).toContain(name)
  return bench.executor.runs[begun().indexOf(name)] as ScriptedRun
}

/** Ends it and waits until it is over. */
const finish = async (name: string): Promise<void> => {
  const { finish: end, execution } = await processOf(name)
  end()
  await bench.runs.ended(execution.run.id)
}

/** The ledger as the operator reads it, oldest first. */
async function account(task: Task): Promise<readonly string[]> {
  const { clock, store, ledger } = bench
  const planner = { moment: missing, nextAt: missing, nextToSkip: missing, marks: missing }
  const { items } = await createAccount({ clock, store, ledger, planner }).ledger(task.id, { limit: 200 })
  return items.toReversed().map(words)
}
const missing = (): never => {
  throw new Error('the ledger needs no planner')
}
const words = ({ state, reason, from, until, count }: LedgerEntry): string => {
  const at = (instant: string): number => (Date.parse(instant) - start) / 1000
  return `${state}${reason === null ? '' : ` ${reason}`} ${at(from)}${count === 1 ? '' : `-${at(until)} (${count})`}`
}

/** The same folder under a new host, at the same moment. */
async function restarted(given: 'stopped' | 'killed' = 'killed'): Promise<void> {
  const before = bench
  if (given === 'stopped') await before.ledger.stop()
  await before.close()
  bench = await runBench({ folder: before.folder, clock: before.clock })
  for (const [id, task] of before.tasks) bench.tasks.set(id, task)
}

const full = (): Promise<never> => Promise.reject(new BelfryError('STORAGE', 'the disk is full'))
/** What gives the disk room again. */
function fillDisk(): () => void {
  const { put } = bench.store.runs
  Object.assign(bench.store.runs, { put: full })
  return () => void Object.assign(bench.store.runs, { put })
}

describe('overlap: what becomes of occurrences that come while the task runs', () => {
  const cases: {
    name: string
    policy: TaskInput['policy']
    dues: number
    status: string
    ledger: string[]
  }[] = [
    {
      name: 'skip, as by default',
      policy: {},
      dues: 4,
      status: '1 running',
      ledger: ['ran 0', 'skipped overlap 1-3 (3)'],
    },
    {
      name: 'skip at two instances',
      policy: { maxInstances: 2 },
      dues: 4,
      status: '1 running, 2 running',
      ledger: ['ran 0', 'ran 1', 'skipped overlap 2-3 (2)'],
    },
    {
      name: 'queue, ten as by default',
      policy: { overlap: 'queue' },
      dues: 13,
      status: ['1 running', ...Array.from({ length: 10 }, (_, index) => `${index + 2} queued`)].join(', '),
      ledger: [
        'ran 0',
        ...Array.from({ length: 10 }, (_, index) => `queued ${index + 1}`),
        'skipped queue_full 11-12 (2)',
      ],
    },
    {
      name: 'queue with a bound of its own',
      policy: { overlap: 'queue', queueLimit: 2, maxInstances: 2 },
      dues: 6,
      status: '1 running, 2 running, 3 queued, 4 queued',
      ledger: ['ran 0', 'ran 1', 'queued 2', 'queued 3', 'skipped queue_full 4-5 (2)'],
    },
  ]
  it.each(cases)('$name', async ({ policy, dues, status, ledger }) => {
    const task = known('task', policy)
    for (let n = 0; n < dues; n++) bench.runs.startDue([due(task, n)])
    await eventually(() => statuses(task)).toBe(status)
    await eventually(() => account(task)).toEqual(ledger)
  })

  it('names the run that was in the way', async () => {
    const task = known('task')
    bench.runs.startDue([due(task, 0), due(task, 1)])
    const { execution } = await processOf('task 1')
    await eventually(() => bench.ledger.pending('task')).toMatchObject([{ reason: 'overlap', runId: execution.run.id }])
  })

  it('counts all that a skipped one stood for', async () => {
    const task = known('task')
    bench.runs.startDue([due(task, 0)])
    await processOf('task 1')
    bench.runs.startDue([due(task, 9, { folded: 4, foldedFrom: start + 5000 })])
    await eventually(() => account(task)).toEqual(['ran 0', 'skipped overlap 5-9 (5)'])
  })

  it('queued ones start one after another, in their order, and none twice', async () => {
    const task = known('task', { overlap: 'queue' })
    for (let n = 0; n < 4; n++) bench.runs.startDue([due(task, n)])
    for (let number = 1; number <= 4; number++) {
      await processOf(`task ${number}`)
      expect(begun()).toHaveLength(number)
      await finish(`task ${number}`)
    }
    expect(await statuses(task)).toBe('1 succeeded, 2 succeeded, 3 succeeded, 4 succeeded')
    expect(bench.runs.activeCount()).toBe(0)
  })

  it('goes on with more of them once the task may have more instances', async () => {
    const task = known('task', { overlap: 'queue' })
    for (let n = 0; n < 4; n++) bench.runs.startDue([due(task, n)])
    await processOf('task 1')
    known('task', { overlap: 'queue', maxInstances: 3 })
    bench.runs.limitsChanged('task')
    await eventually(() => statuses(task)).toBe('1 running, 2 running, 3 running, 4 queued')
  })
})

describe('a run that ended while the host stood still, which nobody has read yet', () => {
  it.each([
    ['skip', { overlap: 'skip' }],
    ['replace', { overlap: 'replace' }],
    ['one of two instances', { maxInstances: 2 }],
  ] as const)('is in nobody’s way: %s', async (_, policy) => {
    const task = known('task', policy)
    for (let n = 0; n < (task.policy.maxInstances === 2 ? 2 : 1); n++) bench.runs.startDue([due(task, n)])
    const { finishUnheard, stops } = await processOf(`task ${task.policy.maxInstances}`)
    finishUnheard()
    const late = { reason: 'busy', ms: 0 } as const
    bench.runs.startDue([due(task, 9, { folded: 3, foldedFrom: start + 6000, late })])
    const next = task.policy.maxInstances + 1
    const { execution } = await processOf(`task ${next}`)
    expect(execution.run).toMatchObject({ number: next, folded: 3, late })
    expect(await statuses(task)).toContain(`${next - 1} succeeded, ${next} running`)
    expect(stops).toEqual([])
    expect((await account(task)).join()).not.toContain('skipped')
  })

  it('nor has it a queue full behind it', async () => {
    const task = known('task', { overlap: 'queue', queueLimit: 1 })
    bench.runs.startDue([due(task, 0), due(task, 1)])
    const { finishUnheard } = await processOf('task 1')
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    finishUnheard()
    bench.runs.startDue([due(task, 2)])
    await eventually(() => statuses(task)).toBe('1 succeeded, 2 running, 3 queued')
  })

  it.each([
    ['a task that was removed meanwhile', () => bench.tasks.clear()],
    ['a host that was stopped meanwhile', () => void bench.runs.stop()],
  ])('brings no run to %s', async (_, meanwhile) => {
    const task = known('task')
    bench.runs.startDue([due(task, 0)])
    const { finishUnheard, execution } = await processOf('task 1')
    finishUnheard()
    bench.runs.startDue([due(task, 9)])
    meanwhile()
    await bench.runs.ended(execution.run.id)
    await eventually(() => bench.runs.activeCount()).toBe(0)
    expect(await statuses(task)).toBe('1 succeeded')
  })

  it('has ended when its command ended, not when that was noticed', async () => {
    const task = known('task')
    bench.runs.startDue([due(task, 0)])
    const { finishUnheard, execution } = await processOf('task 1')
    finishUnheard({ endedAt: bench.clock.now() + 1250 })
    await bench.clock.advance(22_000)
    bench.runs.startDue([due(task, 20)])
    expect(await bench.runs.ended(execution.run.id)).toMatchObject({
      finishedAt: new Date(start + 1250).toISOString(),
      durationMs: 1250,
      attempts: [{ finishedAt: new Date(start + 1250).toISOString() }],
    })
  })

  it.each([
    ['behind its start', -5000, 0],
    ['ahead of now', 60_000, 22_000],
  ])('has a true end though the clock was set: %s', async (_, by, duration) => {
    const task = known('task')
    bench.runs.startDue([due(task, 0)])
    const { finish: end, execution } = await processOf('task 1')
    await bench.clock.advance(22_000)
    end({ endedAt: start + by })
    const finishedAt = new Date(start + duration).toISOString()
    expect(await bench.runs.ended(execution.run.id)).toMatchObject({ finishedAt, durationMs: duration })
  })
})

describe('what comes late, and finds a run in its way', () => {
  const late = { reason: 'asleep', ms: 2000 } as const
  /** One run, or two, whose commands begin when told; then the clock at the tenth second. */
  const hesitating = async (policy: TaskInput['policy'] = {}): Promise<Task> => {
    const task = known('task', policy)
    bench.executor.hesitate()
    for (let n = 0; n < task.policy.maxInstances; n++) bench.runs.startDue([due(task, n)])
    await processOf(`task ${task.policy.maxInstances}`)
    await bench.clock.advance(10_000)
    return task
  }
  /** Of five, the last of which comes in time. */
  const five = { folded: 4, foldedFrom: start + 2000, foldedUntil: start + 8000, foldedReason: 'asleep' } as const

  it.each([
    ['has not begun yet', undefined, true],
    ['had begun before', 1.9, false],
    ['had begun at just that instant', 2, false],
    ['began after it', 2.1, true],
    ['began by a clock that was set back since', 3600, false],
  ])('%s', async (_, began, waits) => {
    const task = await hesitating()
    if (began !== undefined) (await processOf('task 1')).begin(start + began * 1000)
    bench.runs.startDue([due(task, 10, five)])
    await eventually(() => account(task)).toEqual(
      waits ? ['ran 0', 'coalesced asleep 2-8 (4)', 'queued 10'] : ['ran 0', 'skipped overlap 2-10 (5)'],
    )
    await finish('task 1')
    if (!waits) return expect(await statuses(task)).toBe('1 succeeded')
    await finish('task 2')
    expect(await account(task)).toEqual(['ran 0', 'coalesced asleep 2-8 (4)', 'ran 10'])
  })

  it('waits behind it also alone, and by its jitter counts from when it was due', async () => {
    const task = await hesitating({ jitter: '1h' })
    const since = start + 5000 + jitterOf('task', start + 5000, 3_600_000)
    const { begin } = await processOf('task 1')
    await bench.clock.advance(3_600_000)
    begin(since)
    bench.runs.startDue([due(task, 5, { late })])
    await eventually(() => account(task)).toEqual(['ran 0', 'skipped overlap 5'])
    begin(since + 1)
    bench.runs.startDue([due(task, 5, { late })])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
  })

  it('is skipped where it comes in time', async () => {
    const task = await hesitating()
    bench.runs.startDue([due(task, 10)])
    await eventually(() => account(task)).toEqual(['ran 0', 'skipped overlap 10'])
  })

  it('waits where one of several had not begun', async () => {
    const task = await hesitating({ maxInstances: 2 })
    const [first, second] = [await processOf('task 1'), await processOf('task 2')]
    first.begin(start)
    bench.runs.startDue([due(task, 8, { late })])
    await eventually(() => statuses(task)).toBe('1 running, 2 running, 3 queued')
    await finish('task 1')
    ;(await processOf('task 3')).begin(start + 1000)
    second.begin(start + 1000)
    bench.runs.startDue([due(task, 8, { late })])
    await eventually(() => account(task)).toContain('skipped overlap 8')
  })

  it('is one that waits, not a queue', async () => {
    const task = await hesitating()
    for (const n of [4, 6, 8]) bench.runs.startDue([due(task, n, { late })])
    await eventually(() => account(task)).toEqual(['ran 0', 'queued asleep 4', 'skipped overlap 6-8 (2)'])
  })

  it('is found to have waited too long once its grace is over', async () => {
    const task = await hesitating({ misfireGrace: '30s' })
    bench.runs.startDue([due(task, 8, { late })])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    await bench.clock.advance(31_000)
    await eventually(() => statuses(task)).toBe('1 running, 2 expired')
    await eventually(() => account(task)).toEqual(['ran 0', 'missed busy 8'])
  })

  it('waits behind one that has no slot yet', async () => {
    await set({ maxConcurrent: 1 })
    bench.runs.startDue([due(known('other'), 0)])
    await processOf('other 1')
    const task = known('task')
    bench.runs.startDue([due(task, 0)])
    await eventually(() => statuses(task)).toBe('1 queued')
    await bench.clock.advance(10_000)
    bench.runs.startDue([due(task, 10, five)])
    await eventually(() => statuses(task)).toBe('1 queued, 2 queued')
    for (const name of ['other 1', 'task 1', 'task 2']) await finish(name)
  })
})

describe('overlap: replace', () => {
  it('ends the oldest by its grace, and starts once that is gone: never two at once', async () => {
    const task = known('task', { overlap: 'replace', killGrace: '3s' })
    bench.runs.startDue([due(task, 0)])
    const first = await processOf('task 1')
    // It takes its time.
    const gone = deferred<void>()
    Object.assign(bench.store.logs, { removeSpool: () => gone.promise })
    bench.runs.startDue([due(task, 1)])
    await eventually(() => first.stops).toEqual([3000])
    await eventually(() => statuses(task)).toBe('1 cancelled, 2 queued')
    expect(begun()).toEqual(['task 1'])
    gone.resolve()
    await finish('task 2')
    expect((await runsOf(task))[0]).toMatchObject({
      status: 'cancelled',
      ending: 'replace',
      error: { code: 'REPLACED', message: 'replaced by a later run' },
    })
    expect(await account(task)).toEqual(['ran 0', 'ran 1'])
  })

  it('of two it is the older that goes, and the next time the other', async () => {
    const task = known('task', { overlap: 'replace', maxInstances: 2 })
    for (const n of [0, 1]) bench.runs.startDue([due(task, n)])
    await Promise.all(['task 1', 'task 2'].map(processOf))
    bench.runs.startDue([due(task, 2)])
    await processOf('task 3')
    expect(await statuses(task)).toBe('1 cancelled, 2 running, 3 running')
    bench.runs.startDue([due(task, 3)])
    await processOf('task 4')
    expect(await statuses(task)).toBe('1 cancelled, 2 cancelled, 3 running, 4 running')
  })

  it('one that waits to replace another is itself replaced, without ever having started', async () => {
    const task = known('task', { overlap: 'replace' })
    bench.runs.startDue([due(task, 0)])
    await processOf('task 1')
    const gone = deferred<void>()
    Object.assign(bench.store.logs, { removeSpool: () => gone.promise })
    for (const n of [1, 2]) bench.runs.startDue([due(task, n)])
    await eventually(() => statuses(task)).toBe('1 cancelled, 2 cancelled, 3 queued')
    gone.resolve()
    await finish('task 3')
    expect(begun()).toEqual(['task 1', 'task 3'])
    expect((await runsOf(task))[1]).toMatchObject({ startedAt: null, error: { code: 'REPLACED' } })
  })

  it('ends nothing while the disk cannot take what would stand in its place', async () => {
    const task = known('task', { overlap: 'replace' })
    bench.runs.startDue([due(task, 0)])
    const first = await processOf('task 1')
    const room = fillDisk()
    bench.runs.startDue([due(task, 1)])
    await eventually(() => bench.warnings.all().length).toBe(1)
    expect(first.stops).toEqual([])
    room()
    await bench.clock.advance(2000)
    await finish('task 2')
    expect(first.stops).toEqual([5000])
  })

  it('leaves alone what runs one after another, and waits behind it', async () => {
    const task = known('task', { overlap: 'replace' })
    bench.runs.startDue([due(task, 0, { replay: true }), due(task, 1, { replay: true })])
    const first = await processOf('task 1')
    bench.runs.startDue([due(task, 2), due(task, 3)])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued, 3 cancelled, 4 queued')
    expect(first.stops).toEqual([])
    for (const number of [1, 2, 4]) await finish(`task ${number}`)
    expect(begun()).toEqual(['task 1', 'task 2', 'task 4'])
  })
})

describe('late ones that run one after another', () => {
  it.each(['skip', 'queue', 'replace'] as const)('do so whatever overlap says: %s', async (overlap) => {
    const task = known('task', { overlap, queueLimit: 1, coalesce: false })
    bench.runs.startDue([0, 1, 2, 3].map((n) => due(task, n, { replay: true })))
    for (let number = 1; number <= 4; number++) {
      await processOf(`task ${number}`)
      expect(begun()).toHaveLength(number)
      await finish(`task ${number}`)
    }
    expect(await account(task)).toEqual(['ran 0', 'ran 1', 'ran 2', 'ran 3'])
  })
})

describe('groups, slots and priorities', () => {
  it('a group is a mutex across tasks, or as large as the settings say, also from now on', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((id) => known(id, { group: 'db' })) as [Task, Task, Task]
    bench.runs.startDue([due(a, 0), due(b, 0), due(c, 0)])
    await processOf('a 1')
    await eventually(() => statuses(c)).toBe('1 queued')
    expect(begun()).toEqual(['a 1'])
    await set({ groups: { db: 2 } })
    await processOf('b 1')
    await set({ groups: { db: 1 } })
    await finish('a 1')
    expect(begun()).toEqual(['a 1', 'b 1'])
    await finish('b 1')
    await finish('c 1')
  })

  it('a full group keeps nobody outside it waiting', async () => {
    await set({ maxConcurrent: 2 })
    const [a, b] = ['a', 'b'].map((id) => known(id, { group: 'db', priority: 9 })) as [Task, Task]
    bench.runs.startDue([due(a, 0), due(b, 0), due(known('c'), 1)])
    await Promise.all(['a 1', 'c 1'].map(processOf))
    expect(begun()).toHaveLength(2)
  })

  it('what waits for a slot is an instance of its task, though it holds none', async () => {
    await set({ maxConcurrent: 1 })
    const [a, b] = ['a', 'b'].map((id) => known(id)) as [Task, Task]
    bench.runs.startDue([due(a, 0), due(b, 0)])
    await eventually(() => statuses(b)).toBe('1 queued')
    bench.runs.startDue([due(b, 1)])
    await eventually(() => account(b)).toEqual(['queued 0', 'skipped overlap 1'])
    await expect(bench.runs.startManual(b, {})).rejects.toMatchObject({ code: 'CONFLICT' })
    await set({ maxConcurrent: 2 })
    await processOf('b 1')
  })

  it('what waits behind its own task is none: with a second instance allowed, one by hand may start', async () => {
    const task = known('task', { overlap: 'queue' })
    bench.runs.startDue([due(task, 0), due(task, 1)])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    const wider = known('task', { overlap: 'queue', maxInstances: 2 })
    await bench.runs.startManual(wider, {})
    await processOf('task 3')
    await finish('task 3')
    await processOf('task 2')
    expect(await statuses(task)).toBe('1 running, 2 running, 3 succeeded')
  })

  it('the higher priority starts first, then what was planned earlier', async () => {
    await set({ maxConcurrent: 1 })
    bench.runs.startDue([due(known('first'), 0)])
    await processOf('first 1')
    bench.runs.startDue([due(known('low', { priority: -5 }), 0), due(known('later'), 2), due(known('sooner'), 1)])
    bench.runs.startDue([due(known('high', { priority: 7 }), 3)])
    await eventually(() => bench.told.filter(({ status }) => status === 'queued').length).toBe(5)
    for (const name of ['first 1', 'high 1', 'sooner 1', 'later 1']) await finish(name)
    await processOf('low 1')
    expect(begun()).toEqual(['first 1', 'high 1', 'sooner 1', 'later 1', 'low 1'])
  })
})

describe('of runs that are due at once', () => {
  it.each([
    ['over all tasks', { maxConcurrent: 1 }, null],
    ['in a group', { groups: { db: 1 } }, 'db'],
  ] as const)('the higher priority has the only free slot %s', async (_, settings, group) => {
    await set(settings)
    const tasks = { low: -5, high: 50, middle: 0 }
    bench.runs.startDue(Object.entries(tasks).map(([id, priority]) => due(known(id, { priority, group }), 0)))
    for (const name of ['high 1', 'middle 1', 'low 1']) await finish(name)
    expect(begun()).toEqual(['high 1', 'middle 1', 'low 1'])
  })

  it('the higher priority is the first, too, where a host before left them queued', async () => {
    await set({ maxConcurrent: 1 })
    bench.runs.startDue([due(known('first'), 0)])
    await processOf('first 1')
    bench.runs.startDue([due(known('low', { priority: -5 }), 0), due(known('high', { priority: 5 }), 1)])
    await eventually(() => bench.told.filter(({ status }) => status === 'queued').length).toBe(3)
    await restarted()
    await bench.runs.recover()
    await finish('high 1')
    await finish('low 1')
    expect(begun()).toEqual(['high 1', 'low 1'])
  })
})

describe('a run that waits longer than its grace', () => {
  const blocked = async (policy: TaskInput['policy'], by: 'time' | 'hand'): Promise<Task> => {
    await set({ maxConcurrent: 1 })
    bench.runs.startDue([due(known('other'), 0)])
    await processOf('other 1')
    const task = known('task', { misfireGrace: '10s', ...policy })
    if (by === 'hand') await bench.runs.startManual(task, {})
    else bench.runs.startDue([due(task, 0)])
    await eventually(() => statuses(task)).toBe('1 queued')
    return task
  }

  it('is out, and stays out: missed, for the host was busy', async () => {
    const task = await blocked({}, 'time')
    await bench.clock.advance(10_000)
    expect(await statuses(task)).toBe('1 queued')
    await bench.clock.advance(1)
    await eventually(() => statuses(task)).toBe('1 expired')
    expect((await runsOf(task))[0]).toMatchObject({
      startedAt: null,
      error: { code: 'EXPIRED', message: 'waited longer than its misfire grace' },
    })
    await eventually(() => account(task)).toEqual(['missed busy 0'])
    await finish('other 1')
    bench.runs.startDue([due(task, 60)])
    await processOf('task 2')
    expect(begun()).toEqual(['other 1', 'task 2'])
  })

  it('does not start either when the machine slept over it', async () => {
    const task = await blocked({}, 'time')
    bench.clock.sleep(11_000)
    await finish('other 1')
    await eventually(() => statuses(task)).toBe('1 expired')
    expect(begun()).toEqual(['other 1'])
  })

  it.each([
    ['its grace has no end', { misfireGrace: null }, 'time'],
    ['it is to run however late', { onMissed: 'run' }, 'time'],
    ['somebody asked for it', {}, 'hand'],
  ] as const)('waits on where %s', async (_, policy, by) => {
    const task = await blocked(policy, by)
    await bench.clock.advance(3_600_000)
    expect(await statuses(task)).toBe('1 queued')
    await finish('other 1')
    await finish('task 1')
    expect(await statuses(task)).toBe('1 succeeded')
  })

  it('expires in the queue of its own task, too', async () => {
    const task = known('task', { overlap: 'queue', misfireGrace: '10s' })
    bench.runs.startDue([due(task, 0), due(task, 1)])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    await bench.clock.advance(10_001)
    await eventually(() => statuses(task)).toBe('1 running, 2 expired')
    await eventually(() => account(task)).toEqual(['ran 0', 'missed busy 1'])
  })
})

describe('a rate limit', () => {
  const policy = { rateLimit: { max: 2, per: '60s' }, maxInstances: 9 } as const
  /** Lets time pass until second `n`, when the task is due. */
  const at = async (n: number, task: Task): Promise<void> => {
    await bench.clock.advance(start + n * 1000 - bench.clock.now())
    const before = [(await runsOf(task)).length, (await account(task)).join()]
    bench.runs.startDue([due(task, n)])
    await eventually(async () => [(await runsOf(task)).length, (await account(task)).join()]).not.toEqual(before)
    await eventually(() => statuses(task)).not.toContain('queued')
    await eventually(() => account(task)).not.toContain(`queued ${n}`)
  }

  it('skips what is over it, in any such span', async () => {
    const task = known('task', policy)
    for (const n of [0, 30, 40, 59, 60, 89, 90]) await at(n, task)
    expect(await account(task)).toEqual([
      'ran 0',
      'ran 30',
      'skipped rate_limit 40-59 (2)',
      'ran 60',
      'skipped rate_limit 89',
      'ran 90',
    ])
  })

  it('counts what was started by hand, which it does not refuse', async () => {
    const task = known('task', policy)
    for (let count = 0; count < 3; count++) await bench.runs.startManual(task, {})
    await at(1, task)
    expect(await account(task)).toEqual(['skipped rate_limit 1'])
  })

  /** Seconds at which processes were started. */
  const startsOf = async (task: Task): Promise<readonly number[]> =>
    (await runsOf(task)).flatMap(({ startedAt }) => (startedAt ? [(Date.parse(startedAt) - start) / 1000] : []))
  const pass = (seconds: number): Promise<void> => bench.clock.advance(Math.round(seconds * 1000))
  const comes = (seconds: number): Promise<void> => pass(seconds - (bench.clock.now() - start) / 1000)
  const waiting = { rateLimit: { max: 2, per: '10s' }, overlap: 'queue' } as const

  it('holds for those that had to wait, by the instants at which they start', async () => {
    const task = known('task', waiting)
    for (const n of [0, 6, 12, 18, 24]) {
      await comes(n)
      bench.runs.startDue([due(task, n)])
      await bench.runs.dueSettled(task.id)
      if (n === 0) await processOf('task 1')
    }
    await eventually(() => statuses(task)).toBe('1 running, 2 queued, 3 queued, 4 queued, 5 queued')
    await pass(6)
    await finish('task 1')
    await finish('task 2')
    await finish('task 3')
    await pass(9.999)
    expect(await statuses(task)).toBe('1 succeeded, 2 succeeded, 3 succeeded, 4 queued, 5 queued')
    await pass(0.001)
    await finish('task 4')
    await finish('task 5')
    expect(await startsOf(task)).toEqual([0, 30, 30, 40, 40])
  })

  it('holds for those that waited for a slot of all, which others have meanwhile', async () => {
    const [task, other] = [known('task', { ...waiting, maxInstances: 9 }), known('other')]
    await set({ maxConcurrent: 1 })
    bench.runs.startDue([due(other, 0)])
    await processOf('other 1')
    // Each in a span of its own.
    for (const n of [0, 6, 12]) {
      await comes(n)
      bench.runs.startDue([due(task, n)])
      await bench.runs.dueSettled(task.id)
    }
    await finish('other 1')
    await finish('task 1')
    await finish('task 2')
    bench.runs.startDue([due(other, 13)])
    await finish('other 2')
    await pass(10)
    await finish('task 3')
    expect(await startsOf(task)).toEqual([12, 12, 22])
  })

  it('is kept by the next host with what the last one left in the queue', async () => {
    const task = known('task', waiting)
    bench.runs.startDue([due(task, 0), due(task, 1), due(task, 2)])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    await pass(5)
    await finish('task 1')
    await processOf('task 2')
    bench.runs.startDue([due(task, 3)])
    await eventually(() => account(task)).toContain('skipped rate_limit 2-3 (2)')
    await pass(4.6)
    bench.runs.startDue([due(task, 9)])
    await eventually(() => statuses(task)).toBe('1 succeeded, 2 running, 3 queued')
    await restarted()
    await bench.runs.recover()
    await pass(0.399)
    expect(await statuses(task)).toBe('1 succeeded, 2 interrupted, 3 queued')
    await pass(0.001)
    await processOf('task 3')
    expect(await startsOf(task)).toEqual([0, 5, 10])
  })

  it('lets a rhythm pass that is just what it allows, though starts come some ms late', async () => {
    const task = known('task', { rateLimit: { max: 1, per: '60s' }, maxInstances: 9 })
    for (const [number, [late, waits]] of (
      [
        [20, 0],
        [5, 15],
        [0, 20],
        [120, 0],
      ] as const
    ).entries()) {
      await comes(number * 60 + late / 1000)
      bench.runs.startDue([due(task, number * 60)])
      await eventually(() => statuses(task)).toContain(`${number + 1} `)
      if (waits > 0) expect(begun()).toHaveLength(number)
      await pass(waits / 1000)
      await finish(`task ${number + 1}`)
    }
    expect(await startsOf(task)).toEqual([0.02, 60.02, 120.02, 180.12])
  })

  it('keeps nobody waiting who asks for a run, and lets go of all once it is gone', async () => {
    const task = known('task', waiting)
    bench.runs.startDue([due(task, 0), due(task, 1)])
    await finish('task 1')
    await finish('task 2')
    await pass(9.6)
    bench.runs.startDue([due(task, 9)])
    await eventually(() => statuses(task)).toBe('1 succeeded, 2 succeeded, 3 queued')
    await bench.runs.startManual(task, {}, true)
    await finish('task 4')
    expect(await statuses(task)).toBe('1 succeeded, 2 succeeded, 3 queued, 4 succeeded')
    known('task', { overlap: 'queue' })
    bench.runs.limitsChanged('task')
    await finish('task 3')
    expect(await startsOf(task)).toEqual([0, 0, 9.6, 9.6])
  })

  it('does not count what was taken back before it started', async () => {
    const task = known('task', waiting)
    bench.runs.startDue([due(task, 0), due(task, 1)])
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    const [, queued] = await runsOf(task)
    await bench.runs.cancel(queued?.id ?? '')
    await bench.runs.ended(queued?.id ?? '')
    bench.runs.startDue([due(task, 2)])
    await eventually(() => statuses(task)).toBe('1 running, 2 cancelled, 3 queued')
  })

  it('is not forgotten over a restart, nor where it is told for a longer span', async () => {
    const task = known('task', policy)
    for (const n of [0, 20]) await at(n, task)
    await restarted()
    await at(50, task)
    expect(await account(task)).toContain('skipped rate_limit 50')
    const stricter = known('task', { rateLimit: { max: 2, per: '1h' }, maxInstances: 9 })
    await at(100, stricter)
    expect(await account(task)).toContain('skipped rate_limit 50-100 (2)')
  })

  it('does not count what the disk refused', async () => {
    const task = known('task', { rateLimit: { max: 1, per: '60s' } })
    const room = fillDisk()
    await expect(bench.runs.startManual(task, {})).rejects.toMatchObject({ code: 'STORAGE' })
    room()
    await at(1, task)
    expect(await account(task)).toEqual(['ran 1'])
  })

  it('has a clock that was set back hold nobody up', async () => {
    const task = known('task', { rateLimit: { max: 1, per: '60s' }, maxInstances: 9 })
    await at(0, task)
    bench.clock.setWall('2026-12-31T23:00:00Z')
    bench.runs.startDue([due(task, -3600)])
    await processOf('task 2')
  })

  it('ends nothing that a run over it would have replaced', async () => {
    const task = known('task', { rateLimit: { max: 1, per: '60s' }, overlap: 'replace' })
    await at(0, task)
    const first = await processOf('task 1')
    await at(1, task)
    expect(first.stops).toEqual([])
    expect(await account(task)).toEqual(['ran 0', 'skipped rate_limit 1'])
  })
})

describe('run now', () => {
  it('refuses at the most instances there may be, naming one; forced, it starts beside them', async () => {
    const task = known('task', { maxInstances: 2 })
    const first = await bench.runs.startManual(task, {})
    await bench.runs.startManual(task, {})
    await expect(bench.runs.startManual(task, {})).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: { runId: first.id },
    })
    await bench.runs.startManual(task, {}, true)
    await processOf('task 3')
    expect(await statuses(task)).toBe('1 running, 2 running, 3 running')
    expect(await account(task)).toEqual([])
  })

  it.each([
    ['disabled', { enabled: false }],
    ['paused', { pause: { since: second(0), until: null } }],
  ] as const)('works on a task that is %s, and leaves it so', async (_, rest) => {
    const task = known('task', {}, rest)
    await bench.runs.startManual(task, {})
    await finish('task 1')
    expect(bench.tasks.get('task')).toMatchObject(rest)
    expect(await account(task)).toEqual([])
  })

  it('forced beyond the limit, it lets nobody in when it ends', async () => {
    const task = known('task', { overlap: 'queue' })
    bench.runs.startDue([due(task, 0), due(task, 1)])
    await processOf('task 1')
    await bench.runs.startManual(task, {}, true)
    await finish('task 3')
    expect(await statuses(task)).toBe('1 running, 2 queued, 3 succeeded')
    await finish('task 1')
    await finish('task 2')
  })
})

describe('cancelling what is queued', () => {
  it('ends it at once, without a start, and lets the next go on', async () => {
    const task = known('task', { overlap: 'queue' })
    bench.runs.startDue([0, 1, 2].map((n) => due(task, n)))
    await eventually(() => statuses(task)).toBe('1 running, 2 queued, 3 queued')
    const [, second] = await runsOf(task)
    await bench.runs.cancel(second?.id ?? '')
    await eventually(() => statuses(task)).toBe('1 running, 2 cancelled, 3 queued')
    await finish('task 1')
    await processOf('task 3')
    expect(begun()).toEqual(['task 1', 'task 3'])
  })
})

describe('what a host leaves queued', () => {
  const leave = async (task: Task, how: 'stopped' | 'killed'): Promise<void> => {
    bench.runs.startDue([0, 1, 2].map((n) => due(task, n)))
    await eventually(() => statuses(task)).toBe('1 running, 2 queued, 3 queued')
    const running = await processOf('task 1')
    if (how === 'stopped') {
      const stopped = bench.runs.stop()
      running.finish()
      await stopped
      expect(begun()).toEqual(['task 1'])
    }
    await restarted(how)
  }

  it.each(['stopped', 'killed'] as const)('the next one starts, in its order: %s', async (how) => {
    const task = known('task', { overlap: 'queue', misfireGrace: '60s' })
    await leave(task, how)
    await bench.clock.advance(60_000)
    await bench.runs.recover()
    await finish('task 2')
    await finish('task 3')
    expect(begun()).toEqual(['task 2', 'task 3'])
    const first = how === 'stopped' ? 'succeeded' : 'interrupted'
    expect(await statuses(task)).toBe(`1 ${first}, 2 succeeded, 3 succeeded`)
    expect(await account(task)).toEqual(['ran 0', 'ran_late not_running 1', 'ran_late not_running 2'])
  })

  it.each(['stopped', 'killed'] as const)('expires where that took longer than its grace: %s', async (how) => {
    const task = known('task', { overlap: 'queue', misfireGrace: '60s' })
    await leave(task, how)
    await bench.clock.advance(60_001)
    await bench.runs.recover()
    await eventually(() => bench.runs.activeCount()).toBe(0)
    expect(begun()).toEqual([])
    expect((await account(task)).slice(1)).toEqual(['missed not_running 1', 'missed not_running 2'])
  })

  it('starts as the task is now', async () => {
    const task = known('task', { overlap: 'queue' })
    await leave(task, 'killed')
    bench.tasks.set('task', { ...task, revision: 8, policy: { ...task.policy, priority: 3 } })
    await bench.runs.recover()
    await finish('task 2')
    expect((await runsOf(task))[1]).toMatchObject({ taskRevision: 8, priority: 3 })
  })

  it('does not start where somebody was told that it is being cancelled, though the host died then', async () => {
    const task = known('task', { overlap: 'queue' })
    bench.runs.startDue([0, 1].map((n) => due(task, n)))
    await eventually(() => statuses(task)).toBe('1 running, 2 queued')
    const queued = (await runsOf(task))[1]
    if (queued) await bench.store.runs.put({ ...queued, ending: 'cancel' })
    await restarted()
    await bench.runs.recover()
    expect(await statuses(task)).toBe('1 interrupted, 2 cancelled')
    expect(begun()).toEqual([])
  })

  it('starts only once what the last host had running of the task is gone', async () => {
    const task = known('task', { overlap: 'queue' })
    await leave(task, 'killed')
    const gone = deferred<void>()
    const { endLeftovers } = bench.executor
    Object.assign(bench.executor, {
      endLeftovers: async (...given: Parameters<typeof endLeftovers>) => {
        await gone.promise
        return endLeftovers(...given)
      },
    })
    const recovered = bench.runs.recover()
    await bench.clock.advance(1000)
    expect(bench.runs.activeCount()).toBe(0)
    gone.resolve()
    await recovered
    await processOf('task 2')
  })

  it('stays so where the host is stopped while it is being written down, or its log opened', async () => {
    const task = known('task')
    const { put } = bench.store.runs
    const disk = deferred<void>()
    Object.assign(bench.store.runs, {
      put: async (run: Run) => {
        await disk.promise
        return put(run)
      },
    })
    bench.runs.startDue([due(task, 0)])
    const stopped = bench.runs.stop()
    disk.resolve()
    await stopped
    expect(begun()).toEqual([])
    await restarted()
    expect(await statuses(task)).toBe('1 queued')

    const { open } = bench.store.logs
    const opening = deferred<void>()
    const mayOpen = deferred<void>()
    Object.assign(bench.store.logs, {
      open: async (...given: Parameters<typeof open>) => {
        opening.resolve()
        await mayOpen.promise
        return open(...given)
      },
    })
    await bench.runs.recover()
    await opening.promise
    const stoppedAgain = bench.runs.stop()
    mayOpen.resolve()
    await stoppedAgain
    expect(begun()).toEqual([])
    await restarted()
    // What the host before had made ready: the wrapper's files are read from their beginning.
    const spool = await bench.store.logs.spoolFolder((await runsOf(task))[0] as Run)
    await writeFile(join(spool, 'status'), 'of the host before\n')
    await bench.runs.recover()
    await processOf('task 1')
    expect(await readdir(spool)).toEqual([])
    await finish('task 1')
    expect(await statuses(task)).toBe('1 succeeded')
    const { lines } = await bench.store.logs.read((await runsOf(task))[0] as Run, { after: 0, limit: 10 })
    expect(lines.map(({ text }) => text)).toEqual([
      'Run 1 of task, started by cron, planned for 2027-01-01T00:00:00.000Z',
      'Succeeded after 0s',
    ])
  })
})

describe('a disk that is full when something is due', () => {
  const refusing = async (...dues: readonly DueTask[]): Promise<() => void> => {
    const room = fillDisk()
    bench.runs.startDue(dues)
    await eventually(() => bench.warnings.all()).toMatchObject([
      { code: 'STORAGE', message: '"task" is due and cannot start: the disk is full' },
    ])
    return room
  }

  it('is asked every two seconds; the run starts once, late, and the warning is over', async () => {
    const task = known('task')
    const room = await refusing(due(task, 0))
    for (let n = 0; n < 3; n++) await bench.clock.advance(2000)
    expect(await statuses(task)).toBe('')
    room()
    await bench.clock.advance(1999)
    expect(begun()).toEqual([])
    await bench.clock.advance(1)
    await finish('task 1')
    await bench.clock.advance(60_000)
    expect(begun()).toEqual(['task 1'])
    expect((await runsOf(task))[0]).toMatchObject({ late: { ms: 8000, reason: 'disk_full' }, scheduledAt: second(0) })
    expect(bench.warnings.all()).toEqual([])
    expect(await account(task)).toEqual(['ran_late disk_full 0'])
  })

  it('is asked until the grace is over, and then it was missed', async () => {
    const task = known('task', { misfireGrace: '5s' })
    const room = await refusing(due(task, 0))
    await bench.clock.advance(4000)
    await bench.clock.advance(2000)
    await eventually(() => account(task)).toEqual(['missed disk_full 0'])
    room()
    await bench.clock.advance(60_000)
    expect(begun()).toEqual([])
    bench.runs.startDue([due(task, 70)])
    await processOf('task 1')
    expect(bench.warnings.all()).toEqual([])
  })

  it('lets one run stand for all that came due meanwhile, those out of grace being missed', async () => {
    const task = known('task', { misfireGrace: '5s' })
    const room = await refusing(due(task, 0))
    for (let n = 1; n <= 6; n++) {
      if (n === 6) room()
      await bench.clock.advance(1000)
      bench.runs.startDue([due(task, n)])
    }
    await finish('task 1')
    expect(begun()).toEqual(['task 1'])
    expect(await account(task)).toEqual([
      'missed disk_full 0',
      'coalesced disk_full 1-4 (4)',
      'ran 5',
      'skipped overlap 6',
    ])
  })

  it('has each of them run where they are not to be folded, one after another', async () => {
    const task = known('task', { coalesce: false })
    const room = await refusing(due(task, 0))
    bench.runs.startDue([due(task, 1)])
    room()
    await bench.clock.advance(2000)
    await finish('task 1')
    await finish('task 2')
    expect((await runsOf(task)).map(({ replay }) => replay)).toEqual([true, true])
  })

  it('never folds events', async () => {
    const task = known('task', { overlap: 'queue' })
    const events = [0, 1].map((n) => due(task, n, { event: { trigger: 0, id: `e${n}` }, triggeredBy: 'resume' }))
    const room = await refusing(...events)
    room()
    await bench.clock.advance(2000)
    await finish('task 1')
    await finish('task 2')
  })

  it('has nothing later of the task go to disk before what it refused', async () => {
    const task = known('task')
    await refusing(due(task, 0))
    bench.runs.startDue([due(task, 1)])
    bench.ledger.record('task', {
      state: 'skipped',
      reason: 'blackout',
      from: start + 2000,
      until: start + 2000,
      count: 1,
    })
    await bench.clock.advance(60_000)
    await bench.runs.stop()
    await restarted('stopped')
    // The next host decides all of it anew.
    expect(bench.store.state.decided('task').fixed).toBeLessThan(start)
  })
})

describe('occurrences of a task that come at once', () => {
  it('go to disk in their order, each once the one before it is there', async () => {
    const task = known('task', { overlap: 'queue' })
    const { put } = bench.store.runs
    const first = deferred<void>()
    const puts: number[] = []
    Object.assign(bench.store.runs, {
      put: async (run: Run) => {
        if (run.status === 'queued') puts.push(run.number)
        if (puts.length === 1) await first.promise
        return put(run)
      },
    })
    bench.runs.startDue([due(task, 0), due(task, 1)])
    await bench.clock.advance(1)
    expect(puts).toEqual([1])
    first.resolve()
    await eventually(() => puts).toEqual([1, 2])
  })
})

describe('what no run can be made of', () => {
  it('is said, and recorded, and holds up nobody', async () => {
    const task = known('task', {}, { parameters: { level: 1 } })
    bench.runs.startDue([
      due(task, 0, { event: { trigger: 0, id: 'r1' }, triggeredBy: 'after', parameters: { LEVEL: 2 } }),
      due(task, 1),
    ])
    await processOf('task 1')
    expect(bench.warnings.all()).toMatchObject([
      { message: expect.stringMatching(/^"task" was due and did not start: .*BELFRY_PARAM_LEVEL/) as string },
    ])
    expect(await account(task)).toEqual(['missed busy 0', 'ran 1'])
  })
})

describe('a run that had to wait', () => {
  it.each<[string, Parameters<typeof known>[1], Partial<Settings>, NonNullable<Run['waited']>['for']]>([
    ['an earlier run of its task', { overlap: 'queue' }, {}, 'overlap'],
    ['room in its group', { group: 'one' }, { groups: { one: 1 } }, 'group'],
    ['a process', {}, { maxConcurrent: 1 }, 'slots'],
  ])('tells for what: %s', async (_, policy, settings, reason) => {
    await set(settings)
    const first = known('first', policy)
    const second = reason === 'overlap' ? first : known('second', policy)
    bench.runs.startDue([due(first, 0)])
    const { finish: end, execution } = await processOf('first 1')
    bench.runs.startDue([due(second, 0.5)])
    await eventually(() => bench.runs.activeCount()).toBe(2)
    await bench.clock.advance(8000)
    end()
    const { execution: waited } = await processOf(reason === 'overlap' ? 'first 2' : 'second 1')
    expect(waited.run.waited).toEqual({ for: reason, runId: reason === 'overlap' ? execution.run.id : null })
    expect(execution.run.waited).toBeNull()
  })

  it('in vain, tells for what, too', async () => {
    const task = known('task', { overlap: 'queue', misfireGrace: 3000 })
    bench.runs.startDue([due(task, 0), due(task, 1)])
    const { execution } = await processOf('task 1')
    await bench.clock.advance(8000)
    await eventually(() => statuses(task)).toBe('1 running, 2 expired')
    expect((await runsOf(task))[1]?.waited).toEqual({ for: 'overlap', runId: execution.run.id })
  })
})
