import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import type { Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import { createRunService, type RunService } from '../../electron/host/run/run-service'
import { createLedger, type Ledger } from '../../electron/host/schedule/ledger'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { createWarnings, type Warnings } from '../../electron/host/system/warnings'
import { ulids } from '../../electron/platform/ids'
import { deferred } from '../support/deferred'
import { makeTask } from '../support/make-task'
import { scriptedExecutor, type ScriptedExecutor } from '../support/scripted-executor'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

let folder: string
let clock: VirtualClock
let store: Store
let executor: ScriptedExecutor
let warnings: Warnings
let ledger: Ledger
let runs: RunService
let changes: [string, string][]
const tasks = new Map<string, Task>()

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belfry-runs-'))
  clock = virtualClock('2027-01-01T00:00:00Z')
  const ports = { clock, ids: ulids(), files, log: pino({ level: 'silent' }) }
  store = await openStore(ports, folder, '0.0.0')
  executor = scriptedExecutor()
  warnings = createWarnings(ports, () => undefined)
  changes = []
  tasks.clear()
  ledger = createLedger({ ports, store, refused: () => undefined, wrote: () => undefined })
  runs = createRunService({
    ports,
    store,
    ledger,
    executors: { command: executor },
    task: (id) => tasks.get(id),
    settings: () => store.settings.get(),
    warnings,
    changed: (run, turned) => turned && changes.push([run.id, run.status]),
  })
})

afterEach(async () => {
  await ledger.stop()
  await store.close()
  await rm(folder, { recursive: true })
})

function known(given: Parameters<typeof makeTask>[0] = {}): Task {
  const task = makeTask(given)
  tasks.set(task.id, task)
  return task
}

const due = (task: Task, scheduledAt = '2027-01-01T00:00:00Z') =>
  ({
    taskId: task.id,
    triggeredBy: 'cron',
    scheduledAt: Date.parse(scheduledAt),
    event: null,
    parameters: {},
    folded: 0,
    foldedFrom: null,
    foldedUntil: null,
    foldedReason: null,
    late: null,
    replay: false,
  }) as const

describe('a run', () => {
  it('is on disk before its process may begin, while it runs, and when it has ended', async () => {
    const task = known({ parameters: { level: 1, kept: true } })
    const starting = executor.nextRun()
    const run = await runs.startManual(task, { level: 2 })
    expect(run).toMatchObject({
      status: 'queued',
      number: 1,
      triggeredBy: 'manual',
      parameters: { level: 2, kept: true },
    })
    const started = await starting
    expect(await store.runs.get(run.id)).toMatchObject({
      status: 'running',
      process: { pid: 4000 },
      attempts: [{ number: 1, status: 'running' }],
    })
    await clock.advance(1500)
    started.finish({ stderrTail: 'a warning' })
    const ended = await runs.ended(run.id)
    expect(ended).toMatchObject({
      status: 'succeeded',
      exitCode: 0,
      durationMs: 1500,
      stderrTail: 'a warning',
      process: { pid: 4000 },
    })
    expect(await store.runs.get(run.id)).toEqual(ended)
    expect(changes.map(([, status]) => status)).toEqual(['queued', 'running', 'succeeded'])
  })

  it('that exits with another code has failed, and says so', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    ;(await starting).finish({ exitCode: 3, error: { code: 'EXIT_CODE', message: 'exit code 3' } })
    expect(await runs.ended(run.id)).toMatchObject({
      status: 'failed',
      exitCode: 3,
      error: { message: 'exit code 3' },
      attempts: [{ status: 'failed', exitCode: 3 }],
    })
  })

  it('that takes longer than its timeout is stopped with its grace, and has timed out', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known({ policy: { timeout: '10s', killGrace: '2s' } }), {})
    const started = await starting
    await clock.advance(9999)
    expect(started.stops).toEqual([])
    await clock.advance(1)
    expect(started.stops).toEqual([2000])
    expect(await runs.ended(run.id)).toMatchObject({
      status: 'timed_out',
      ending: 'timeout',
      error: { code: 'TIMEOUT', message: 'timed out after 10s' },
    })
  })

  it('that was cancelled says so, whatever the signal left behind', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    const started = await starting
    expect(await runs.cancel(run.id)).toMatchObject({ status: 'running', ending: 'cancel' })
    expect(started.stops).toEqual([5000])
    expect(await runs.ended(run.id)).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } })
    await expect(runs.cancel(run.id)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'the run has ended already: cancelled',
    })
  })

  it('keeps its log: what started it and how it ended, around what it said', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known({ name: 'backup' }), {})
    const started = await starting
    await started.execution.log.append([{ at: '2027-01-01T00:00:00.000Z', stream: 'out', text: 'hello', position: 6 }])
    started.finish()
    const { lines } = await store.logs.read(await runs.ended(run.id), { after: 0, limit: 10 })
    expect(lines.map(({ stream, text }) => `${stream}: ${text}`)).toEqual([
      'belfry: Run 1 of backup, started by hand',
      'out: hello',
      'belfry: Succeeded after 0s',
    ])
  })

  it('says that its log is not whole when output was passed over', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    const started = await starting
    started.execution.report.dropped()
    started.finish()
    expect((await runs.ended(run.id)).log.truncated).toBe(true)
  })

  it('tells its progress at most five times a second', async () => {
    const told: Run[] = []
    const ports = { clock, ids: ulids(), log: pino({ level: 'silent' }) }
    const watched = createRunService({
      ports,
      store,
      ledger,
      executors: { command: executor },
      task: (id) => tasks.get(id),
      settings: () => store.settings.get(),
      warnings,
      changed: (run, turned) => !turned && told.push(run),
    })
    const starting = executor.nextRun()
    const run = await watched.startManual(known(), {})
    const started = await starting
    for (let percent = 0; percent < 100; percent++) {
      started.execution.report.progress({ percent, processed: null, total: null, item: null, message: null })
      await clock.advance(10)
    }
    expect(told.length).toBeGreaterThan(2)
    expect(told.length).toBeLessThanOrEqual(5)
    started.finish()
    expect((await watched.ended(run.id)).progress).toMatchObject({ percent: 99 })
  })
})

