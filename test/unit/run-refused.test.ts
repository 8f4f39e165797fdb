import { describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import { followRun } from '../../electron/host/api/follow-run'
import { deferred } from '../support/deferred'
import { makeTask } from '../support/make-task'
import { runBench, type RunBench } from '../support/run-bench'

/** A run whose first write hangs, and then is refused. */
async function refusedRun(bench: RunBench): Promise<{ id: string; refuse: () => Promise<void> }> {
  const disk = deferred<never>()
  const { put } = bench.store.runs
  Object.assign(bench.store.runs, { put: () => disk.promise })
  const task = makeTask()
  const start = bench.runs.startManual(task, {})
  const [id = ''] = bench.runs.activeOf(task.id)
  return {
    id,
    async refuse() {
      disk.reject(new BelfryError('STORAGE', 'the disk is full'))
      await expect(start).rejects.toMatchObject({ code: 'STORAGE' })
      Object.assign(bench.store.runs, { put })
    },
  }
}

describe('a run that the disk refuses at its start', () => {
  it('keeps nobody who stops the host waiting', async () => {
    const bench = await runBench()
    const run = await refusedRun(bench)
    const stopped = bench.runs.stop()
    await run.refuse()
    await stopped
    expect(bench.runs.activeCount()).toBe(0)
    expect(bench.clock.pending()).toBe(0)
  })

  it('is not found by whoever waits for its end or for its log', async () => {
    const bench = await runBench()
    const run = await refusedRun(bench)
    const ready = bench.runs.logReady(run.id)
    const follower = followRun({ runs: bench.runs, logs: bench.store.logs }, run.id, 0)
    const answers = Promise.all([
      expect(bench.runs.ended(run.id)).rejects.toMatchObject({ code: 'NOT_FOUND' }),
      expect(follower.next()).rejects.toMatchObject({ code: 'NOT_FOUND' }),
    ])
    await run.refuse()
    await answers
    await ready
  })
})
