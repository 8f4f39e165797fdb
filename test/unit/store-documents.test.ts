import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { faultyFiles } from '../support/faulty-files'
import { makeTask } from '../support/make-task'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const open = (folder: string, files = storePorts().files): Promise<Store> =>
  openStore(storePorts({ files }), folder, '0.1.0')
const names = (store: Store): string[] =>
  store.tasks
    .all()
    .map((task) => task.name)
    .sort()
const one = (name: string) => makeTask({ id: name, name })

async function reloaded(folder: string): Promise<string[]> {
  const store = await open(folder)
  await store.close()
  return names(store)
}

/** tasks.json with `old` and its .bak with nothing in it. */
async function folderWithOldTask(): Promise<string> {
  const folder = await tempFolder()
  const store = await open(folder)
  await store.tasks.put([])
  await store.tasks.put([one('old')])
  await store.close()
  return folder
}

/** How many calls it takes to put a task. */
async function callsOfPut(): Promise<number> {
  const faulty = faultyFiles()
  const store = await open(await folderWithOldTask(), faulty.files)
  faulty.plan()
  await store.tasks.put([one('new')])
  return faulty.calls().length
}

describe('a task that is put while the disk fails', () => {
  it('is kept whole or not at all, whichever call fails, and the next write succeeds', async () => {
    const calls = await callsOfPut()
    expect(calls).toBeGreaterThan(8)
    for (const torn of [false, true]) {
      for (let at = 0; at < calls; at += 1) {
        const folder = await folderWithOldTask()
        const faulty = faultyFiles()
        const store = await open(folder, faulty.files)
        faulty.plan({ at, torn, code: 'ENOSPC' })
        const failed = await store.tasks.put([one('new')]).then(
          () => undefined,
          (error: unknown) => error,
        )
        faulty.plan()
        if (failed) {
          expect(failed).toMatchObject({ code: 'STORAGE', message: expect.stringMatching(/tasks\.json.*disk is full/) })
          expect(names(store), `in memory after call ${at}`).toEqual(['old'])
          expect(await reloaded(folder), `on disk after call ${at}`).toEqual(['old'])
        } else {
          expect(await reloaded(folder), `on disk after call ${at}`).toEqual(['new', 'old'])
        }
        await store.tasks.put([one('later')])
        await store.close()
        expect(await reloaded(folder)).toContain('later')
        expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
      }
    }
  })

  it('loads as the old or the new state when the host is killed at any call', async () => {
    const calls = await callsOfPut()
    const seen = new Set<string>()
    for (const torn of [false, true]) {
      for (let at = 0; at < calls; at += 1) {
        const folder = await folderWithOldTask()
        const faulty = faultyFiles()
        const store = await open(folder, faulty.files)
        faulty.plan({ at, torn, onwards: true })
        await expect(store.tasks.put([one('new')])).rejects.toMatchObject({ code: 'STORAGE' })
        const found = (await reloaded(folder)).join()
        expect(['old', 'new,old']).toContain(found)
        seen.add(found)
      }
    }
    expect(seen.size).toBe(2)
  })

  it('is refused while the disk is full and taken once there is room, without a restart', async () => {
    const folder = await folderWithOldTask()
    const faulty = faultyFiles()
    const store = await open(folder, faulty.files)
    faulty.room(100)
    await expect(store.tasks.put([one('new')])).rejects.toMatchObject({ code: 'STORAGE' })
    await expect(store.tasks.remove('old')).rejects.toMatchObject({ code: 'STORAGE' })
    expect(names(store)).toEqual(['old'])
    faulty.room(Infinity)
    await store.tasks.put([one('new')])
    expect(await reloaded(folder)).toEqual(['new', 'old'])
  })
})

describe('tasks that are put at the same time', () => {
  it('share writes, and none waits for more than the write that was going on and the next', async () => {
    const faulty = faultyFiles()
    const folder = await tempFolder()
    const store = await open(folder, faulty.files)
    faulty.plan()
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.tasks.put([one(`t${index}`)])))
    expect(faulty.calls().filter((call) => call === 'write')).toHaveLength(2)
    expect(await reloaded(folder)).toHaveLength(100)
  })
})

