import { call } from '@orpc/server'
import { describe, expect, it, vi } from 'vitest'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { TaskInput } from '@shared/model/task'
import type { Host } from '../../electron/host/create-host'
import { systemProcesses } from '../../electron/platform/processes'
import { jitterOf } from '../../electron/host/schedule/jitter'
import { createWaitingEvents } from '../../electron/host/schedule/waiting-events'
import { openStore } from '../../electron/host/store/open-store'
import { makeTask } from '../support/make-task'
import { silentLog } from '../support/small-router'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

const start = '2027-01-01T12:00:00.000Z'
const minute = 60_000
const hour = 60 * minute
const iso = (at: number): string => new Date(at).toISOString()

/** A data folder, and hosts that come one after another. */
interface Place {
  readonly clock: VirtualClock
  next(boot?: string): Promise<Host>
  stop(): Promise<void>
}

async function place(): Promise<Place> {
  const folder = await tempFolder()
  const clock = virtualClock(start)
  let current: Host | undefined
  return {
    clock,
    async next(boot = 'boot') {
      await current?.stop()
      current = await unitHost(folder, { clock, processes: { ...systemProcesses(), bootId: () => boot } })
      await current.start()
      return current
    },
    async stop() {
      await current?.stop()
    },
  }
}

const ledger = async (host: Host, id: string): Promise<LedgerEntry[]> =>
  (await call(host.router.tasks.ledger, { id })).items

const brief = ({ state, reason, from }: LedgerEntry) => [state, reason, from]

/** What the ledger of the task has once what is due now is decided, and on disk. */
async function told(clock: VirtualClock, host: Host, id: string, expected: readonly unknown[]): Promise<void> {
  await vi.waitFor(async () => {
    await clock.advance(0)
    expect((await ledger(host, id)).map(brief)).toEqual(expected)
  })
}

interface Fired {
  readonly id: string
  /** Ms. */
  readonly at: number
  readonly due: number
}

/** What makes an event of which the occurrence waits; the host that has seen it runs. */
const ways: readonly (readonly [string, (scene: Place, policy: TaskInput['policy']) => Promise<Fired>])[] = [
  [
    'a boot, with a delay',
    async ({ clock, next }, policy) => {
      const task: Partial<TaskInput> = { triggers: [{ kind: 'startup', on: 'boot', delay: '40m' }], policy }
      const { id } = await createTask(await next(), task)
      await next('another boot')
      return { id, at: clock.now() + 40 * minute, due: clock.now() + 40 * minute }
    },
  ],
  [
    'a wake, with a delay',
    async ({ clock, next }, policy) => {
      const { id } = await createTask(await next(), { triggers: [{ kind: 'resume', delay: '40m' }], policy })
      clock.sleep(hour)
      // It is noticed when the host looks.
      await clock.advance(1000)
      return { id, at: clock.now() + 40 * minute, due: clock.now() + 40 * minute }
    },
  ],
  [
    'the end of a run, with jitter',
    async ({ clock, next }, policy) => {
      const host = await next()
      const up = await createTask(host, { name: 'up' })
      const after: Partial<TaskInput> = { name: 'down', triggers: [{ kind: 'after', tasks: [up.id] }] }
      const { id } = await createTask(host, { ...after, policy: { ...policy, jitter: '20h' } })
      const ended = new Promise<void>((resolve) => {
        host.events.on((event) => {
          if (event.type === 'run.changed' && event.run.finishedAt !== null) resolve()
        })
      })
      await call(host.router.tasks.run, { id: up.id })
      await ended
      return { id, at: clock.now(), due: clock.now() + jitterOf(id, clock.now(), 20 * hour) }
    },
  ],
]

