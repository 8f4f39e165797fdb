import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { contract, type Client } from '@shared/contract'
import { portClient } from '@shared/contract/client'
import { BelfryError } from '@shared/errors'
import type { BelfryEvent } from '@shared/model/event'
import type { Run } from '@shared/model/run'
import { settings as settingsModel } from '@shared/model/settings'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import { toTransport } from '@shared/contract/transport-error'
import { useConnection } from '../../renderer/src/stores/connection'
import { useRuns } from '../../renderer/src/stores/runs'
import { useSystem } from '../../renderer/src/stores/system'
import { useTasks } from '../../renderer/src/stores/tasks'
import { makeRun } from '../support/make-run'
import { makeTaskView } from '../support/make-task-view'
import { startStores } from '../support/page-app'

const status: SystemStatus = {
  version: '0.1.0',
  kind: 'headless',
  pid: 1,
  hostname: 'studio',
  platform: 'linux',
  dataFolder: '/data',
  timezone: 'Europe/Berlin',
  now: '2027-03-24T09:42:18.000Z',
  startedAt: '2027-03-24T00:00:00.000Z',
  state: 'running',
  paused: null,
  tasks: 1,
  activeRuns: 0,
  maxConcurrent: 20,
  next: null,
  attention: 0,
  lastDay: { succeeded: 0, failed: 0, other: 0 },
  warnings: [],
}

/** A host that answers what the test put into it, by the real contract. */
class FakeHost {
  tasks: TaskView[] = []
  runs: Run[] = []
  /** Thrown by everything while it is set. */
  down: BelfryError | undefined
  /** Settles before tasks are listed. */
  listing: Promise<void> = Promise.resolve()
  subscriptions = 0
  readonly #ports: MessagePort[] = []
  readonly #listeners = new Set<(event: BelfryEvent | 'end') => void>()

  emit(event: BelfryEvent | 'end'): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  client(): Client {
    const os = implement(contract).use(async ({ next }) => {
      try {
        if (this.down) throw this.down
        return await next()
      } catch (error) {
        throw toTransport(error)
      }
    })
    const none = (): never => {
      throw new BelfryError('INTERNAL', 'not part of this test')
    }
    const handler = new RPCHandler(
      os.router({
        tasks: {
          list: os.tasks.list.handler(async () => {
            const items = [...this.tasks]
            await this.listing
            return { items, nextCursor: null }
          }),
          get: os.tasks.get.handler(none),
          create: os.tasks.create.handler(none),
          update: os.tasks.update.handler(none),
          remove: os.tasks.remove.handler(none),
          restore: os.tasks.restore.handler(none),
          enable: os.tasks.enable.handler(none),
          disable: os.tasks.disable.handler(none),
          pause: os.tasks.pause.handler(none),
          resume: os.tasks.resume.handler(none),
          run: os.tasks.run.handler(none),
          acknowledge: os.tasks.acknowledge.handler(none),
          skipNext: os.tasks.skipNext.handler(none),
          unskip: os.tasks.unskip.handler(none),
          ledger: os.tasks.ledger.handler(none),
          why: os.tasks.why.handler(none),
        },
        runs: {
          list: os.runs.list.handler(({ input }) => {
            const found = this.runs.filter(
              (run) =>
                (input.since === undefined || run.createdAt >= input.since) &&
                (!input.status || input.status.includes(run.status)),
            )
            const from = Number(input.cursor ?? 0)
            return {
              items: found.slice(from, from + input.limit),
              nextCursor: from + input.limit < found.length ? String(from + input.limit) : null,
            }
          }),
          get: os.runs.get.handler(none),
          cancel: os.runs.cancel.handler(() => {
            throw new BelfryError('CONFLICT', 'it has ended already')
          }),
          log: os.runs.log.handler(none),
          follow: os.runs.follow.handler(none),
        },
        schedule: {
          preview: os.schedule.preview.handler(none),
          upcoming: os.schedule.upcoming.handler(none),
          simulate: os.schedule.simulate.handler(none),
        },
        inbox: { list: os.inbox.list.handler(none), decide: os.inbox.decide.handler(none) },
        settings: {
          get: os.settings.get.handler(() => settingsModel.parse({})),
          update: os.settings.update.handler(none),
        },
        system: {
          status: os.system.status.handler(() => status),
          pause: os.system.pause.handler(() => {
            throw new BelfryError('STORAGE', 'the disk is full')
          }),
          resume: os.system.resume.handler(none),
          dismissWarning: os.system.dismissWarning.handler(none),
          loadSamples: os.system.loadSamples.handler(none),
          open: os.system.open.handler(none),
        },
        import: { crontab: os.import.crontab.handler(none), system: os.import.system.handler(none) },
        events: { stream: os.events.stream.handler(({ signal }) => this.#stream(signal)) },
      }),
    )
    const { port1, port2 } = new MessageChannel()
    handler.upgrade(port1)
    port1.start()
    port2.start()
    this.#ports.push(port1, port2)
    return portClient(port2)
  }

  close(): void {
    for (const port of this.#ports) port.close()
  }

  async *#stream(signal: AbortSignal | undefined): AsyncGenerator<BelfryEvent> {
    const waiting: (BelfryEvent | 'end')[] = [{ type: 'ready', at: status.now }]
    let wake = (): void => undefined
    const listener = (event: BelfryEvent | 'end'): void => {
      waiting.push(event)
      wake()
    }
    this.#listeners.add(listener)
    this.subscriptions += 1
    signal?.addEventListener('abort', () => listener('end'))
    try {
      for (;;) {
        const event = waiting.shift()
        if (event === 'end') return
        if (event) yield event
        else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      this.#listeners.delete(listener)
    }
  }
}

let host: FakeHost
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(status.now) })
  host = new FakeHost()
  startStores(host.client())
})
afterEach(() => {
  useConnection().stop()
  host.close()
  vi.useRealTimers()
})