describe('the documents', () => {
  it('are for their owner only, and keep the version before', async () => {
    const folder = await folderWithOldTask()
    expect((await stat(join(folder, 'tasks.json'))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(join(folder, 'tasks.json'), 'utf8'))).toMatchObject({
      format: 1,
      writtenBy: '0.1.0',
      revision: 2,
      tasks: [{ name: 'old' }],
    })
    expect(JSON.parse(await readFile(join(folder, 'tasks.json.bak'), 'utf8'))).toMatchObject({ revision: 1, tasks: [] })
  })

  it('begin with defaults where there are none, without a word', async () => {
    const store = await open(await tempFolder())
    expect(store.tasks.all()).toEqual([])
    expect(store.settings.get().maxConcurrent).toBe(20)
    expect(store.warnings).toEqual([])
  })

  const damages: readonly (readonly [string, string | Buffer])[] = [
    ['is empty', ''],
    ['is torn', '{"format":1,"tasks":[{"id":'],
    ['is not JSON', 'tasks:\n  - name: x\n'],
    ['is not UTF-8', Buffer.from('{"format":1,"tasks":[],"note":"caf\xe9"}', 'latin1')],
    ['has no tasks', '{"format":1}'],
    ['is a list', '[]'],
  ]
  it.each(damages)('are quarantined and loaded from the previous version where tasks.json %s', async (_, content) => {
    const folder = await folderWithOldTask()
    await rename(join(folder, 'tasks.json'), join(folder, 'tasks.json.bak'))
    await writeFile(join(folder, 'tasks.json'), content)
    const store = await open(folder)
    expect(names(store)).toEqual(['old'])
    expect(store.warnings).toMatchObject([{ code: 'RECOVERED', message: expect.stringContaining('tasks.json.bak') }])
    const [kept = ''] = await readdir(join(folder, 'quarantine'))
    expect(store.warnings[0]?.message).toContain(`quarantine/${kept}`)
    expect(await readFile(join(folder, 'quarantine', kept))).toEqual(Buffer.from(content))
    await store.tasks.put([one('new')])
    expect(await reloaded(folder)).toEqual(['new', 'old'])
  })

  it('are loaded from the previous version where a folder lies in the place of tasks.json, which is kept', async () => {
    const folder = await folderWithOldTask()
    const store = await open(folder)
    await store.tasks.put([one('new')])
    await store.close()
    await rm(join(folder, 'tasks.json'))
    await mkdir(join(folder, 'tasks.json', 'mine'), { recursive: true })
    const again = await open(folder)
    expect(names(again)).toEqual(['old'])
    expect(again.warnings).toMatchObject([
      { code: 'RECOVERED', message: expect.stringContaining('it is a folder') as string },
    ])
    const [kept = ''] = await readdir(join(folder, 'quarantine'))
    expect(await readdir(join(folder, 'quarantine', kept))).toEqual(['mine'])
    await again.tasks.put([one('newer')])
    await again.close()
    expect(await reloaded(folder)).toEqual(['newer', 'old'])
  })

  it('are quarantined, both, and begun anew where neither can be read', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'tasks.json'), 'x')
    await writeFile(join(folder, 'tasks.json.bak'), 'y')
    const store = await open(folder)
    expect(store.tasks.all()).toEqual([])
    expect(store.warnings).toMatchObject([{ code: 'QUARANTINED' }])
    expect(await readdir(join(folder, 'quarantine'))).toHaveLength(2)
  })

  it('come from the previous version where the host was killed between two renames', async () => {
    const folder = await folderWithOldTask()
    await rename(join(folder, 'tasks.json'), join(folder, 'tasks.json.bak'))
    const store = await open(folder)
    expect(names(store)).toEqual(['old'])
    expect(store.warnings).toMatchObject([{ code: 'RECOVERED', message: expect.stringContaining('missing') }])
  })

  it('load without a task that is not valid, which stays in quarantine when the file is written again', async () => {
    const folder = await tempFolder()
    const broken = { ...one('broken'), triggers: [{ kind: 'cron', expression: '60 * * * *' }] }
    const content = JSON.stringify({ format: 1, revision: 7, tasks: [one('good'), broken, one('good')] })
    await writeFile(join(folder, 'tasks.json'), content)
    const store = await open(folder)
    expect(names(store)).toEqual(['good'])
    expect(store.warnings).toHaveLength(1)
    expect(store.warnings[0]).toMatchObject({
      code: 'QUARANTINED',
      message: expect.stringContaining('task 1 (broken)'),
    })
    expect(store.warnings[0]?.message).toContain('triggers.0.expression')
    expect(store.warnings[0]?.message).toContain('task 2')
    await store.tasks.put([one('new')])
    const kept = await readdir(join(folder, 'quarantine'))
    expect(kept).toHaveLength(1)
    expect(await readFile(join(folder, 'quarantine', kept[0] ?? ''), 'utf8')).toBe(content)
  })

  it('keep a copy of a file that has more in it than Belfry knows', async () => {
    const folder = await tempFolder()
    const content = JSON.stringify({ format: 1, revision: 1, tasks: [{ ...one('good'), colour: 'red' }] })
    await writeFile(join(folder, 'tasks.json'), content)
    expect(names(await open(folder))).toEqual(['good'])
    expect(names(await open(folder))).toEqual(['good'])
    expect(await readdir(join(folder, 'quarantine'))).toHaveLength(1)
  })

  it('are read with a byte order mark and without a format', async () => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'tasks.json'), `\ufeff${JSON.stringify({ tasks: [one('good')] })}`)
    const store = await open(folder)
    expect(names(store)).toEqual(['good'])
    expect(store.warnings).toEqual([])
  })

  it('take what is valid of the settings', async () => {
    const folder = await tempFolder()
    await writeFile(
      join(folder, 'settings.json'),
      JSON.stringify({ format: 1, settings: { maxConcurrent: 7, theme: 'mauve' } }),
    )
    const store = await open(folder)
    expect(store.settings.get()).toMatchObject({ maxConcurrent: 7, theme: 'system' })
    expect(store.warnings[0]?.message).toContain('theme')
  })

  it.each(['tasks.json', 'settings.json'])('are refused untouched where a later Belfry wrote %s', async (name) => {
    const folder = await tempFolder()
    const content = JSON.stringify({ format: 2, writtenBy: '3.1.4', tasks: {} })
    await writeFile(join(folder, name), content)
    await expect(open(folder)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('3.1.4') })
    expect(await readFile(join(folder, name), 'utf8')).toBe(content)
    expect(await readdir(folder)).toEqual([name])
  })

  it('are not taken for damaged when the disk does not let them be read', async () => {
    const folder = await folderWithOldTask()
    const faulty = faultyFiles()
    const reads = ['readdir', 'readdir', 'readFile']
    faulty.plan({ at: reads.indexOf('readFile'), code: 'EACCES' })
    await expect(open(folder, faulty.files)).rejects.toMatchObject({ code: 'STORAGE' })
    expect(faulty.calls()).toEqual(reads)
    expect(await reloaded(folder)).toEqual(['old'])
  })
})
