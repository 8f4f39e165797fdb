import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Task } from '@shared/model/task'
import type { WatchTrigger } from '@shared/model/trigger'
import type { FileNews, Files, FileWatchOptions } from '../../electron/host/ports'
import type { PlannerEvent } from '../../electron/host/schedule/planner'
import { TooManyFiles } from '../../electron/host/watch/folder-size'
import { createWatchTriggers, type WatchTriggers } from '../../electron/host/watch/watch-triggers'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { files } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

const start = '2027-01-01T00:00:00.000Z'
const startMs = Date.parse(start)
const iso = (ms: number): string => new Date(startMs + ms).toISOString()
const lookEvery = 2000
const most = 3

/** A watch that was asked for, and what the test makes it tell. */
interface Asked extends FileWatchOptions {
  ended: boolean
}

let clock: VirtualClock
let folder: string
let fired: PlannerEvent[]
let asked: Asked[]
let warned: [string, readonly string[]][]
let triggers: WatchTriggers
/** How often it was counted what the folder holds. */
let counts: number

const readdir: Files['readdir'] = new Proxy(files.readdir, {
  apply: (call, self, given) => {
    counts++
    return Reflect.apply(call, self, given) as unknown
  },
})

beforeEach(async () => {
  clock = virtualClock(start)
  folder = await tempFolder()
  fired = []
  asked = []
  warned = []
  counts = 0
  triggers = createWatchTriggers({
    clock,
    place: {
      files: { ...files, readdir },
      home: folder,
      uid: process.getuid?.() ?? 0,
      platform: 'linux',
      dataFolder: join(folder, '.belfry'),
      most,
    },
    watchFiles: (options) => {
      const one = { ...options, ended: false }
      asked.push(one)
      return () => (one.ended = true)
    },
    planner: { fire: (event) => void fired.push(event) },
    warn: (id, sentences) => void warned.push([id, sentences]),
  })
  onTestFinished(() => triggers.stop())
})

const watching = (given: Partial<WatchTrigger> = {}, more: Partial<Task> = {}): Task =>
  makeTask({
    triggers: [{ kind: 'manual' }, { kind: 'watch', paths: [folder], settle: 2000, ...given }],
    countsFrom: start,
    ...more,
  })

/** Resolves once so many watches were asked for in all. */
const watches = (count: number): Promise<Asked> =>
  vi.waitFor(() => {
    expect(asked).toHaveLength(count)
    return asked[count - 1] as Asked
  })

/** The folder's watch, once it is there. */
async function watched(task: Task): Promise<Asked> {
  triggers.start([task])
  return watches(1)
}

const news = (kind: FileNews['kind'], name: string, at: number | undefined = clock.now()): FileNews => ({
  kind,
  path: join(folder, name),
  at: kind === 'remove' ? undefined : at,
  found: false,
})

const pathsOf = (event: PlannerEvent | undefined): unknown => event?.parameters?.['paths']

describe('files that change', () => {
  it('make one occurrence once they have been quiet for the settle time, with their paths', async () => {
    const watch = await watched(watching())
    watch.news(news('add', 'b'))
    await clock.advance(1500)
    watch.news(news('change', 'a'))
    await clock.advance(1999)
    expect(fired).toEqual([])
    await clock.advance(1)
    const at = startMs + 3500
    expect(fired).toEqual([
      {
        taskId: 'task-1',
        kind: 'watch',
        at,
        event: { trigger: 1, id: `changed ${new Date(at).toISOString()}` },
        parameters: { paths: [join(folder, 'a'), join(folder, 'b')], pathCount: 2 },
      },
    ])
    await clock.advance(60_000)
    expect(fired).toHaveLength(1)
  })

  it('that never rest make none', async () => {
    const watch = await watched(watching())
    for (let seconds = 0; seconds < 100; seconds++) {
      watch.news(news('change', 'log'))
      await clock.advance(1000)
    }
    expect(fired).toEqual([])
    await clock.advance(1000)
    expect(fired).toHaveLength(1)
  })

  it.each<[string, WatchTrigger['events'], [FileNews['kind'], string][], string[] | undefined]>([
    [
      'what is asked for',
      ['add'],
      [
        ['add', 'a'],
        ['change', 'b'],
        ['remove', 'c'],
      ],
      ['a'],
    ],
    [
      'nothing else',
      ['remove'],
      [
        ['add', 'a'],
        ['change', 'b'],
      ],
      undefined,
    ],
    [
      'a file that is new and written to is new',
      ['add'],
      [
        ['add', 'a'],
        ['change', 'a'],
      ],
      ['a'],
    ],
    [
      'one that is removed and comes again has changed',
      ['change'],
      [
        ['remove', 'a'],
        ['add', 'a'],
      ],
      ['a'],
    ],
    [
      'one that comes and goes is gone',
      ['remove'],
      [
        ['add', 'a'],
        ['remove', 'a'],
      ],
      ['a'],
    ],
  ])('count by their kind: %s', async (_name, events, told, expected) => {
    const watch = await watched(watching({ events }))
    for (const [kind, name] of told) watch.news(news(kind, name))
    await clock.advance(2000)
    expect(pathsOf(fired[0])).toEqual(expected?.map((name) => join(folder, name)))
    expect(fired).toHaveLength(expected ? 1 : 0)
  })

  it('by the ten thousand are told up to a bound, and counted', async () => {
    const watch = await watched(watching())
    for (let index = 0; index < 12_345; index++) watch.news(news('add', `file-${index}`))
    await clock.advance(2000)
    expect(fired).toHaveLength(1)
    expect(fired[0]?.parameters?.['pathCount']).toBe(12_345)
    const paths = pathsOf(fired[0]) as string[]
    expect(paths.length).toBeGreaterThan(100)
    expect(paths.length).toBeLessThanOrEqual(1000)
    expect(JSON.stringify(paths).length).toBeLessThan(40_000)
  })

  it('of two triggers make two occurrences: events never merge', async () => {
    const paths = [folder]
    triggers.start([
      makeTask({
        triggers: [
          { kind: 'watch', paths, settle: 1000 },
          { kind: 'watch', paths, settle: 1000, events: ['remove'] },
        ],
      }),
    ])
    await watches(2)
    for (const watch of asked) watch.news(news('remove', 'a'))
    await clock.advance(1000)
    expect(fired.map(({ event }) => event.trigger)).toEqual([0, 1])
  })
})

