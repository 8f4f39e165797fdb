import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { runBench } from '../support/run-bench'

describe('the parameters of a run started by hand', () => {
  it('go over the task’s own', async () => {
    const { runs } = await runBench()
    const run = await runs.startManual(makeTask({ parameters: { url: 'a', kept: true } }), { url: 'b' })
    expect(run.parameters).toEqual({ url: 'b', kept: true })
    await runs.cancel(run.id)
    await runs.ended(run.id)
  })

  it.each([
    [{ url: 'a' }, 'URL', 'BELFRY_PARAM_URL'],
    [{ 'dry-run': true }, 'dry_run', 'BELFRY_PARAM_DRY_RUN'],
  ])('beside %j may not be "%s", for both would be %s; nothing is stored', async (parameters, name, variable) => {
    const { runs, folder, told } = await runBench()
    await expect(runs.startManual(makeTask({ parameters }), { [name]: 'b' })).rejects.toMatchObject({
      code: 'INVALID',
      field: `parameters.${name}`,
      message: `"${name}" and "${Object.keys(parameters)[0]}" would both be ${variable}`,
    })
    expect(runs.activeCount()).toBe(0)
    expect(told).toEqual([])
    expect(await readdir(join(folder, 'runs')).catch(() => [])).toEqual([])
  })
})

describe('a journal with a run whose parameters meet in one variable, as an earlier Belfry let them', () => {
  it('loads, and the run is listed and settled', async () => {
    const parameters = { url: 'a', URL: 'b' }
    const { folder, store } = await runBench()
    const run = makeRun({ status: 'running', finishedAt: null, durationMs: null, exitCode: null, parameters })
    await store.runs.put(run)
    expect(await store.runs.get(run.id)).toEqual(run)
    await store.close()

    const next = await runBench({ folder })
    expect(next.store.warnings).toEqual([])
    await next.runs.recover()
    expect((await next.runs.list({ limit: 10 })).items).toMatchObject([{ status: 'interrupted', parameters }])
  })
})
