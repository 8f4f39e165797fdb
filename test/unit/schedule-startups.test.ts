import { beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '@shared/model/task'
import { createEventTriggers } from '../../electron/host/schedule/event-triggers'
import type { PlannerEvent } from '../../electron/host/schedule/planner'
import { createWaitingEvents } from '../../electron/host/schedule/waiting-events'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { faultyFiles, type FaultyFiles } from '../support/faulty-files'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { silentLog } from '../support/small-router'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const now = Date.parse('2027-01-01T00:00:00Z')
const onBoot = { kind: 'startup', on: 'boot' } as const
const onHost = { kind: 'startup', on: 'host' } as const

let disk: FaultyFiles
let folder: string
let refused: [string, string][]
let runs = 0

beforeEach(async () => {
  disk = faultyFiles()
  folder = await tempFolder()
  refused = []
})

/** What a start of the host fires, on a store that is opened anew as after a restart, and what `answer` does then. */
async function fired(
  bootId: string,
  prepare: (store: Store) => Promise<void> | void,
  answer: (store: Store, events: readonly PlannerEvent[]) => Promise<void> = run,
): Promise<PlannerEvent[]> {
  const store = await openStore(storePorts({ files: disk.files }), folder, '0.0.0')
  await prepare(store)
  const events: PlannerEvent[] = []
  const warnings = { raise: (code: string, message: string) => void refused.push([code, message]) }
  const triggers = createEventTriggers({
    clock: { now: () => now },
    store,
    events: createWaitingEvents({
      clock: { now: () => now },
      store,
      planner: { fire: (event) => void events.push(event) },
      warnings,
      log: silentLog,
    }),
    warnings,
    bootId: () => bootId,
  })
  await triggers.hostStarted()
  disk.plan()
  disk.room(Infinity)
  await answer(store, events)
  await store.close()
  return events
}

async function startOf(bootId: string, prepare: (store: Store) => Promise<void> | void = () => undefined) {
  return (await fired(bootId, prepare)).map(({ taskId, at }) => [taskId, at - now])
}

/** All of it has become a run. */
async function run(store: Store, events: readonly PlannerEvent[]): Promise<void> {
  for (const { taskId, at, event } of events)
    await store.runs.put(makeRun({ id: `run-${++runs}`, taskId, scheduledAt: new Date(at).toISOString(), event }))
}

const stored = (...tasks: Task[]) => startOf('boot 1', (store) => store.tasks.put(tasks))

describe('which startup triggers a start makes due', () => {
  it.each<[string, Parameters<typeof makeTask>[0], [number[], number[], number[]]]>([
    ['each time the host starts', { triggers: [onHost] }, [[0], [0], [0]]],
    ['once per boot: again only after the machine has booted', { triggers: [onBoot] }, [[0], [], [0]]],
    ['a disabled task never', { enabled: false, triggers: [onHost, onBoot] }, [[], [], []]],
    ['no other trigger', { triggers: [{ kind: 'manual' }, { kind: 'interval', every: 1000 }] }, [[], [], []]],
    [
      'after its delay',
      {
        triggers: [
          { ...onHost, delay: '5s' },
          { ...onBoot, delay: '2m' },
        ],
      },
      [[5000, 120_000], [5000], [5000, 120_000]],
    ],
    ['several of a boot each', { triggers: [onBoot, { ...onBoot, delay: '1m' }] }, [[0, 60_000], [], [0, 60_000]]],
  ])('%s', async (_name, given, [first, again, afterBoot]) => {
    const due = (delays: number[]) => delays.map((delay) => ['task-1', delay])
    expect(await stored(makeTask(given))).toEqual(due(first))
    expect(await startOf('boot 1')).toEqual(due(again))
    expect(await startOf('boot 2')).toEqual(due(afterBoot))
    expect(refused).toEqual([])
  })

  it('counts a task that was enabled in this boot from the next one on', async () => {
    const enabled = (store: Store) => store.state.rememberBoot('task-1', 'boot 1')
    await startOf('boot 0', (store) => store.tasks.put([makeTask({ enabled: false, triggers: [onBoot] })]))
    const due = await startOf('boot 1', async (store) => {
      await enabled(store)
      await store.tasks.put([makeTask({ triggers: [onBoot] })])
    })
    expect(due).toEqual([])
    expect(await startOf('boot 2')).toEqual([['task-1', 0]])
  })

  it('names the trigger and what it saw: the boot, or this start of the host', async () => {
    const task = makeTask({ triggers: [{ kind: 'manual' }, onHost, onBoot] })
    const events = await fired('boot 1', (store) => store.tasks.put([task]))
    expect(events.map(({ kind, event }) => [kind, event.trigger, event.id])).toEqual([
      ['startup', 1, 'host 2027-01-01T00:00:00.000Z'],
      ['startup', 2, 'boot 1'],
    ])
  })
})

describe('a boot that a host has seen, and died', () => {
  const nothing = async (): Promise<void> => undefined
  const delayed = makeTask({ triggers: [onBoot, { ...onBoot, delay: '10m' }] })

  it('is made due by the next one, each of its triggers once, however often it comes to that', async () => {
    const due = [
      [0, 'boot 1', 0],
      [1, 'boot 1', 600_000],
    ]
    const seen = (events: readonly PlannerEvent[]) => events.map(({ event, at }) => [event.trigger, event.id, at - now])
    expect(seen(await fired('boot 1', (store) => store.tasks.put([delayed]), nothing))).toEqual(due)
    expect(seen(await fired('boot 1', () => undefined, nothing))).toEqual(due)
    expect(seen(await fired('boot 1', () => undefined))).toEqual(due)
    expect(await fired('boot 1', () => undefined)).toEqual([])
  })

  it('is not, where it is in the ledger already', async () => {
    await fired(
      'boot 1',
      (store) => store.tasks.put([delayed]),
      async (store, events) => {
        for (const { taskId, at, event } of events.slice(0, 1)) {
          const instant = new Date(at).toISOString()
          const common = { id: 'o-1', taskId, from: instant, until: instant, count: 1, epoch: 0, runId: null, event }
          await store.occurrences.put([{ ...common, state: 'skipped', reason: 'blackout', recordedAt: instant }])
        }
      },
    )
    expect((await fired('boot 1', () => undefined)).map(({ event }) => event.trigger)).toEqual([1])
  })

  it('is not, where its run is in the journal of a month before: the clock was set back', async () => {
    await fired(
      'boot 1',
      (store) => store.tasks.put([delayed]),
      async (store, events) => {
        for (const { taskId, at, event } of events) {
          const scheduledAt = new Date(at).toISOString()
          await store.runs.put(
            makeRun({ id: `run-${++runs}`, taskId, createdAt: '2020-01-31T23:00:00.000Z', scheduledAt, event }),
          )
        }
      },
    )
    expect(await fired('boot 1', () => undefined)).toEqual([])
  })

  it('is made due once where the host died before the boot itself was on disk', async () => {
    const events = await fired('boot 1', async (store) => {
      await store.tasks.put([delayed])
      const trigger = { ...onBoot, delay: 0 }
      const event = { trigger: 0, id: 'boot 1' }
      await store.state.putWaiting({
        taskId: delayed.id,
        kind: 'startup',
        trigger,
        event,
        at: now,
        due: now,
        since: now,
        parameters: {},
      })
    })
    expect(events.map(({ event }) => event.trigger)).toEqual([0, 1])
    expect(await fired('boot 1', () => undefined)).toEqual([])
  })
})

describe('on a full disk', () => {
  it('a start whose boot cannot be remembered is left out and told; the others are due, and the host starts', async () => {
    const both = [makeTask({ id: 'boot', triggers: [onBoot, onHost] }), makeTask({ id: 'host', triggers: [onHost] })]
    const due = await startOf('boot 1', async (store) => {
      await store.tasks.put(both)
      disk.room(0)
    })
    expect(due).toEqual([
      ['boot', 0],
      ['host', 0],
    ])
    expect(refused).toEqual([['STORAGE', expect.stringMatching(/^"a task" does not run for this boot: /)]])
    expect(await startOf('boot 1')).toHaveLength(3)
  })
})