describe('one instance per task', () => {
  it('refuses a second start by hand, naming the run in the way', async () => {
    const task = known({ name: 'backup' })
    const [first, second] = await Promise.allSettled([runs.startManual(task, {}), runs.startManual(task, {})])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } })
    await runs.cancel(runs.activeOf(task.id)[0] ?? '')
    await expect.poll(() => runs.activeCount()).toBe(0)
  })

  it('skips an occurrence that comes meanwhile, and records that', async () => {
    const task = known()
    const starting = executor.nextRun()
    const run = await runs.startManual(task, {})
    runs.startDue([due(task, '2027-01-01T00:01:00Z')])
    await expect
      .poll(() => ledger.pending(task.id))
      .toMatchObject([
        { from: '2027-01-01T00:01:00.000Z', state: 'skipped', reason: 'overlap', count: 1, runId: run.id },
      ])
    ;(await starting).finish()
    await runs.ended(run.id)
    expect((await store.runs.list({ limit: 10 })).items).toHaveLength(1)
  })

  it('lets the next one start when the first has ended', async () => {
    const task = known()
    for (const number of [1, 2, 3]) {
      const starting = executor.nextRun()
      const run = await runs.startManual(task, {})
      expect(run.number).toBe(number)
      ;(await starting).finish()
      await runs.ended(run.id)
    }
    expect(runs.activeCount()).toBe(0)
  })
})