describe('what was there before', () => {
  it('is no news; what has changed since the task counts is, by the lagging time of its file, though the first look finds it', async () => {
    const task = watching({}, { countsFrom: new Date(startMs + 5000).toISOString() })
    const watch = await watched(task)
    watch.news({ ...news('add', 'old', startMs + 4980), found: true })
    watch.news({ ...news('add', 'new', startMs + 4990), found: true })
    await clock.advance(2000)
    expect(pathsOf(fired[0])).toEqual([join(folder, 'new')])
  })

  it('is none from before the host started either', async () => {
    const task = watching({}, { countsFrom: '2026-01-01T00:00:00.000Z' })
    const watch = await watched(task)
    watch.news({ ...news('add', 'while no host ran', startMs - 20), found: true })
    await clock.advance(2000)
    expect(fired).toEqual([])
  })
})

describe('what the task writes itself while it runs', () => {
  const at = (ms: number): string => new Date(startMs + ms).toISOString()
  const running = (id = 'run-1') =>
    makeRun({ id, taskId: 'task-1', status: 'running', startedAt: at(10_000), finishedAt: null })
  const ended = (ms: number, id = 'run-1') =>
    makeRun({ id, taskId: 'task-1', status: 'succeeded', startedAt: at(10_000), finishedAt: at(ms) })

  it.each<[string, FileNews['kind'], number, number, boolean]>([
    ['a change in it, told in it', 'change', 11_000, 11_000, false],
    ['a change in it, told after it', 'change', 11_000, 12_600, false],
    ['a change right at its end', 'change', 12_000.9, 12_600, false],
    ['a change after it', 'change', 12_600, 12_600, true],
    ['a change in it, by the lagging time of its file', 'change', 9990, 11_000, false],
    ['a change before it, told in it', 'change', 9980, 11_000, true],
    ['a removal in it', 'remove', 11_000, 11_000, false],
    ['a removal told right after it', 'remove', 12_000, 12_200, false],
    ['a removal later', 'remove', 13_000, 13_000, true],
  ])('%s', async (_name, kind, changed, told, counts) => {
    const watch = await watched(watching())
    await clock.advance(10_000)
    triggers.turned(running())
    await clock.advance(Math.min(told, 12_000) - 10_000)
    if (told > 12_000) {
      triggers.turned(ended(12_000))
      await clock.advance(told - 12_000)
    }
    watch.news(news(kind, 'a', startMs + changed))
    await clock.advance(5000)
    expect(fired).toHaveLength(counts ? 1 : 0)
  })

  it('is over with its run, though its end is told later', async () => {
    const watch = await watched(watching())
    await clock.advance(10_000)
    triggers.turned(running())
    await clock.advance(3000)
    watch.news(news('change', 'ours', startMs + 11_900))
    watch.news(news('change', 'theirs', startMs + 12_050))
    watch.news(news('change', 'ours first', startMs + 11_000))
    watch.news(news('change', 'ours first', startMs + 12_050))
    watch.news(news('remove', 'their removal'))
    await clock.advance(5000)
    expect(fired).toEqual([])
    triggers.turned(ended(12_000))
    await clock.advance(2000)
    expect(fired.map(pathsOf)).toEqual([['ours first', 'their removal', 'theirs'].map((name) => join(folder, name))])
  })

  it('does not keep others from counting that began to settle before', async () => {
    const watch = await watched(watching())
    await clock.advance(9000)
    watch.news(news('change', 'theirs'))
    await clock.advance(1000)
    triggers.turned(running())
    watch.news(news('change', 'ours'))
    await clock.advance(1000)
    expect(pathsOf(fired[0])).toEqual([join(folder, 'theirs')])
  })

  it('is so also where its triggers are changed while it runs', async () => {
    await watched(watching())
    await clock.advance(10_000)
    triggers.turned(running())
    triggers.set(watching({ settle: 1000 }))
    const watch = await watches(2)
    watch.news(news('change', 'a'))
    await clock.advance(5000)
    expect(fired).toEqual([])
  })

  it('is what any of its runs writes, as long as one of them runs', async () => {
    const watch = await watched(watching())
    await clock.advance(10_000)
    triggers.turned(running('run-1'))
    triggers.turned(running('run-2'))
    triggers.turned(ended(11_000, 'run-1'))
    await clock.advance(5000)
    watch.news(news('change', 'a'))
    await clock.advance(5000)
    expect(fired).toEqual([])
  })
})