async function connect(): Promise<void> {
  void useConnection().start()
  await vi.waitFor(() => expect(useConnection().state).toBe('connected'))
}

describe('the connection', () => {
  it('is a mirror: what is there at first, then each change as it is told', async () => {
    host.tasks = [makeTaskView({ id: 'a', name: 'A' })]
    await connect()
    expect(useTasks().all.map((task) => task.name)).toEqual(['A'])
    expect(useSystem().status?.hostname).toBe('studio')

    host.emit({ type: 'task.changed', task: makeTaskView({ id: 'b', name: 'B' }) })
    host.emit({ type: 'run.changed', run: makeRun({ id: 'r', status: 'running', taskId: 'b' }) })
    await vi.waitFor(() => expect(useTasks().byId.has('b')).toBe(true))
    expect(useRuns().active.map((run) => run.id)).toEqual(['r'])

    host.emit({ type: 'task.removed', id: 'a' })
    await vi.waitFor(() => expect(useTasks().byId.has('a')).toBe(false))
  })

  it('misses nothing that happens between subscribing and the answer, and lets no stale answer win', async () => {
    host.tasks = [makeTaskView({ id: 'a', name: 'old' })]
    let answer = (): void => undefined
    host.listing = new Promise((resolve) => {
      answer = resolve
    })
    void useConnection().start()
    await vi.waitFor(() => expect(host.subscriptions).toBe(1))
    host.emit({ type: 'task.changed', task: makeTaskView({ id: 'a', name: 'new' }) })
    host.emit({ type: 'task.changed', task: makeTaskView({ id: 'b' }) })
    await vi.advanceTimersByTimeAsync(500)
    expect(useConnection().state).toBe('connecting')
    answer()
    await vi.waitFor(() => expect(useTasks().byId.get('a')?.name).toBe('new'))
    expect(useTasks().byId.has('b')).toBe(true)
  })

  it('keeps what it knew when the host goes, waits longer each time, and starts over when it is back', async () => {
    host.tasks = [makeTaskView({ id: 'a' })]
    await connect()
    host.down = new BelfryError('UNAVAILABLE', 'stopping')
    host.emit('end')
    const connection = useConnection()
    await vi.waitFor(() => expect(connection.state).toBe('disconnected'))
    expect(connection.hasData).toBe(true)
    const waits: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      await vi.waitFor(() => expect(connection.retryAt).not.toBeNull())
      const wait = (connection.retryAt ?? 0) - Date.now()
      // Looking for it has let a little of it pass.
      waits.push(Math.ceil(wait / 500) * 500)
      await vi.advanceTimersByTimeAsync(wait)
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000])

    host.down = undefined
    host.tasks = [makeTaskView({ id: 'c' })]
    connection.retryNow()
    await vi.waitFor(() => expect(connection.state).toBe('connected'))
    expect(useTasks().all.map((task) => task.id)).toEqual(['c'])
  })

  it('tries at once when told to', async () => {
    host.down = new BelfryError('UNAVAILABLE', 'stopping')
    const connection = useConnection()
    void connection.start()
    await vi.waitFor(() => expect(connection.state).toBe('disconnected'))
    expect(connection.hasData).toBe(false)
    host.down = undefined
    connection.retryNow()
    await vi.waitFor(() => expect(connection.state).toBe('connected'))
  })

  it('takes a long silence for a host that is gone', async () => {
    await connect()
    expect(host.subscriptions).toBe(1)
    await vi.advanceTimersByTimeAsync(76_000)
    await vi.waitFor(() => expect(host.subscriptions).toBe(2))
  })

  it('tells a page that was not let in from a host that is gone', async () => {
    host.down = new BelfryError('UNAUTHORIZED', 'no session')
    void useConnection().start()
    await vi.waitFor(() => expect(useConnection().state).toBe('unauthorized'))
  })
})

