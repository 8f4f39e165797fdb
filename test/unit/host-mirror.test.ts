import { describe, expect, it } from 'vitest'
import type { Client } from '@shared/contract'
import { settings } from '@shared/model/settings'
import { mirrorHost } from '../../electron/desktop/host-mirror'
import { createEventBus } from '../../electron/host/events'
import { run, status, task } from '../support/tray-state'

/** A host whose answers wait until they are released. */
function slowHost() {
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const later =
    <T>(value: T) =>
    async (): Promise<T> => {
      await released
      return value
    }
  const client = {
    system: { status: later(status()) },
    settings: { get: later(settings.parse({})) },
    tasks: { list: later({ items: [task('old'), task('kept')], nextCursor: null }) },
    runs: { list: later({ items: [run('old'), run('ending')], nextCursor: null }) },
  } as unknown as Client
  return { client, release, events: createEventBus() }
}

async function mirrored() {
  const host = slowHost()
  const opening = mirrorHost(host.client, host.events)
  host.release()
  return { mirror: await opening, events: host.events }
}

describe('the tray’s copy of the host', () => {
  it('has what was fetched', async () => {
    const { mirror } = await mirrored()
    const { tasks, runs, status: now } = mirror.state()
    expect([tasks.map(({ name }) => name), runs.map(({ taskName }) => taskName), now.kind]).toEqual([
      ['old', 'kept'],
      ['old', 'ending'],
      'tray',
    ])
  })

  it('misses nothing that happens while it is being fetched', async () => {
    const { client, release, events } = slowHost()
    const opening = mirrorHost(client, events)
    events.emit({ type: 'task.removed', id: 'task-old' })
    events.emit({ type: 'task.changed', task: task('kept', { revision: 7 }) })
    events.emit({ type: 'run.changed', run: run('ending', { status: 'succeeded' }) })
    release()
    const { tasks, runs } = (await opening).state()
    expect(tasks.map(({ name, revision }) => [name, revision])).toEqual([['kept', 7]])
    expect(runs.map(({ taskName }) => taskName)).toEqual(['old'])
  })

  it('follows tasks, runs, settings and status, and tells each change once', async () => {
    const { mirror, events } = await mirrored()
    let changes = 0
    const forget = mirror.onChange(() => (changes += 1))
    events.emit({ type: 'task.changed', task: task('new') })
    events.emit({ type: 'run.changed', run: run('new') })
    events.emit({ type: 'run.removed', id: 'run-old' })
    events.emit({ type: 'settings.changed', settings: settings.parse({ locale: 'zh-CN' }) })
    events.emit({ type: 'system.changed', status: status({ attention: 3 }) })
    forget()
    events.emit({ type: 'task.removed', id: 'task-new' })

    const state = mirror.state()
    expect(changes).toBe(5)
    expect(state.tasks.map(({ name }) => name)).toEqual(['old', 'kept'])
    expect(state.runs.map(({ taskName }) => taskName)).toEqual(['ending', 'new'])
    expect([state.settings.locale, state.status.attention]).toEqual(['zh-CN', 3])
  })

  it('leaves no listener behind when the host does not answer', async () => {
    const { client, events } = slowHost()
    let listening = 0
    const counted = {
      ...events,
      on(listener: Parameters<typeof events.on>[0]) {
        listening += 1
        const off = events.on(listener)
        return () => {
          listening -= 1
          off()
        }
      },
    }
    const broken = { ...client, tasks: { list: () => Promise.reject(new Error('stopping')) } } as unknown as Client
    await expect(mirrorHost(broken, counted)).rejects.toThrow('stopping')
    expect(listening).toBe(0)
  })
})