describe('a watched path', () => {
  it('that is gone is warned of, and no more once it is back; what is in it then has come', async () => {
    const path = join(folder, 'inbox')
    await mkdir(path)
    const first = await watched(watching({ paths: [path] }))
    await rename(path, `${path}-away`)
    const gone = `"${path}" is gone: nothing is noticed there until it is back`
    await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      expect(warned.at(-1)).toEqual(['task-1', [gone]])
      expect(first.ended).toBe(true)
    })
    await mkdir(path)
    const second = await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      return watches(2)
    })
    expect(warned.at(-1)).toEqual(['task-1', []])
    second.news({ kind: 'add', path: join(path, 'a'), at: startMs - 1_000_000, found: true })
    await clock.advance(2000)
    expect(pathsOf(fired[0])).toEqual([join(path, 'a')])
  })

  it('that is missing from the start is warned of, and watched once it is there', async () => {
    const path = join(folder, 'later')
    triggers.start([watching({ paths: [path] })])
    await vi.waitFor(() => expect(warned).toHaveLength(1))
    expect(asked).toEqual([])
    await writeFile(path, '')
    await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      expect(asked).toHaveLength(1)
    })
    expect(warned.at(-1)).toEqual(['task-1', []])
  })

  it('that another folder has taken the place of is watched anew', async () => {
    const path = join(folder, 'inbox')
    await mkdir(path)
    await mkdir(`${path}-new`)
    const first = await watched(watching({ paths: [path] }))
    await rename(path, `${path}-old`)
    await rename(`${path}-new`, path)
    await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      expect(asked).toHaveLength(2)
    })
    expect(first.ended).toBe(true)
  })

  it('that is a file and was replaced unseen has changed', async () => {
    const path = join(folder, 'config')
    await writeFile(path, 'a')
    await watched(watching({ paths: [path], events: ['change'] }))
    await writeFile(`${path}.new`, 'b')
    await rename(`${path}.new`, path)
    const second = await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      return watches(2)
    })
    second.news({ kind: 'add', path, at: startMs - 1000, found: true })
    await clock.advance(2000)
    expect(pathsOf(fired[0])).toEqual([path])
  })

  it('that is a file and was replaced as the watch has told is not watched twice', async () => {
    const path = join(folder, 'config')
    await writeFile(path, 'a')
    const watch = await watched(watching({ paths: [path] }))
    await writeFile(`${path}.new`, 'b')
    await rename(`${path}.new`, path)
    watch.news({ kind: 'change', path, at: clock.now(), found: false })
    for (let looks = 0; looks < 3; looks++) {
      await clock.advance(lookEvery)
      await files.lstat(path)
    }
    expect(asked).toHaveLength(1)
    expect(fired).toHaveLength(1)
  })

  it('for which the system has no room is warned of, goes on as far as it goes, and is tried again', async () => {
    const watch = await watched(watching())
    watch.failed(Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' }))
    watch.failed(Object.assign(new Error('again'), { code: 'ENOSPC' }))
    await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      expect(warned.at(-1)).toEqual([
        'task-1',
        [`"${folder}" is not watched in full: this machine watches no more files (sysctl fs.inotify.max_user_watches)`],
      ])
    })
    expect(watch.ended).toBe(false)
    watch.news(news('change', 'a'))
    await clock.advance(2000)
    expect(fired).toHaveLength(1)
    await vi.waitFor(async () => {
      await clock.advance(60_000)
      expect(asked.length).toBeGreaterThan(1)
    })
    await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      expect(warned.at(-1)).toEqual(['task-1', []])
    })
  })

  it('that holds too much is warned of for as long as it does, and then watched again from where it was', async () => {
    const names = Array.from({ length: most + 1 }, (_, index) => join(folder, `file-${index}`))
    const watch = await watched(watching())
    for (const name of names) await writeFile(name, '')
    watch.failed(Object.assign(new Error('no room'), { code: 'ENOSPC' }))
    watch.failed(new TooManyFiles(most))
    const warning = `"${folder}" holds more than 3 files and folders and so is not watched: give the folders in it that matter`
    await vi.waitFor(async () => {
      await clock.advance(lookEvery)
      expect(warned.at(-1)).toEqual(['task-1', [warning]])
    })
    const known = warned.length
    expect(counts).toBe(0)
    await vi.waitFor(async () => {
      await clock.advance(61_000)
      expect(counts).toBeGreaterThan(0)
    })
    expect(warned).toHaveLength(known)
    expect(asked).toHaveLength(1)

    await rm(names[0] ?? '')
    const before = clock.now()
    await vi.waitFor(async () => {
      await clock.advance(30_000)
      expect(asked).toHaveLength(2)
    })
    const second = await watches(2)
    expect(watch.ended).toBe(true)
    expect(warned.at(-1)).toEqual(['task-1', []])
    second.news({ ...news('add', 'before', startMs - 1000), found: true })
    second.news({ ...news('add', 'meanwhile', before), found: true })
    await clock.advance(2000)
    expect(fired.map(pathsOf)).toEqual([[join(folder, 'meanwhile')]])
  })

  it('is watched without what is in the data folder, up to the limit', async () => {
    const watch = await watched(watching())
    expect(watch).toMatchObject({ path: folder, without: join(folder, '.belfry'), most })
  })
})

