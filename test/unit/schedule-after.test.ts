import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { call } from '@orpc/server'
import type { Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { AfterTrigger } from '@shared/model/trigger'
import type { Host } from '../../electron/host/create-host'
import { createEventTriggers, type EventTriggers } from '../../electron/host/schedule/event-triggers'
import { createPlanner, type DueTask, type PlannerEvent } from '../../electron/host/schedule/planner'
import { createWaitingEvents } from '../../electron/host/schedule/waiting-events'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { silentLog } from '../support/small-router'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

const start = '2027-01-01T00:00:00.000Z'
const startMs = Date.parse(start)
const iso = (ms: number): string => new Date(startMs + ms).toISOString()

const upstream = makeTask({ id: 'up', name: 'upstream' })
const follower = (given: Partial<AfterTrigger> = {}, more: Partial<Task> = {}): Task =>
  makeTask({ id: 'down', triggers: [{ kind: 'manual' }, { kind: 'after', tasks: ['up'], ...given }], ...more })

/** A run of the upstream task that ended `ms` after the start. */
const upstreamRun = (ms: number, more: Partial<Run> = {}): Run =>
  makeRun({ id: `up-${ms}`, taskId: 'up', createdAt: iso(ms - 10), finishedAt: iso(ms), updatedAt: iso(ms), ...more })

interface Bench {
  readonly store: Store
  readonly fired: PlannerEvent[]
  readonly triggers: EventTriggers
}

/** The store as a host finds it that starts at `ms`; what `prepare` puts was written by the host before. */
async function bench(prepare: (store: Store) => Promise<unknown>, ms = 0, folder?: string): Promise<Bench> {
  const clock = virtualClock(iso(ms))
  const at = folder ?? (await tempFolder())
  const before = await openStore(storePorts({ clock }), at, '0.0.0')
  await prepare(before)
  await before.close()
  const store = await openStore(storePorts({ clock }), at, '0.0.0')
  onTestFinished(() => store.close())
  const fired: PlannerEvent[] = []
  const warnings = {
    raise: (_code: string, message: string) => {
      throw new Error(message)
    },
  }
  const triggers = createEventTriggers({
    clock,
    store,
    events: createWaitingEvents({
      clock,
      store,
      planner: { fire: (event) => void fired.push(event) },
      warnings,
      log: silentLog,
    }),
    warnings,
    bootId: () => 'boot',
  })
  return { store, fired, triggers }
}

const put =
  (tasks: readonly Task[], runs: readonly Run[] = []) =>
  async (store: Store) => {
    await store.tasks.put(tasks)
    for (const run of runs) await store.runs.put(run)
  }

describe('the end of a run', () => {
  it.each<[Run['status'], AfterTrigger['on'][]]>([
    ['succeeded', ['success', 'finish']],
    ['failed', ['failure', 'finish']],
    ['timed_out', ['failure', 'finish']],
    ['cancelled', ['finish']],
    ['interrupted', ['finish']],
    ['expired', []],
    ['running', []],
  ])('that %s counts as %j', async (status, expected) => {
    const all = (['success', 'failure', 'finish'] as const).map((on) => ({ ...follower({ on }), id: on }))
    const { fired, triggers } = await bench(put([upstream, ...all]))
    triggers.ended(upstreamRun(10, { status }))
    expect(fired.map(({ taskId }) => taskId).sort()).toEqual([...expected].sort())
  })

  it('is the instant of the occurrence, its run the event, its result the parameters', async () => {
    const { fired, triggers } = await bench(put([upstream, follower()]))
    triggers.ended(upstreamRun(-5, { result: { rows: 12, file: '/tmp/a' } }))
    expect(fired).toEqual([
      {
        taskId: 'down',
        kind: 'after',
        at: startMs - 5,
        event: { trigger: 1, id: 'up--5' },
        parameters: { rows: 12, file: '/tmp/a' },
      },
    ])
  })

  it.each<[string, Run['result'], Task['parameters'], Record<string, unknown>]>([
    ['nothing brings nothing', null, { own: 1 }, {}],
    ['what is no object comes under its own name', [1, 2], {}, { result: [1, 2] }],
    [
      'a field wins over the task’s own parameter, however it is spelt there',
      { FILE: 'b' },
      { file: 'a' },
      { file: 'b' },
    ],
    ['the first of two that would meet in one variable', { 'a-b': 1, 'a.b': 2, c: 3 }, {}, { 'a-b': 1, c: 3 }],
    ['a name that no parameter can have is left out', { '': 1, [`${'x'.repeat(101)}`]: 2, c: 3 }, {}, { c: 3 }],
  ])('brings a result that every run can take: %s', async (_name, result, parameters, expected) => {
    const { fired, triggers } = await bench(put([upstream, follower({}, { parameters })]))
    triggers.ended(upstreamRun(-5, { result }))
    expect(fired[0]?.parameters).toEqual(expected)
  })

  it('is answered by any follower that is enabled, as it follows now', async () => {
    const two = { ...follower(), id: 'two', triggers: [...follower().triggers, ...follower({ on: 'finish' }).triggers] }
    const { store, fired, triggers } = await bench(
      put([upstream, follower(), { ...follower(), id: 'off', enabled: false }, two, makeTask({ id: 'other' })]),
    )
    triggers.ended(upstreamRun(-5))
    expect(fired.map(({ taskId, event }) => [taskId, event.trigger]).sort()).toEqual([
      ['down', 1],
      ['two', 1],
      ['two', 3],
    ])
    const late = { ...follower(), id: 'late' }
    await store.tasks.put([late, { ...follower({ tasks: ['else'] }) }])
    triggers.set(late)
    await store.tasks.remove('two')
    triggers.forget('two')
    fired.length = 0
    triggers.ended(upstreamRun(-4))
    expect(fired.map(({ taskId }) => taskId)).toEqual(['late'])
  })
})

describe('what the last host had not answered when it died', () => {
  it.each<[string, Run[], Task, (store: Store) => Promise<unknown>, string[]]>([
    [
      'the end of a run whose follower never was queued',
      [upstreamRun(-1000)],
      follower(),
      async () => undefined,
      ['up--1000'],
    ],
    [
      'all of several, each once',
      [upstreamRun(-3000), upstreamRun(-1000), upstreamRun(-2000, { status: 'failed' })],
      follower(),
      async () => undefined,
      ['up--3000', 'up--1000'],
    ],
    [
      'none that has a run already',
      [upstreamRun(-1000)],
      follower(),
      (store) =>
        store.runs.put(
          makeRun({
            id: 'answer',
            taskId: 'down',
            status: 'queued',
            scheduledAt: iso(-1000),
            event: { trigger: 1, id: 'up--1000' },
            createdAt: iso(-999),
          }),
        ),
      [],
    ],
    [
      'none that is in the ledger',
      [upstreamRun(-1000)],
      follower(),
      (store) =>
        store.occurrences.put([
          {
            id: 'fate',
            taskId: 'down',
            state: 'skipped',
            reason: 'overlap',
            from: iso(-1000),
            until: iso(-1000),
            count: 1,
            epoch: 0,
            runId: null,
            event: { trigger: 1, id: 'up--1000' },
            recordedAt: iso(-999),
          },
        ]),
      [],
    ],
    [
      'another trigger’s answer is none',
      [upstreamRun(-1000)],
      follower(),
      (store) =>
        store.runs.put(
          makeRun({
            taskId: 'down',
            scheduledAt: iso(-1000),
            event: { trigger: 0, id: 'up--1000' },
            createdAt: iso(-999),
          }),
        ),
      ['up--1000'],
    ],
    [
      'none from before the task counts',
      [upstreamRun(-1000)],
      follower({}, { countsFrom: iso(-999) }),
      async () => undefined,
      [],
    ],
    ['none of a disabled task', [upstreamRun(-1000)], follower({}, { enabled: false }), async () => undefined, []],
    [
      'none that earlier hosts have had their time for',
      [upstreamRun(-700_000), upstreamRun(-1000, { id: 'last', status: 'failed' })],
      follower(),
      async () => undefined,
      [],
    ],
  ])('%s', async (_name, runs, task, prepare, expected) => {
    const long = { ...task, countsFrom: task.countsFrom === start ? iso(-86_400_000) : task.countsFrom }
    const { fired, triggers } = await bench(async (store) => {
      await put([upstream, long], runs)(store)
      await prepare(store)
    }, 20_000)
    await triggers.hostStarted()
    expect(fired.map(({ event }) => event.id).sort()).toEqual([...expected].sort())
    expect(fired.every(({ at, event }) => startMs + Number(event.id.slice(3)) === at)).toBe(true)
  })

  it('is not answered twice where this host has told of the same end meanwhile', async () => {
    const long = follower({}, { countsFrom: iso(-86_400_000) })
    const { fired, triggers } = await bench(put([upstream, long], [upstreamRun(-1000)]))
    triggers.ended(upstreamRun(-1000))
    await triggers.hostStarted()
    expect(fired).toHaveLength(1)
  })
})

it('a chain of 1,000 tasks runs to its end, however fast each of them is', async () => {
  const clock = virtualClock(start)
  const chain = Array.from({ length: 1000 }, (_, index) =>
    makeTask({
      id: `t${index}`,
      countsFrom: start,
      triggers: index === 0 ? [] : [{ kind: 'after', tasks: [`t${index - 1}`] }],
    }),
  )
  const { store } = await bench(put(chain))
  const due: DueTask[] = []
  const planner = createPlanner({
    clock,
    bootTells: true,
    task: (id) => store.tasks.get(id),
    idleSince: () => undefined,
    pausedAll: () => null,
    decided: () => ({ fixed: -Infinity, cadence: -Infinity }),
    dispatch: (found) => {
      due.push(...found)
      // It ends before the planner has even come back from starting it.
      for (const { taskId } of found) triggers.ended(ended(taskId))
    },
    record: () => undefined,
    pauseEnded: () => undefined,
    moved: () => undefined,
    woke: () => undefined,
    setBack: async () => ({ fixedStay: true }),
    unplannable: (_id, error) => {
      throw error
    },
  })
  const warnings = { raise: () => undefined }
  const triggers = createEventTriggers({
    clock,
    store,
    events: createWaitingEvents({ clock, store, planner, warnings, log: silentLog }),
    warnings,
    bootId: () => 'boot',
  })
  const ended = (taskId: string): Run =>
    makeRun({ id: `run of ${taskId}`, taskId, finishedAt: new Date(clock.now()).toISOString() })
  planner.start(chain.map(({ id }) => id))
  onTestFinished(() => planner.stop())
  triggers.ended(ended('t0'))
  await vi.waitFor(async () => {
    await clock.advance(1)
    expect(due).toHaveLength(999)
  })
  expect(due.map(({ taskId }) => taskId)).toEqual(chain.slice(1).map(({ id }) => id))
})

describe('in a host', () => {
  const runsOf = async (host: Host, task: string): Promise<Run[]> =>
    (await call(host.router.runs.list, { task, limit: 100 })).items.reverse()
  const endedRuns = (host: Host, task: string, count: number): Promise<Run[]> =>
    vi.waitFor(
      async () => {
        const runs = await runsOf(host, task)
        expect(runs.filter(({ finishedAt }) => finishedAt !== null)).toHaveLength(count)
        return runs
      },
      { timeout: 10_000, interval: 50 },
    )

  it('a follower runs once, with what the run before it has found', async () => {
    const host = await unitHost(await tempFolder())
    await host.start()
    const first = await createTask(host, {
      name: 'first',
      action: { kind: 'command', command: `echo '::result {"file": "a b.txt"}'` },
    })
    await createTask(host, {
      name: 'second',
      triggers: [{ kind: 'after', tasks: [first.id] }],
      action: { kind: 'command', command: 'test "$BELFRY_PARAM_FILE" = "a b.txt"' },
    })
    await call(host.router.tasks.run, { id: 'first' })
    const [run] = await endedRuns(host, 'second', 1)
    const [cause] = await runsOf(host, 'first')
    expect(run).toMatchObject({
      status: 'succeeded',
      triggeredBy: 'after',
      scheduledAt: cause?.finishedAt,
      event: { trigger: 0, id: cause?.id },
      parameters: { file: 'a b.txt' },
      late: null,
    })
  })

  it('an end that the last host wrote and did not answer is answered once, over any number of starts', async () => {
    const folder = await tempFolder()
    const store = await openStore(storePorts(), folder, '0.0.0')
    const ago = (ms: number): string => new Date(Date.now() - ms).toISOString()
    const times = { createdAt: ago(5000), startedAt: ago(4000), finishedAt: ago(3000), updatedAt: ago(3000) }
    await store.tasks.put([
      makeTask({ id: 'up', name: 'up' }),
      makeTask({
        id: 'down',
        name: 'down',
        countsFrom: ago(60_000),
        triggers: [{ kind: 'after', tasks: ['up'] }],
      }),
    ])
    await store.runs.put(makeRun({ id: 'cause', taskId: 'up', ...times }))
    await store.close()

    const first = await unitHost(folder)
    await first.start()
    const [run] = await endedRuns(first, 'down', 1)
    expect(run).toMatchObject({
      status: 'succeeded',
      scheduledAt: times.finishedAt,
      event: { trigger: 0, id: 'cause' },
      late: { reason: 'not_running' },
    })
    await first.stop()
    const second = await unitHost(folder)
    await second.start()
    expect(await runsOf(second, 'down')).toHaveLength(1)
  })

  it('a run that died with its host counts as an end, at the next start', async () => {
    const folder = await tempFolder()
    const store = await openStore(storePorts(), folder, '0.0.0')
    const ago = (ms: number): string => new Date(Date.now() - ms).toISOString()
    await store.tasks.put([
      makeTask({ id: 'up', name: 'up' }),
      ...(['success', 'failure', 'finish'] as const).map((end) =>
        makeTask({
          id: end,
          name: end,
          countsFrom: ago(60_000),
          triggers: [{ kind: 'after', tasks: ['up'], on: end }],
        }),
      ),
    ])
    await store.runs.put(
      makeRun({
        id: 'cause',
        taskId: 'up',
        status: 'running',
        createdAt: ago(5000),
        startedAt: ago(4000),
        finishedAt: null,
      }),
    )
    await store.close()
    const host = await unitHost(folder)
    await host.start()
    await endedRuns(host, 'finish', 1)
    expect(await runsOf(host, 'success')).toEqual([])
    expect(await runsOf(host, 'failure')).toEqual([])
  })

  it('a follower whose task is removed says so, and says so no more once it is back', async () => {
    const host = await unitHost(await tempFolder())
    await host.start()
    const first = await createTask(host, { name: 'first' })
    const second = await createTask(host, { name: 'second', triggers: [{ kind: 'after', tasks: [first.id] }] })
    const told: string[][] = []
    host.events.on((event) => {
      if (event.type === 'task.changed' && event.task.id === second.id) told.push(event.task.warnings)
    })
    await call(host.router.tasks.remove, { id: first.id })
    expect(told.at(-1)).toEqual(['it runs after "first", which was removed'])
    expect(
      (await call(host.router.tasks.update, { id: 'second', change: { notes: 'still mine' } })).warnings,
    ).toHaveLength(1)
    await call(host.router.tasks.restore, { id: first.id })
    expect(told.at(-1)).toEqual([])
  })

  it('a circle is refused by name also where a removed task would close it', async () => {
    const host = await unitHost(await tempFolder())
    await host.start()
    const a = await createTask(host, { name: 'a' })
    const c = await createTask(host, { name: 'c', triggers: [{ kind: 'after', tasks: [a.id] }] })
    const b = await createTask(host, { name: 'b' })
    await call(host.router.tasks.update, { id: 'a', change: { triggers: [{ kind: 'after', tasks: [b.id] }] } })
    await call(host.router.tasks.remove, { id: 'a' })
    await call(host.router.tasks.update, { id: 'b', change: { triggers: [{ kind: 'after', tasks: [c.id] }] } })
    await expect(call(host.router.tasks.restore, { id: a.id })).rejects.toMatchObject({
      code: 'INVALID',
      message: 'the tasks would start each other for ever: "a" runs after "b" runs after "c" runs after "a"',
    })
    expect(
      host.tasks
        .all()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['b', 'c'])
  })
})
