import { describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import { deferred } from '../support/deferred'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { runBench, type RunBench } from '../support/run-bench'

/** A started run that TERM does not end. */
async function stubborn(given: Parameters<typeof makeTask>[0] = {}) {
  const bench = await runBench()
  const { start } = bench.executor
  const stops: number[] = []
  Object.assign(bench.executor, {
    start: (...args: Parameters<typeof start>) => ({
      ...start(...args),
      stop: (grace: number) => void stops.push(grace),
    }),
  })
  const starting = bench.executor.nextRun()
  const run = await bench.runs.startManual(makeTask(given), {})
  const { finish } = await starting
  return { ...bench, id: run.id, stops, finish }
}

const full = new BelfryError('STORAGE', 'the disk is full')
const refuse = ({ store }: Pick<RunBench, 'store'>): (() => void) => {
  const { put } = store.runs
  Object.assign(store.runs, { put: () => Promise.reject(full) })
  return () => void Object.assign(store.runs, { put })
}

describe('why Belfry ends a run', () => {
  it('is on disk before a cancel is answered', async () => {
    const bench = await stubborn()
    expect(await bench.runs.cancel(bench.id)).toMatchObject({ status: 'running', ending: 'cancel' })
    expect(await bench.store.runs.get(bench.id)).toMatchObject({ status: 'running', ending: 'cancel' })
    bench.finish()
  })

  it('keeps nobody’s TERM waiting', async () => {
    const bench = await stubborn()
    const disk = deferred<void>()
    const { put } = bench.store.runs
    Object.assign(bench.store.runs, { put: (run: Parameters<typeof put>[0]) => disk.promise.then(() => put(run)) })
    const cancelled = bench.runs.cancel(bench.id)
    expect(bench.stops).toEqual([5000])
    disk.resolve()
    await cancelled
    bench.finish()
  })

  it('is on disk while it times out', async () => {
    const bench = await stubborn({ policy: { timeout: '10s' } })
    await bench.clock.advance(10_000)
    await expect.poll(() => bench.store.runs.get(bench.id)).toMatchObject({ status: 'running', ending: 'timeout' })
    bench.finish()
  })

  it('is on disk while the host stops', async () => {
    const bench = await stubborn()
    void bench.runs.stop()
    await bench.clock.advance(10_000)
    await expect.poll(() => bench.store.runs.get(bench.id)).toMatchObject({ status: 'running', ending: 'shutdown' })
    bench.finish()
  })

  it('is not acknowledged where the disk refuses it, though the run is ended all the same', async () => {
    const bench = await stubborn()
    const room = refuse(bench)
    await expect(bench.runs.cancel(bench.id)).rejects.toMatchObject({
      code: 'STORAGE',
      message: 'the run is being ended, but that could not be recorded: the disk is full',
    })
    expect(bench.stops).toEqual([5000])
    room()
    expect(await bench.runs.cancel(bench.id)).toMatchObject({ ending: 'cancel' })
    expect(await bench.store.runs.get(bench.id)).toMatchObject({ ending: 'cancel' })
    bench.finish()
    expect(await bench.runs.ended(bench.id)).toMatchObject({ status: 'cancelled' })
  })

  it('is not recorded of a run that was never recorded itself', async () => {
    const bench = await runBench()
    const first = deferred<never>()
    const written: string[] = []
    Object.assign(bench.store.runs, {
      put: ({ ending }: { ending: string | null }) => (ending === null ? first.promise : written.push(ending)),
    })
    const task = makeTask()
    const start = expect(bench.runs.startManual(task, {})).rejects.toMatchObject({ code: 'STORAGE' })
    const [id = ''] = bench.runs.activeOf(task.id)
    const cancelled = expect(bench.runs.cancel(id)).rejects.toMatchObject({ code: 'STORAGE' })
    first.reject(full)
    await start
    await cancelled
    expect(written).toEqual([])
  })

  it('lets a run that waits for its slot go at once, though it was asked before it was recorded', async () => {
    const bench = await stubborn()
    await bench.store.settings.set({ ...bench.store.settings.get(), maxConcurrent: 1 })
    const task = makeTask({ id: 'other', name: 'other' })
    const start = bench.runs.startManual(task, {})
    const [id = ''] = bench.runs.activeOf(task.id)
    await bench.runs.cancel(id)
    await start
    expect(await bench.runs.ended(id)).toMatchObject({ status: 'cancelled', startedAt: null })
    bench.finish()
  })
})

describe('a run that was being ended when its host died', () => {
  it.each([
    ['running', 'cancel', 'cancelled', 'CANCELLED', 'cancelled by the operator'],
    ['queued', 'cancel', 'cancelled', 'CANCELLED', 'cancelled by the operator before it started'],
    ['running', 'timeout', 'timed_out', 'TIMEOUT', 'timed out'],
    ['running', 'shutdown', 'interrupted', 'INTERRUPTED', 'the host was stopped'],
    ['running', null, 'interrupted', 'INTERRUPTED', 'the host ended while it ran'],
    ['queued', null, 'interrupted', 'INTERRUPTED', 'the host ended before it started'],
  ] as const)('%s, for %s: has %s', async (status, ending, becomes, code, message) => {
    const { folder, store } = await runBench()
    const unfinished = { finishedAt: null, durationMs: null, exitCode: null }
    const left = makeRun({ status, ending, ...unfinished, ...(status === 'queued' ? { startedAt: null } : {}) })
    await store.runs.put(left)
    await store.close()
    const next = await runBench({ folder })
    await next.runs.recover()
    const run = await next.store.runs.get(left.id)
    expect(run).toMatchObject({ status: becomes, ending, error: { code, message } })
    const { lines } = await next.store.logs.read(left, { after: 0, limit: 10 })
    const word = { cancelled: 'Cancelled', timed_out: 'Timed out', interrupted: 'Interrupted' }[becomes]
    expect(lines.map(({ text }) => text)).toEqual([`${word}: ${message}`])
  })
})