describe('a task', () => {
  it.each<[string, (task: Task) => void]>([
    ['that is disabled', (task) => triggers.set({ ...task, enabled: false })],
    ['that is removed', (task) => triggers.forget(task.id)],
    ['whose trigger is taken away', (task) => triggers.set({ ...task, triggers: [] })],
    ['of a host that stops', () => triggers.stop()],
  ])('%s is watched for no more, and what settles comes to nothing', async (_name, end) => {
    const task = watching()
    const watch = await watched(task)
    watch.news(news('change', 'a'))
    const run = { id: 'run-1', taskId: task.id, startedAt: start }
    triggers.turned(makeRun({ ...run, status: 'running', finishedAt: null }))
    watch.news(news('change', 'maybe by itself', startMs + 10_000))
    end(task)
    triggers.turned(makeRun({ ...run, finishedAt: iso(5000) }))
    expect(watch.ended).toBe(true)
    await clock.advance(60_000)
    expect(fired).toEqual([])
    expect(clock.pending()).toBe(0)
  })

  it('that is ended while its path is being looked at begins nothing', async () => {
    triggers.start([watching()])
    triggers.stop()
    await files.lstat(folder)
    await clock.advance(60_000)
    expect(asked.filter(({ ended }) => !ended)).toEqual([])
  })

  it('whose name is changed goes on, whatever is settling', async () => {
    const task = watching()
    const watch = await watched(task)
    watch.news(news('change', 'a'))
    triggers.set({ ...task, name: 'other', revision: 2 })
    await clock.advance(2000)
    expect(fired).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('whose trigger is changed is watched for anew', async () => {
    const task = watching()
    const watch = await watched(task)
    triggers.set(watching({ settle: 5000 }))
    await watches(2)
    expect(watch.ended).toBe(true)
  })

  it('that is new or enabled is watched for from then on', async () => {
    triggers.start([])
    const task = watching({}, { enabled: false })
    triggers.set(task)
    expect(asked).toEqual([])
    triggers.set({ ...task, enabled: true })
    await watches(1)
  })

  it('in a host that has not started is not watched for', async () => {
    triggers.set(watching())
    await clock.advance(10_000)
    expect(asked).toEqual([])
  })

  it('leaves no warning behind', async () => {
    const path = join(folder, 'gone')
    const task = watching({ paths: [path] })
    triggers.start([task])
    await vi.waitFor(() => expect(warned).toHaveLength(1))
    await rm(path, { force: true })
    triggers.set({ ...task, enabled: false })
    expect(warned.at(-1)).toEqual(['task-1', []])
  })
})
