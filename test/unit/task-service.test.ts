import * as files from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importSource, taskDefinition, type TaskInput } from '@shared/model/task'
import type { BelfryEvent } from '@shared/model/event'
import { createEventBus } from '../../electron/host/events'
import type { Files, Processes } from '../../electron/host/ports'
import { createPlanner, type DueTask, type TaskFates } from '../../electron/host/schedule/planner'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { createTaskService, type TaskService } from '../../electron/host/tasks/task-service'
import { ulids } from '../../electron/platform/ids'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

let folder: string
let clock: VirtualClock
let store: Store
let refuseJournal: boolean
let tasks: TaskService
let active: string[]
let told: BelfryEvent[]
let dispatched: DueTask[]
let recorded: TaskFates[]
let flush: (taskIds: readonly string[]) => Promise<void>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belfry-tasks-'))
  clock = virtualClock('2027-01-01T00:00:00Z')
  const ids = ulids()
  refuseJournal = false
  const open: Files['open'] = async (path, ...more) => {
    if (refuseJournal && String(path).includes('/runs/')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
    return files.open(path, ...more)
  }
  store = await openStore({ clock, ids, files: { ...files, open }, log: pino({ level: 'silent' }) }, folder, '0.0.0')
  active = []
  told = []
  dispatched = []
  recorded = []
  flush = async () => undefined
  const events = createEventBus()
  events.on((event) => told.push(event))
  const planner = createPlanner({
    clock,
    task: (id) => store.tasks.get(id),
    idleSince: () => undefined,
    pausedAll: () => null,
    bootTells: true,
    decided: (id) => store.state.decided(id),
    dispatch: (due) => void dispatched.push(...due),
    record: (fates) => void recorded.push(...fates),
    setBack: async () => ({ fixedStay: true }),
    woke: () => undefined,
    pauseEnded: () => undefined,
    moved: () => undefined,
    unplannable: () => undefined,
  })
  planner.start([])
  const processes = { bootId: () => 'this boot' } as Processes
  const checks = { check: async () => new Map<string, string[]>() }
  tasks = createTaskService({
    ports: { clock, ids, processes },
    store,
    planner,
    activeOf: () => active,
    events,
    checks,
    recorded: (ids) => flush(ids),
  })
})

afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const definition = (given: Partial<TaskInput> = {}) =>
  taskDefinition.parse({ name: 'backup', action: { kind: 'command', command: 'true' }, ...given })
const hourly = [{ kind: 'interval', every: '1h' }] as const

describe('a change', () => {
  it('replaces what it names and nothing else, and counts a revision', async () => {
    const made = await tasks.create(definition({ policy: { timeout: '1m', killGrace: '2s' }, tags: ['a'] }))
    const changed = await tasks.update('backup', { name: 'nightly', policy: { timeout: null } })
    expect(changed).toMatchObject({ ...made, name: 'nightly', revision: 2, policy: { timeout: null, killGrace: 2000 } })
    expect(store.tasks.get(made.id)).toMatchObject({ name: 'nightly', tags: ['a'] })
  })

  it('of a trigger counts from that moment; of anything else the schedule goes on', async () => {
    const made = await tasks.create(definition({ triggers: [...hourly] }))
    await clock.advance(600_000)
    expect(await tasks.update(made.id, { name: 'other' })).toMatchObject({
      countsFrom: made.countsFrom,
      nextAt: '2027-01-01T01:00:00.000Z',
    })
    expect(
      await tasks.update(made.id, { triggers: [{ kind: 'interval', every: 7_200_000, mode: 'fixed-rate' }] }),
    ).toMatchObject({
      countsFrom: '2027-01-01T00:10:00.000Z',
      nextAt: '2027-01-01T02:10:00.000Z',
    })
  })

  it('to a revision that is no more is refused', async () => {
    const made = await tasks.create(definition())
    await tasks.update(made.id, { name: 'first' }, 1)
    await expect(tasks.update(made.id, { name: 'second' }, 1)).rejects.toMatchObject({
      code: 'CONFLICT',
      field: 'revision',
    })
    expect(tasks.find(made.id).name).toBe('first')
  })

  it('never un-pauses', async () => {
    const made = await tasks.create(definition({ triggers: [...hourly] }))
    await tasks.setPause(made.id, { since: made.createdAt, until: null })
    expect(
      await tasks.update(made.id, { triggers: [{ kind: 'interval', every: 60_000, mode: 'fixed-rate' }] }),
    ).toMatchObject({
      state: 'paused',
      nextAt: null,
    })
  })

  it('that comes at the same time as another loses neither', async () => {
    const made = await tasks.create(definition())
    await Promise.all([tasks.update(made.id, { name: 'renamed' }), tasks.update(made.id, { tags: ['both'] })])
    expect(tasks.find(made.id)).toMatchObject({ name: 'renamed', tags: ['both'], revision: 3 })
  })
})

