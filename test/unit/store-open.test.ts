import { describe, expect, it } from 'vitest'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const open = (folder: string): Promise<Store> => openStore(storePorts(), folder, '0.1.0')

describe('a store that is opened again', () => {
  it('has everything that was put into it', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const task = makeTask({ id: 'task-1' })
    const run = makeRun()
    const occurrence = {
      id: 'occurrence-1',
      taskId: 'task-1',
      from: '2026-11-20T12:00:00.000Z',
      until: '2026-11-20T12:00:00.000Z',
      epoch: 0,
      state: 'skipped',
      reason: 'overlap',
      runId: 'run-1',
      event: null,
      recordedAt: '2026-11-20T12:00:00.001Z',
      count: 1,
    } as const
    await first.tasks.put([task])
    await first.settings.set({ ...first.settings.get(), maxConcurrent: 3 })
    await first.runs.put({ ...run, status: 'running' })
    await first.runs.put(run)
    await first.runs.acknowledge('task-1', 'run-1')
    await first.state.rememberBoot('task-1', 'boot-1')
    await first.occurrences.put([occurrence])
    const log = await first.logs.open(run, 65_536)
    await log.append([{ at: '2026-11-20T12:00:00.000Z', stream: 'out', text: 'hello', position: 6 }])
    await log.close()
    await first.close()

    const second = await open(folder)
    expect(second.warnings).toEqual([])
    expect(second.tasks.all()).toEqual([task])
    expect(second.settings.get().maxConcurrent).toBe(3)
    expect(await second.runs.get('run-1')).toEqual(run)
    expect(second.runs.unfinished()).toEqual([])
    expect(second.runs.lastNumber('task-1')).toBe(1)
    expect(second.runs.acknowledged('task-1')).toBe('run-1')
    expect(second.state.rememberedBoot('task-1')).toBe('boot-1')
    expect(await second.occurrences.list('task-1', { limit: 10 })).toEqual([occurrence])
    expect(await second.logs.read(run, { after: 0, limit: 10 })).toEqual({
      lines: [{ number: 1, at: '2026-11-20T12:00:00.000Z', stream: 'out', text: 'hello' }],
      last: 1,
      total: 1,
      ended: true,
    })
    await second.close()
  })

  it('names the runs that had not ended', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    await first.runs.put(makeRun({ id: 'a', status: 'running', finishedAt: null }))
    await first.runs.put(makeRun({ id: 'b', status: 'queued', finishedAt: null, startedAt: null }))
    await first.runs.put(makeRun({ id: 'c' }))
    await first.close()
    const second = await open(folder)
    expect(second.runs.unfinished()).toEqual(['a', 'b'])
    await second.close()
  })
})
