import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Task, TaskInput } from '@shared/model/task'
import { createTriggerChecks } from '../../electron/host/tasks/trigger-checks'
import type { WatchPlace } from '../../electron/host/watch/path-state'
import { makeTask } from '../support/make-task'
import { files } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

type Triggers = NonNullable<TaskInput['triggers']>

let folder: string
let place: WatchPlace

beforeEach(async () => {
  folder = await tempFolder()
  place = {
    files,
    home: folder,
    uid: process.getuid?.() ?? 0,
    platform: 'linux',
    dataFolder: join(folder, 'data'),
    most: 6,
  }
})

const named = (id: string, triggers: Triggers = [], more: Partial<Task> = {}): Task =>
  makeTask({ id, name: `task ${id}`, triggers, ...more })
const after = (...tasks: string[]) => ({ kind: 'after' as const, tasks })

/** What saving these makes of it, beside those that are there. */
function save(next: readonly Task[], known: readonly Task[] = [], comesBack = false) {
  const before = new Map(known.map((task) => [task.id, task]))
  return createTriggerChecks(place).check(next, (id) => before.get(id), comesBack)
}

describe('a task that runs after others is refused', () => {
  it.each<[string, Task[], Task[], { message: string; field: string }]>([
    [
      'where one of them is not there, by its place',
      [named('b', [{ kind: 'manual' }, after('a', 'gone')])],
      [named('a')],
      { message: 'there is no task "gone" to run after', field: 'triggers.1.tasks.1' },
    ],
    [
      'where it is itself',
      [named('a', [after('a')])],
      [],
      { message: '"task a" cannot run after itself', field: 'triggers.0.tasks.0' },
    ],
    [
      'where two would follow each other',
      [named('a', [after('b')])],
      [named('a'), named('b', [after('a')])],
      {
        message: 'the tasks would start each other for ever: "task a" runs after "task b" runs after "task a"',
        field: 'triggers.0.tasks.0',
      },
    ],
    [
      'where a circle closes over several triggers of several tasks',
      [named('c', [{ kind: 'manual' }, after('d'), after('x', 'b')])],
      [named('a', [after('d'), after('c')]), named('b', [after('x'), after('a')]), named('c'), named('d'), named('x')],
      {
        message:
          'the tasks would start each other for ever: "task c" runs after "task b" runs after "task a" runs after "task c"',
        field: 'triggers.2.tasks.1',
      },
    ],
    [
      'where one import brings a circle of its own',
      [named('a', [after('b')]), named('b', [after('c')]), named('c', [after('a')])],
      [],
      {
        message:
          'the tasks would start each other for ever: "task a" runs after "task b" runs after "task c" runs after "task a"',
        field: 'triggers.0.tasks.0',
      },
    ],
    [
      'also on another end, and of a disabled task: it may be enabled any time',
      [named('a', [{ ...after('b'), on: 'failure' }], { enabled: false })],
      [named('a'), named('b', [after('a')])],
      {
        message: 'the tasks would start each other for ever: "task a" runs after "task b" runs after "task a"',
        field: 'triggers.0.tasks.0',
      },
    ],
  ])('%s', async (_name, next, known, expected) => {
    await expect(save(next, known)).rejects.toMatchObject({ code: 'INVALID', ...expected })
  })

  it('naming only the ends of a long circle, and with no deep stack', async () => {
    const chain = Array.from({ length: 5000 }, (_, index) =>
      named(`t${index}`, index === 0 ? [] : [after(`t${index - 1}`)]),
    )
    await expect(save(chain)).resolves.toBeDefined()
    await expect(save([named('t0', [after('t4999')])], chain)).rejects.toMatchObject({
      message: expect.stringMatching(
        /^the tasks would start each other for ever: "task t0" .* … \(4994 more\) … .* runs after "task t0"$/,
      ) as string,
    })
  })

  it('when it comes back into a circle that was closed meanwhile', async () => {
    const others = [named('c', [after('a')]), named('b', [after('c')])]
    await expect(save([named('a', [after('b')])], others, true)).rejects.toMatchObject({
      message: expect.stringContaining(
        '"task a" runs after "task b" runs after "task c" runs after "task a"',
      ) as string,
    })
  })
})

describe('a task that runs after others is taken', () => {
  it.each<[string, Task[], Task[], boolean]>([
    [
      'where they are there, in a diamond',
      [named('d', [after('b', 'c')])],
      [named('a'), named('b', [after('a')]), named('c', [after('a')])],
      false,
    ],
    ['where one import brings them all', [named('b', [after('a')]), named('a')], [], false],
    ['when it comes back and they do not', [named('b', [after('gone')])], [], true],
  ])('%s', async (_name, next, known, comesBack) => {
    await expect(save(next, known, comesBack)).resolves.toBeDefined()
  })

  it('when something else of it is changed though one of them is gone; when it is enabled it is not', async () => {
    const task = named('b', [after('gone')])
    await expect(save([{ ...task, name: 'other' }], [task])).resolves.toBeDefined()
    await expect(save([task], [{ ...task, enabled: false }])).rejects.toMatchObject({ field: 'triggers.0.tasks.0' })
    await expect(save([{ ...task, enabled: false }], [task])).resolves.toBeDefined()
  })
})

const watching = (...paths: string[]): Triggers => [{ kind: 'manual' }, { kind: 'watch', paths }]