describe('slots', () => {
  it('a run waits for one, can be cancelled while it waits, and the next goes first come first served', async () => {
    await store.settings.set({ ...store.settings.get(), maxConcurrent: 1 })
    const [a, b, c] = ['a', 'b', 'c'].map((id) => known({ id, name: id })) as [Task, Task, Task]
    const first = executor.nextRun()
    const ra = await runs.startManual(a, {})
    const rb = await runs.startManual(b, {})
    const rc = await runs.startManual(c, {})
    const started = await first
    await runs.cancel(rb.id)
    expect(await runs.ended(rb.id)).toMatchObject({
      status: 'cancelled',
      startedAt: null,
      error: { message: 'cancelled by the operator before it started' },
    })
    expect(executor.runs).toHaveLength(1)
    const second = executor.nextRun()
    started.finish()
    await runs.ended(ra.id)
    expect((await second).execution.task.id).toBe('c')
    ;(await second).finish()
    expect(await runs.ended(rc.id)).toMatchObject({ status: 'succeeded' })
  })

  it('none is leaked, whatever happens to the runs', async () => {
    await store.settings.set({ ...store.settings.get(), maxConcurrent: 3 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('succeed', 'fail', 'cancel', 'cancel at once'), { minLength: 4, maxLength: 12 }),
        async (fates) => {
          const all = await Promise.all(
            fates.map(async (fate, index) => {
              const run = await runs.startManual(known({ id: `t${index}`, name: `t${index}` }), {})
              if (fate === 'cancel at once') await runs.cancel(run.id)
              return { run, fate }
            }),
          )
          const act = async ({ run, fate }: (typeof all)[number]): Promise<void> => {
            if (fate === 'cancel at once') return
            await expect
              .poll(() => executor.runs.some(({ execution }) => execution.run.id === run.id), { interval: 2 })
              .toBe(true)
            expect(
              executor.runs.filter(({ execution }) => runs.activeOf(execution.task.id).includes(execution.run.id))
                .length,
            ).toBeLessThanOrEqual(3)
            if (fate === 'cancel') await runs.cancel(run.id)
            else
              executor.runs
                .find(({ execution }) => execution.run.id === run.id)
                ?.finish(fate === 'fail' ? { exitCode: 1, error: { code: 'EXIT_CODE', message: 'exit code 1' } } : {})
          }
          for (const one of all) {
            await act(one)
            await runs.ended(one.run.id)
          }
          expect(runs.activeCount()).toBe(0)
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('a full disk', () => {
  const full = (): Promise<never> => Promise.reject(new BelfryError('STORAGE', 'the disk is full'))

  it('refuses the start; nothing runs and the task is free again', async () => {
    const task = known()
    const put = store.runs.put.bind(store.runs)
    Object.assign(store.runs, { put: full })
    await expect(runs.startManual(task, {})).rejects.toMatchObject({ code: 'STORAGE' })
    runs.startDue([due(task)])
    await expect
      .poll(() => warnings.all())
      .toMatchObject([{ code: 'STORAGE', message: '"a task" is due and cannot start: the disk is full' }])
    expect(executor.runs).toEqual([])
    Object.assign(store.runs, { put })
    const starting = executor.nextRun()
    const run = await runs.startManual(task, {})
    ;(await starting).finish()
    expect(await runs.ended(run.id)).toMatchObject({ status: 'succeeded' })
    expect(warnings.all()).toEqual([])
  })

  it('does not lose the end of a run: it is shown at once and stored when there is room', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    const started = await starting
    const put = store.runs.put.bind(store.runs)
    Object.assign(store.runs, { put: full })
    started.finish()
    await expect.poll(() => warnings.all().length).toBe(1)
    expect(await runs.get(run.id)).toMatchObject({ status: 'succeeded' })
    expect(await store.runs.get(run.id)).toMatchObject({ status: 'running' })
    Object.assign(store.runs, { put })
    await expect.poll(() => runs.activeCount()).toBe(0)
    await clock.advance(2000)
    await expect.poll(() => store.runs.get(run.id)).toMatchObject({ status: 'succeeded' })
    expect(warnings.all()).toEqual([])
  })
})

describe('stopping', () => {
  it('gives runs time to end by themselves, then ends them; what is queued stays so for the next host', async () => {
    await store.settings.set({ ...store.settings.get(), maxConcurrent: 1, shutdownGrace: 10_000 })
    const [a, b] = ['a', 'b'].map((id) => known({ id, name: id, policy: { killGrace: '4s' } })) as [Task, Task]
    const starting = executor.nextRun()
    const ra = await runs.startManual(a, {})
    const rb = await runs.startManual(b, {})
    const started = await starting
    const stopped = runs.stop()
    expect(await runs.ended(rb.id)).toMatchObject({ status: 'queued', ending: null })
    await clock.advance(5999)
    expect(started.stops).toEqual([])
    await clock.advance(1)
    expect(started.stops).toEqual([4000])
    await stopped
    expect(await store.runs.get(ra.id)).toMatchObject({
      status: 'interrupted',
      error: { code: 'INTERRUPTED', message: 'the host was stopped' },
    })
    await expect(runs.startManual(a, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('hurries when it is asked twice', async () => {
    const starting = executor.nextRun()
    await runs.startManual(known(), {})
    const started = await starting
    void runs.stop()
    await runs.stop()
    expect(started.stops).toEqual([0])
  })

  it('leaves no timer behind that would keep the process once all has ended', async () => {
    const starting = executor.nextRun()
    await runs.startManual(known(), {})
    const started = await starting
    const stopped = runs.stop()
    expect(clock.pending()).toBeGreaterThan(0)
    started.finish()
    await stopped
    await expect.poll(() => clock.pending()).toBe(0)
  })
})

describe('a run that is cancelled while its end is being written down', () => {
  it('keeps the end that it had, and the cancel is refused with it', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    const started = await starting
    const { put } = store.runs
    const writing = deferred<void>()
    const disk = deferred<void>()
    Object.assign(store.runs, {
      put: async (record: Run) => {
        writing.resolve()
        await disk.promise
        return put(record)
      },
    })
    started.finish()
    await writing.promise
    const refused = runs.cancel(run.id)
    disk.resolve()
    await expect(refused).rejects.toMatchObject({ code: 'CONFLICT', message: 'the run has ended already: succeeded' })
    expect(await runs.get(run.id)).toMatchObject({ status: 'succeeded', ending: null })
  })

  it('is refused from the moment that its process is gone, not only from its record on', async () => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    const started = await starting
    const { log } = started.execution
    const { append } = log
    const closing = deferred<void>()
    Object.assign(log, {
      append: async (lines: Parameters<typeof append>[0]) => {
        closing.resolve()
        return append(lines)
      },
    })
    started.finish()
    await closing.promise
    await expect(runs.cancel(run.id)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await runs.get(run.id)).toMatchObject({ status: 'succeeded', ending: null })
  })
})

describe('what the last host left unfinished', () => {
  it.each(['log', 'spool'])('becomes interrupted, and is told of, though its %s cannot be used', async (damaged) => {
    const starting = executor.nextRun()
    const run = await runs.startManual(known(), {})
    await starting
    await store.close()
    const path = join(folder, 'logs', '2027-01', damaged === 'log' ? `${run.id}.log` : run.id)
    await rm(path, { recursive: true })
    await (damaged === 'log' ? mkdir(path) : writeFile(path, 'in the way'))
    store = await openStore({ clock, ids: ulids(), files, log: pino({ level: 'silent' }) }, folder, '0.0.0')
    const next = createRunService({
      ports: { clock, ids: ulids(), log: pino({ level: 'silent' }) },
      store,
      ledger,
      executors: { command: executor },
      task: (id) => tasks.get(id),
      settings: () => store.settings.get(),
      warnings,
      changed: () => undefined,
    })
    await next.recover()
    expect(await store.runs.get(run.id)).toMatchObject({ status: 'interrupted', error: { code: 'INTERRUPTED' } })
    expect(warnings.all()).toMatchObject([
      { code: 'RECOVERED', message: expect.stringContaining('is not whole') as string },
    ])
  })

  it('becomes interrupted once its processes are gone', async () => {
    const task = known()
    const starting = executor.nextRun()
    const run = await runs.startManual(task, {})
    await starting
    await store.close()
    store = await openStore({ clock, ids: ulids(), files, log: pino({ level: 'silent' }) }, folder, '0.0.0')
    const next = createRunService({
      ports: { clock, ids: ulids(), log: pino({ level: 'silent' }) },
      store,
      ledger,
      executors: { command: executor },
      task: (id) => tasks.get(id),
      settings: () => store.settings.get(),
      warnings,
      changed: () => undefined,
    })
    await next.recover()
    expect(await next.get(run.id)).toMatchObject({
      status: 'interrupted',
      error: { code: 'INTERRUPTED', message: 'the host ended while it ran' },
      attempts: [{ status: 'interrupted' }],
    })
    expect(next.activeCount()).toBe(0)
  })
})
