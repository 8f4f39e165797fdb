import { beforeEach, describe, expect, it } from 'vitest'
import type { Task } from '@shared/model/task'
import { createEventTriggers } from '../../electron/host/schedule/event-triggers'
import type { PlannerEvent } from '../../electron/host/schedule/planner'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { faultyFiles, type FaultyFiles } from '../support/faulty-files'
import { makeTask } from '../support/make-task'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const now = Date.parse('2027-01-01T00:00:00Z')
const onBoot = { kind: 'startup', on: 'boot' } as const
const onHost = { kind: 'startup', on: 'host' } as const

let disk: FaultyFiles
let folder: string
let refused: [string, string][]

beforeEach(async () => {
  disk = faultyFiles()
  folder = await tempFolder()
  refused = []
})

/** What a start of the host fires, on a store that is opened anew as after a restart. */
async function fired(bootId: string, prepare: (store: Store) => Promise<void> | void): Promise<PlannerEvent[]> {
  const store = await openStore(storePorts({ files: disk.files }), folder, '0.0.0')
  await prepare(store)
  const events: PlannerEvent[] = []
  const triggers = createEventTriggers({
    clock: { now: () => now },
    store,
    planner: { fire: (event) => void events.push(event) },
    warnings: { raise: (code, message) => void refused.push([code, message]) },
    bootId: () => bootId,
  })
  await triggers.hostStarted()
  disk.plan()
  disk.room(Infinity)
  await store.close()
  return events
}

async function startOf(bootId: string, prepare: (store: Store) => Promise<void> | void = () => undefined) {
  return (await fired(bootId, prepare)).map(({ taskId, at }) => [taskId, at - now])
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
