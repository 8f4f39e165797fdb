/** Watched paths in a whole host: real files, real commands. */
import { chmod, mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { call } from '@orpc/server'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Run } from '@shared/model/run'
import type { TaskInput, TaskView } from '@shared/model/task'
import type { Host } from '../../electron/host/create-host'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'

let host: Host
let folder: string

beforeEach(async () => {
  folder = await tempFolder()
  host = await unitHost(await tempFolder())
  await host.start()
})

const patience = { timeout: 15_000, interval: 20 }

const ended = (count: number): Promise<Run[]> =>
  vi.waitFor(async () => {
    const { items } = await call(host.router.runs.list, { limit: 100 })
    expect(items.filter(({ finishedAt }) => finishedAt !== null)).toHaveLength(count)
    return items.reverse()
  }, patience)

/** Until what is written now has a later time than `instant`: a file's time lags by up to a tick of the kernel. */
const pastTick = (instant: string): Promise<void> =>
  vi.waitFor(() => expect(Date.now()).toBeGreaterThan(Date.parse(instant) + 20), { interval: 5 })

const watching = (given: Partial<TaskInput> = {}): Promise<TaskView> =>
  createTask(host, { triggers: [{ kind: 'watch', paths: [folder], settle: 200 }], ...given })

const view = (id: string): Promise<TaskView> => call(host.router.tasks.get, { id })

describe('a task that watches a folder', () => {
  it('runs for what comes right after it was made, and is told what it is', async () => {
    await watching({ action: { kind: 'command', command: 'printf "%s\\n" "$BELFRY_PARAM_PATHS"' } })
    await writeFile(join(folder, 'new'), '')
    const [run] = await ended(1)
    expect(run).toMatchObject({
      status: 'succeeded',
      triggeredBy: 'watch',
      parameters: { paths: [join(folder, 'new')], pathCount: 1 },
      event: { trigger: 0, id: `changed ${run?.scheduledAt}` },
    })
    const { lines } = await call(host.router.runs.log, { id: run?.id ?? '' })
    expect(lines.map(({ text }) => text)).toContain(JSON.stringify([join(folder, 'new')]))
  })

  it('is not started by what it writes there itself', async () => {
    await watching({
      action: { kind: 'command', command: `cd ${folder} && echo ran >> own && rm -f other; touch other` },
    })
    for (let round = 1; round <= 3; round++) {
      await writeFile(join(folder, `theirs-${round}`), '')
      const runs = await ended(round)
      await pastTick(runs.at(-1)?.finishedAt ?? '')
      expect(runs.map(({ parameters }) => parameters['paths'])).toEqual(
        Array.from({ length: round }, (_, index) => [join(folder, `theirs-${index + 1}`)]),
      )
    }
  })

  it('that is paused records what it would have run for, and does not run', async () => {
    const { id } = await watching()
    await call(host.router.tasks.pause, { id, until: null })
    await writeFile(join(folder, 'new'), '')
    await vi.waitFor(async () => {
      const { items } = await call(host.router.tasks.ledger, { id, limit: 10 })
      expect(items).toEqual([expect.objectContaining({ state: 'paused', reason: 'task', count: 1 })])
    }, patience)
    await ended(0)
  })

  it('that is out of its time records that', async () => {
    const { id } = await watching({ policy: { blackouts: [{ from: '2000-01-01' }] } })
    await writeFile(join(folder, 'new'), '')
    await vi.waitFor(async () => {
      const { items } = await call(host.router.tasks.ledger, { id, limit: 10 })
      expect(items).toEqual([expect.objectContaining({ state: 'skipped', reason: 'blackout', count: 1 })])
    }, patience)
  })

  it('that is disabled sees nothing, and later only what comes later', async () => {
    const { id } = await watching({ enabled: false })
    await writeFile(join(folder, 'before'), '')
    await pastTick(new Date().toISOString())
    await call(host.router.tasks.enable, { id })
    await writeFile(join(folder, 'after'), '')
    const [run] = await ended(1)
    expect(run?.parameters['paths']).toEqual([join(folder, 'after')])
    expect((await call(host.router.tasks.ledger, { id, limit: 10 })).items).toHaveLength(1)
  })

  it('says when the folder is gone, and no more once it is back', async () => {
    const inbox = join(folder, 'inbox')
    await mkdir(inbox)
    const { id, warnings } = await watching({ triggers: [{ kind: 'watch', paths: [inbox], settle: 200 }] })
    expect(warnings).toEqual([])
    await rename(inbox, `${inbox}-away`)
    await vi.waitFor(async () => {
      expect((await view(id)).warnings).toEqual([`"${inbox}" is gone: nothing is noticed there until it is back`])
    }, patience)
    await mkdir(inbox)
    await vi.waitFor(async () => expect((await view(id)).warnings).toEqual([]), patience)
    await writeFile(join(inbox, 'new'), '')
    const [run] = await ended(1)
    expect(run?.parameters['paths']).toEqual([join(inbox, 'new')])
  })

  it('is not made where the folder is missing, and nothing of it is stored', async () => {
    const path = join(folder, 'nowhere')
    await expect(watching({ triggers: [{ kind: 'watch', paths: [folder, path] }] })).rejects.toMatchObject({
      code: 'INVALID',
      field: 'triggers.0.paths.1',
      message: `"${path}" is not there`,
    })
    expect(host.tasks.all()).toEqual([])
  })

  it('is not made where the folder holds more than is watched, and nothing of it is stored', async () => {
    const path = join(folder, 'huge')
    for (let index = 0; index < 20; index++) {
      const sub = join(path, String(index))
      await mkdir(sub, { recursive: true })
      await Promise.all(Array.from({ length: 1000 }, (_, file) => symlink('nowhere', join(sub, String(file)))))
    }
    await expect(watching({ triggers: [{ kind: 'watch', paths: [folder, path] }] })).rejects.toMatchObject({
      code: 'INVALID',
      field: 'triggers.0.paths.0',
      message: expect.stringContaining('holds more than 20,000 files and folders') as string,
    })
    expect(host.tasks.all()).toEqual([])
  })

  it('stays as it was where a change of it is refused', async () => {
    const { id, triggers } = await watching()
    await expect(
      call(host.router.tasks.update, {
        id,
        change: { name: 'other', triggers: [{ kind: 'watch', paths: ['/no/where'] }] },
      }),
    ).rejects.toMatchObject({ code: 'INVALID', field: 'triggers.0.paths.0' })
    expect(await view(id)).toMatchObject({ name: 'a task', triggers })
  })

  it('says when others may write there, in the answer to whoever made it', async () => {
    const shared = join(folder, 'shared')
    await mkdir(shared)
    await chmod(shared, 0o777)
    const { warnings } = await watching({ triggers: [{ kind: 'watch', paths: [shared] }] })
    expect(warnings).toEqual([expect.stringContaining('may be changed by everybody on this machine')])
  })
})