describe.each(ways)('what waits after %s', (_name, fire) => {
  it('waits no longer for a host that comes in between, and runs once', async () => {
    const scene = await place()
    const { clock, next } = scene
    const { id, at, due } = await fire(scene, {})
    await clock.advance((due - clock.now()) / 2)
    const host = await next('another boot')
    await clock.advance(due - clock.now() - 1)
    expect(await ledger(host, id)).toEqual([])
    await clock.advance(1)
    await told(clock, host, id, [['ran', null, iso(at)]])
    const last = await next('another boot')
    await clock.advance(20 * hour)
    expect((await ledger(last, id)).map(brief)).toEqual([['ran', null, iso(at)]])
  })

  it.each<[string, TaskInput['policy'], string]>([
    ['runs late within its grace', { misfireGrace: '30m' }, 'ran_late'],
    ['is missed after it', { misfireGrace: '1m' }, 'missed'],
  ])('and came due while no host ran %s', async (_what, policy, state) => {
    const scene = await place()
    const { clock, next } = scene
    const { id, at, due } = await fire(scene, policy)
    await scene.stop()
    await clock.advance(due - clock.now() + 10 * minute)
    const host = await next('another boot')
    await told(clock, host, id, [[state, 'not_running', iso(at)]])
  })

  it('waits no longer than from its beginning, where the clock was set back meanwhile', async () => {
    const scene = await place()
    const { clock, next } = scene
    const { id, due } = await fire(scene, {})
    const wait = due - clock.now()
    await scene.stop()
    clock.setWall(iso(clock.now() - 1000 * hour))
    const host = await next('another boot')
    await vi.waitFor(() => expect(host.tasks.find(id).countsFrom).toBe(iso(clock.now())))
    await clock.advance(wait - 1)
    expect(await ledger(host, id)).toEqual([])
    await clock.advance(1)
    await vi.waitFor(async () => {
      await clock.advance(0)
      expect(await ledger(host, id)).toMatchObject([{ state: 'ran' }])
    })
  })

  it('is off once its task has another trigger', async () => {
    const scene = await place()
    const { clock, next } = scene
    const { id, due } = await fire(scene, {})
    const host = await next('another boot')
    await call(host.router.tasks.update, { id, change: { triggers: [{ kind: 'manual' }] } })
    const last = await next('another boot')
    await clock.advance(due - clock.now() + minute)
    expect(await ledger(last, id)).toEqual([])
  })
})

it('each start of the host has its own, however soon another comes', async () => {
  const { clock, next } = await place()
  const task: Partial<TaskInput> = { triggers: [{ kind: 'startup', delay: '10m' }], policy: { maxInstances: 2 } }
  const { id } = await createTask(await next(), task)
  await next()
  const at = clock.now()
  await clock.advance(4 * minute)
  const host = await next()
  await clock.advance(6 * minute)
  await told(clock, host, id, [['ran', null, iso(at + 10 * minute)]])
  await clock.advance(4 * minute)
  await told(clock, host, id, [
    ['ran', null, iso(at + 14 * minute)],
    ['ran', null, iso(at + 10 * minute)],
  ])
})

describe('what waits when a host starts', () => {
  it('costs one look at what its task has answered, and none where the task has nothing to do with it any more', async () => {
    const store = await openStore(storePorts({}), await tempFolder(), '0.0.0')
    const trigger = { kind: 'resume', delay: 0 } as const
    const given = { triggers: [trigger], countsFrom: start }
    const tasks = [
      makeTask({ ...given, id: 'on' }),
      makeTask({ ...given, id: 'off', enabled: false }),
      makeTask({ ...given, id: 'other', triggers: [{ ...trigger, delay: 1 }] }),
      makeTask({ ...given, id: 'since', countsFrom: iso(Date.parse(start) + hour) }),
    ]
    await store.tasks.put(tasks)
    const at = Date.parse(start)
    for (const { id: taskId } of tasks)
      for (const id of ['one', 'two', 'three'])
        await store.state.putWaiting({
          ...{ taskId, kind: 'resume', event: { trigger: 0, id }, trigger, parameters: {} },
          ...{ at, due: at + hour, since: at },
        })
    const read: string[] = []
    const fired: string[] = []
    const events = createWaitingEvents({
      clock: virtualClock(start),
      store: {
        ...store,
        runs: {
          ...store.runs,
          async planned(id, range) {
            read.push(id)
            return store.runs.planned(id, range)
          },
        },
      },
      planner: { fire: ({ taskId, event }) => void fired.push(`${taskId} ${event.id}`) },
      warnings: { raise: () => undefined },
      log: silentLog,
    })
    await events.fireAgain()
    expect(fired).toEqual(['on one', 'on two', 'on three'])
    expect(read).toEqual(['on'])
    await store.close()
  })
})
