/**
 * The main road, as an operator walks it: import a crontab, run, look, stop, start again. The crontab's lines are real, and
 * some write and delete: nothing of it may come due while this runs, so everything is paused before it is imported.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImportAnswer } from '@shared/model/import'
import type { Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import { watchEnds } from '../support/ended-runs'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { projectRoot } from '../support/paths'

const crontab = join(projectRoot, 'test/support/fixtures/crontab.txt')
/** Later than this test, and an instant rather than null, so that there is something planned to look at. */
const pausedUntil = '2099-01-01T00:00:30.000Z'

interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

describe('an operator with a crontab', () => {
  let host: TestHost
  let imported: ImportAnswer
  const found = (text: string): TaskView => {
    const task = imported.created.find(({ action }) => String(action.command).includes(text))
    if (!task) throw new Error(`nothing was imported that has ${text}`)
    return task
  }

  beforeAll(async () => {
    host = await startHost()
    await host.json(['pause', '--all', '--until', pausedUntil])
    imported = await host.json<ImportAnswer>(['import', '--from', 'crontab', crontab, '--enable'])
  })
  afterAll(async () => {
    await host.stop('SIGKILL')
    await removeFolder(host.home)
  })

  it('gets ten tasks, and one error that names its line', () => {
    expect(imported.created).toHaveLength(10)
    expect(imported.created.every(({ enabled }) => enabled)).toBe(true)
    expect(imported.errors).toMatchObject([{ line: 20, text: expect.stringContaining('61 * * * *') as string }])
  })

  it('changes nothing by importing again', async () => {
    const again = await host.json<ImportAnswer>(['import', '--from', 'crontab', crontab, '--enable'])
    expect([again.created.length, again.unchanged.length]).toEqual([0, 10])
  })

  it('sees what an import would make, without one', async () => {
    const dry = await host.json<ImportAnswer>(['import', '--from', 'crontab', '-', '--dry-run'], {
      stdin: '0 5 * * * echo new\n',
    })
    expect(dry.wouldCreate).toMatchObject([{ enabled: false, action: { command: 'echo new' } }])
    expect((await host.json<Page<TaskView>>(['ls'])).items).toHaveLength(10)
  })

  it('follows five steps of progress to success', async () => {
    const { code, stdout } = await host.belfry(['run', found('::progress').id, '--wait'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toEqual([1, 2, 3, 4, 5].map((step) => `::progress ${step}/5 step ${step}`))
  })

  it('learns from the exit code that a run failed, and from its record why', async () => {
    const failed = await host.belfry(['run', found('exit 3').id, '--wait'])
    expect(failed.code).not.toBe(0)
    expect(failed.stderr).toContain('intranet down')
    const waited = await host.belfry(['run', found('exit 3').id, '--wait', '--json'])
    expect(waited.code).toBe(1)
    expect(JSON.parse(waited.stdout)).toMatchObject({ status: 'failed', exitCode: 3, triggeredBy: 'manual' })
    expect(host.output()).toContain('failed: intranet down')
  })

  it('finds both on record, newest first', async () => {
    const runsOf = async (task: TaskView) => (await host.json<Page<Run>>(['runs', '--task', task.id])).items
    expect((await runsOf(found('exit 3'))).map(({ number, exitCode }) => [number, exitCode])).toEqual([
      [2, 3],
      [1, 3],
    ])
    expect((await runsOf(found('::progress'))).map(({ number, exitCode }) => [number, exitCode])).toEqual([[1, 0]])
    const { items } = await host.json<Page<Run>>(['runs'])
    expect(items.map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['failed', 3],
      ['failed', 3],
      ['succeeded', 0],
    ])
    expect(await host.json<Page<Run>>(['runs', '--status', 'succeeded'])).toMatchObject({ items: [{ number: 1 }] })
  })

  it('finds everything again after a stop and a start', async () => {
    const before = { tasks: await host.json<Page<TaskView>>(['ls']), runs: await host.json<Page<Run>>(['runs']) }
    const log = await host.json(['logs', before.runs.items[2]?.id ?? ''])
    expect(await host.stop()).toEqual({ code: 0, signal: null })
    expect(host.output()).toContain('Belfry has stopped.')
    expect((await host.belfry(['ls'])).code).toBe(69)

    host = await startHost({ home: host.home })
    expect(await host.json<Page<Run>>(['runs'])).toEqual(before.runs)
    expect(await host.json(['logs', before.runs.items[2]?.id ?? ''])).toEqual(log)
    const after = await host.json<Page<TaskView>>(['ls'])
    const lasting = ({ id, name, enabled, triggers, action, revision, recent, state }: TaskView) => ({
      id,
      name,
      enabled,
      triggers,
      action,
      revision,
      recent,
      state,
    })
    expect(after.items.map(lasting)).toEqual(before.tasks.items.map(lasting))
    const planned = after.items.filter(({ triggers }) => triggers.some(({ kind }) => kind === 'cron'))
    expect(planned).toHaveLength(9)
    for (const { nextAt } of planned) expect(Date.parse(nextAt ?? '')).toBeGreaterThan(Date.parse(pausedUntil))
    expect(await host.json<SystemStatus>(['status'])).toMatchObject({
      tasks: 10,
      attention: 1,
      kind: 'headless',
      paused: { until: pausedUntil },
    })
  })

  it('has a schedule that goes on after a stop and a start', async () => {
    let ends = await watchEnds(host.home)
    for (const { id } of imported.created) await ends.client.tasks.disable({ id })
    expect(await host.json(['resume', '--all'])).toMatchObject({ paused: null, next: null })
    const runs = await host.json<Page<Run>>(['runs'])
    const tick = await host.json<TaskView>(['add', '--name', 'tick', '--command', 'true', '--every', '1s'])
    await ends.until((ended) => ended.length > 0)
    await ends.close()
    expect(await host.stop()).toEqual({ code: 0, signal: null })
    const downAt = Date.now()

    host = await startHost({ home: host.home })
    ends = await watchEnds(host.home)
    const after = await ends.until((ended) => ended.length > 1)
    await ends.close()
    for (const run of after) {
      expect(run).toMatchObject({ taskId: tick.id, status: 'succeeded', triggeredBy: 'interval' })
      expect(Date.parse(run.scheduledAt ?? '')).toBeGreaterThan(downAt)
    }
    const { items } = await host.json<Page<Run>>(['runs'])
    expect(items.filter(({ taskId }) => taskId !== tick.id)).toEqual(runs.items)
  })
})