describe('the end of a pause', () => {
  const since = '2027-01-01T00:00:00.000Z'
  const until = '2027-01-01T01:00:00.000Z'
  const later = '2027-01-09T00:00:00.000Z'

  it('ends the pause that ran out, and what counts counts from there', async () => {
    const made = await tasks.create(definition({ triggers: [...hourly] }))
    await tasks.setPause(made.id, { since, until })
    await clock.advance(3_900_000)
    await tasks.endPause(made.id, until)
    expect(tasks.view(tasks.find(made.id))).toMatchObject({ pause: null, state: 'idle', countsFrom: until })
  })

  it('leaves a newer pause alone, also one that is being stored', async () => {
    const { id } = await tasks.create(definition())
    await tasks.setPause(id, { since, until })
    await Promise.all([tasks.setPause(id, { since, until: later }), tasks.endPause(id, until)])
    expect(tasks.find(id).pause).toEqual({ since, until: later })
    told = []
    await tasks.endPause(id, until)
    await tasks.endPause('a task that is gone', until)
    expect(tasks.find(id).pause).toEqual({ since, until: later })
    expect(told).toEqual([])
  })
})

describe('a removal', () => {
  it('can be taken back, all of the task as it was', async () => {
    const source = importSource.parse({
      kind: 'crontab',
      path: null,
      user: null,
      text: '@hourly true',
      timezone: null,
      ordinal: 0,
    })
    const [made] = await tasks.createImported([{ ...definition({ triggers: [...hourly] }), source, locked: null }])
    const id = made?.id ?? ''
    const paused = await tasks.setPause(id, { since: '2027-01-01T00:00:00.000Z', until: null })
    await tasks.remove(id)
    expect(store.tasks.all()).toEqual([])
    await clock.advance(7_200_000)
    const restored = await tasks.restore(id)
    expect(restored).toEqual({ ...paused, countsFrom: '2027-01-01T02:00:00.000Z' })
    expect(told.map(({ type }) => type).slice(-2)).toEqual(['task.removed', 'task.changed'])
  })

  it('is taken back once only, and only what was removed', async () => {
    const { id } = await tasks.create(definition())
    await expect(tasks.restore(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await tasks.remove(id)
    await tasks.restore(id)
    await expect(tasks.restore(id)).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'id' })
  })

  it('is refused while the task runs', async () => {
    const { id } = await tasks.create(definition())
    active = ['run-1']
    await expect(tasks.remove(id)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(tasks.find(id).name).toBe('backup')
  })

  it('is refused when what is due at that moment starts a run of it', async () => {
    const { id } = await tasks.create(definition({ triggers: [...hourly] }))
    flush = async () => {
      if (dispatched.length > 0) active = ['run-1']
    }
    clock.setWall('2027-01-01T01:00:00Z')
    await expect(tasks.remove(id)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(tasks.find(id).name).toBe('backup')
  })
})

describe('finding a task', () => {
  it('takes an id or a name that only one has, letter case only where it decides', async () => {
    const upper = await tasks.create(definition({ name: 'Backup' }))
    const lower = await tasks.create(definition({ name: 'backup' }))
    expect(tasks.find('Backup').id).toBe(upper.id)
    expect(tasks.find(lower.id).id).toBe(lower.id)
    expect(() => tasks.find('BACKUP')).toThrow('2 tasks are called "BACKUP"; use an id')
    expect(() => tasks.find('nothing')).toThrow('there is no task "nothing"')
  })
})

describe('once per boot', () => {
  it('remembers this boot when it is enabled, so that the first one comes later', async () => {
    const { id } = await tasks.create(definition({ enabled: false, triggers: [{ kind: 'startup', on: 'boot' }] }))
    expect(store.state.rememberedBoot(id)).toBeUndefined()
    await tasks.setEnabled(id, true)
    expect(store.state.rememberedBoot(id)).toBe('this boot')
  })

  it('changes nothing when the disk refuses to remember it', async () => {
    const onBoot = definition({ triggers: [{ kind: 'startup', on: 'boot' }, ...hourly] })
    const disabled = await tasks.create({ ...onBoot, name: 'disabled', enabled: false })
    told = []
    refuseJournal = true
    await expect(tasks.create(onBoot)).rejects.toMatchObject({ code: 'STORAGE' })
    await expect(tasks.setEnabled(disabled.id, true)).rejects.toMatchObject({ code: 'STORAGE' })
    refuseJournal = false
    expect(tasks.list({}).map(({ name, enabled }) => [name, enabled])).toEqual([['disabled', false]])
    expect(told).toEqual([])
    expect(await tasks.create(onBoot)).toMatchObject({ name: 'backup', nextAt: '2027-01-01T01:00:00.000Z' })
  })

  it('a locked task stays disabled and says why', async () => {
    const source = importSource.parse({
      kind: 'cron.d',
      path: '/etc/cron.d/x',
      user: 'www',
      text: 'x',
      timezone: null,
      ordinal: 0,
    })
    const [made] = await tasks.createImported([{ ...definition({ enabled: false }), source, locked: 'it runs as www' }])
    await expect(tasks.setEnabled(made?.id ?? '', true)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: '"backup" cannot be enabled: it runs as www',
    })
  })
})