describe('a change that is shown at once', () => {
  it('is replaced by what the host answers', async () => {
    const tasks = useTasks()
    tasks.put(makeTaskView({ id: 'a', name: 'before' }))
    const doing = tasks.change(
      'a',
      (task) => ({ ...task, name: 'guess' }),
      async () => makeTaskView({ id: 'a', name: 'answer' }),
    )
    expect(tasks.byId.get('a')?.name).toBe('guess')
    await doing
    expect(tasks.byId.get('a')?.name).toBe('answer')
  })

  it('is taken back when the host refuses, unless something newer came meanwhile', async () => {
    const tasks = useTasks()
    tasks.put(makeTaskView({ id: 'a', name: 'before' }))
    const refuse = async (): Promise<TaskView> => {
      throw new BelfryError('CONFLICT', 'no')
    }
    await expect(tasks.change('a', (task) => ({ ...task, name: 'guess' }), refuse)).rejects.toThrow('no')
    expect(tasks.byId.get('a')?.name).toBe('before')

    const doing = tasks.change('a', (task) => ({ ...task, name: 'guess' }), refuse)
    tasks.put(makeTaskView({ id: 'a', name: 'news' }))
    await expect(doing).rejects.toThrow('no')
    expect(tasks.byId.get('a')?.name).toBe('news')
  })

  it('that takes a task away is taken back too, unless something newer came or the task is really gone', async () => {
    const tasks = useTasks()
    const refuse = (code: 'CONFLICT' | 'NOT_FOUND') => async (): Promise<TaskView> => {
      throw new BelfryError(code, 'no')
    }
    tasks.put(makeTaskView({ id: 'a', name: 'before' }))
    const doing = tasks.remove('a', refuse('CONFLICT'))
    expect(tasks.byId.has('a')).toBe(false)
    await expect(doing).rejects.toThrow('no')
    expect(tasks.byId.get('a')?.name).toBe('before')

    const again = tasks.remove('a', refuse('CONFLICT'))
    tasks.put(makeTaskView({ id: 'a', name: 'news' }))
    await expect(again).rejects.toThrow('no')
    expect(tasks.byId.get('a')?.name).toBe('news')

    await expect(tasks.remove('a', refuse('NOT_FOUND'))).rejects.toThrow('no')
    expect(tasks.byId.has('a')).toBe(false)
  })

  it('is the same for a run that is cancelled too late, and for pausing everything', async () => {
    const runs = useRuns()
    runs.put(makeRun({ id: 'r', status: 'running', ending: null }))
    const cancelling = runs.cancel('r')
    expect(runs.byId.get('r')?.ending).toBe('cancel')
    await expect(cancelling).rejects.toThrow('it has ended already')
    expect(runs.byId.get('r')?.ending).toBeNull()

    const system = useSystem()
    system.put(status)
    const pausing = system.pause(null)
    expect(system.status?.paused).not.toBeNull()
    await expect(pausing).rejects.toThrow('the disk is full')
    expect(system.status?.paused).toBeNull()
  })
})

describe('runs', () => {
  it('are fetched by pages, back to where they are asked for and no farther', async () => {
    const hour = 3_600_000
    const now = Date.now()
    host.runs = Array.from({ length: 2500 }, (_, index) =>
      makeRun({ id: `r${index}`, createdAt: new Date(now - index * 60_000).toISOString() }),
    )
    const runs = useRuns()
    await runs.load(now - 12 * hour)
    expect(runs.byId.size).toBe(721)
    await runs.reach(now - 24 * hour)
    expect(runs.byId.size).toBe(1441)
    await runs.reach(now - 6 * hour)
    expect(runs.byId.size).toBe(1441)
  })

  it('that are active are there however old they are', async () => {
    host.runs = [makeRun({ id: 'old', status: 'running', createdAt: '2027-01-01T00:00:00.000Z' })]
    await useRuns().load(Date.now() - 1000)
    expect(useRuns().active.map((run) => run.id)).toEqual(['old'])
  })

  it('are not kept without end; what is active stays', () => {
    const runs = useRuns()
    runs.put(makeRun({ id: 'active', status: 'running', createdAt: '2020-01-01T00:00:00.000Z' }))
    for (let index = 0; index < 7000; index++) {
      runs.put(makeRun({ id: `r${index}`, createdAt: new Date(Date.UTC(2027, 0, 1) + index * 1000).toISOString() }))
    }
    expect(runs.byId.size).toBeLessThanOrEqual(6000)
    expect(runs.byId.has('active')).toBe(true)
    expect(runs.byId.has('r6999')).toBe(true)
    expect(runs.byId.has('r0')).toBe(false)
  })
})