describe('a path to be watched', () => {
  it.each<[string, (path: string) => Promise<unknown> | void, string]>([
    ['that is missing', () => undefined, 'is not there'],
    ['below a file', (path) => writeFile(join(path, '..'), '').catch(() => undefined), 'is not there'],
    [
      'that is a link',
      (path) => symlink('/etc/hostname', path),
      'is a link, and links are not followed: give what it leads to',
    ],
  ])('%s is refused, with its place', async (_name, prepare, reason) => {
    const path = join(folder, 'watched')
    await prepare(path)
    await expect(save([named('a', watching(folder, path))])).rejects.toMatchObject({
      code: 'INVALID',
      message: `"${path}" ${reason}`,
      field: 'triggers.1.paths.1',
    })
  })

  it("in Belfry's own data folder is refused: every run writes there", async () => {
    await mkdir(join(folder, 'data', 'runs'), { recursive: true })
    for (const path of [place.dataFolder, `${place.dataFolder}/`, join(folder, 'data', 'runs')])
      await expect(save([named('a', watching(path))])).rejects.toMatchObject({
        message: expect.stringContaining("is in Belfry's own data folder") as string,
      })
  })

  it('that is no file is refused', async () => {
    await expect(save([named('a', watching('/dev/null'))])).rejects.toMatchObject({
      message: '"/dev/null" is neither a file nor a folder',
    })
  })

  it.each<[string, number, boolean]>([
    ['that holds as much as is watched is taken', 6, true],
    ['that holds more is refused, with its place and what to do', 7, false],
  ])('%s: not counting the data folder and what links lead to', async (_name, entries, taken) => {
    await mkdir(join(folder, 'data', 'runs'), { recursive: true })
    await Promise.all([1, 2, 3].map((index) => writeFile(join(folder, 'data', 'runs', String(index)), '')))
    await mkdir(join(folder, 'one', 'two'), { recursive: true })
    await symlink(join(folder, 'data', 'runs'), join(folder, 'link'))
    for (let index = 3; index < entries; index++) await writeFile(join(folder, 'one', 'two', String(index)), '')
    const saved = save([named('a', watching(join(folder, 'one', 'two'), folder))])
    if (taken) await expect(saved).resolves.toBeDefined()
    else
      await expect(saved).rejects.toMatchObject({
        code: 'INVALID',
        message: `"${folder}" holds more than 6 files and folders and so is not watched: give the folders in it that matter`,
        field: 'triggers.1.paths.1',
      })
  })

  it('that holds far more in one folder is refused before all of it is read', async () => {
    let read = 0
    const huge = join(folder, 'huge')
    await mkdir(huge)
    const counted = {
      ...files,
      lstat: async (path: string) => Object.assign(await files.lstat(path), path === huge ? { size: 40_000_000 } : {}),
      opendir: async (path: string) => {
        const opened = await files.opendir(path)
        if (path !== huge) return opened
        return Object.assign(opened, {
          async *[Symbol.asyncIterator]() {
            for (; read < 1_000_000; read++) yield { name: String(read), isDirectory: () => false }
          },
        })
      },
    } as unknown as WatchPlace['files']
    place = { ...place, files: counted }
    await expect(save([named('a', watching(folder))])).rejects.toMatchObject({ field: 'triggers.1.paths.0' })
    expect(read).toBeLessThan(10)
  })

  it('of thousands of folders is counted several at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => mkdir(join(folder, String(index)))))
    let [reading, most] = [0, 0]
    const readdir = async (...given: Parameters<typeof files.readdir>) => {
      most = Math.max(most, ++reading)
      return files.readdir(...given).finally(() => reading--)
    }
    place = { ...place, files: { ...files, readdir } as unknown as WatchPlace['files'], most: 40 }
    await expect(save([named('a', watching(folder))])).resolves.toBeDefined()
    expect(most).toBe(8)
  })

  it('may begin with the home folder', async () => {
    await writeFile(join(folder, 'in-home'), '')
    expect(await save([named('a', watching('~/in-home', '~'))])).toEqual(new Map([['a', []]]))
    await expect(save([named('a', watching('~/nowhere'))])).rejects.toMatchObject({
      message: `"${join(folder, 'nowhere')}" is not there`,
    })
  })

  it('is looked at again only when the triggers change or the task is enabled', async () => {
    const task = named('a', watching(join(folder, 'gone')))
    expect(await save([{ ...task, name: 'other' }], [task])).toEqual(new Map())
    await expect(save([task], [{ ...task, enabled: false }])).rejects.toMatchObject({ field: 'triggers.1.paths.0' })
  })
})

describe('a watched folder that others may write to', () => {
  it.each<[string, number, 'folder' | 'file', boolean]>([
    ['a folder of the operator alone is none', 0o755, 'folder', false],
    ['a folder of the operator and a group is none', 0o775, 'folder', false],
    ['a folder for everybody is one', 0o777, 'folder', true],
    ['also with the sticky bit: what is new is news', 0o1777, 'folder', true],
    ['so is the folder of a watched file, who may be replaced', 0o777, 'file', true],
  ])('%s', async (_name, mode, kind, warned) => {
    const shared = join(folder, 'shared')
    const path = kind === 'folder' ? shared : join(shared, 'file')
    await mkdir(shared)
    if (kind === 'file') await writeFile(path, '')
    await chmod(shared, mode)
    const sentence = `"${path}" may be changed by everybody on this machine, and so this task be started`
    expect(await save([named('a', watching(path))])).toEqual(new Map([['a', warned ? [sentence] : []]]))
  })

  it('is another user’s, who is named', async () => {
    // Root's own files are nobody's risk, so as root another must have it.
    const owner = process.getuid?.() || 1234
    if (process.getuid?.() === 0) await chown(folder, owner, owner)
    place = { ...place, uid: 4711 }
    const expected = [expect.stringContaining(`may be changed by the user ${owner}`)]
    expect(await save([named('a', watching(folder))])).toEqual(new Map([['a', expected]]))
  })
})
