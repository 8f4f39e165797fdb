/** The real watcher, on real files. */
import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FileNews } from '../../electron/host/ports'
import { TooManyFiles } from '../../electron/host/watch/folder-size'
import { watchFiles } from '../../electron/platform/watch-files'
import { tempFolder } from '../support/temp-folder'

interface Watching {
  readonly news: FileNews[]
  readonly failures: unknown[]
  /** Resolves once news like this has come. */
  heard(like: Partial<FileNews>): Promise<void>
  end(): void
}

const patience = { timeout: 10_000, interval: 20 }

/** Resolves once the first look is over: a file beside everything else is seen to change. */
async function watching(path: string, { without = join(path, 'without'), most = 20_000 } = {}): Promise<Watching> {
  const news: FileNews[] = []
  const failures: unknown[] = []
  const end = watchFiles({
    path,
    without,
    most,
    news: (one) => void news.push(one),
    failed: (error) => void failures.push(error),
  })
  onTestFinished(end)
  return {
    news,
    failures,
    end,
    heard: (like) => vi.waitFor(() => expect(news).toContainEqual(expect.objectContaining(like)), patience),
  }
}

/** Writes to the file until the watch tells, which shows that it has begun. */
async function begun(watch: Watching, path: string): Promise<void> {
  await vi.waitFor(
    async () => {
      await appendFile(path, 'x')
      expect(watch.news.some((news) => news.path === path && !news.found)).toBe(true)
    },
    { timeout: 10_000, interval: 60 },
  )
}

describe('a folder', () => {
  it('tells what comes, changes and goes, with all below it', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'deep', 'er'), { recursive: true })
    await writeFile(join(folder, 'deep', 'er', 'old'), '')
    const watch = await watching(folder)
    await watch.heard({ kind: 'add', path: join(folder, 'deep', 'er', 'old'), found: true })
    await begun(watch, join(folder, 'probe'))

    const path = join(folder, 'deep', 'er', 'new')
    const before = Date.now()
    await writeFile(path, 'one')
    await watch.heard({ kind: 'add', path, found: false })
    expect(Math.abs((watch.news.find((news) => news.path === path)?.at ?? 0) - before)).toBeLessThan(5000)
    await appendFile(path, 'two')
    await watch.heard({ kind: 'change', path })
    await rm(path)
    await watch.heard({ kind: 'remove', path, at: undefined })

    await mkdir(join(folder, 'late', 'later'), { recursive: true })
    await writeFile(join(folder, 'late', 'later', 'file'), '')
    await watch.heard({ kind: 'add', path: join(folder, 'late', 'later', 'file'), found: false })
    expect(watch.failures).toEqual([])
  })

  it('tells of files called like an editor’s, too', async () => {
    const folder = await tempFolder()
    const watch = await watching(folder)
    await begun(watch, join(folder, 'probe'))
    for (const name of ['notes~', '.notes.swp', '.hidden']) {
      await writeFile(join(folder, name), '')
      await watch.heard({ kind: 'add', path: join(folder, name) })
    }
  })

  it('follows no link', async () => {
    const [folder, elsewhere] = [await tempFolder(), await tempFolder()]
    await writeFile(join(elsewhere, 'file'), '')
    await symlink(elsewhere, join(folder, 'link'))
    const watch = await watching(folder)
    await begun(watch, join(folder, 'probe'))
    await appendFile(join(elsewhere, 'file'), 'changed')
    await writeFile(join(elsewhere, 'new'), '')
    await writeFile(join(folder, 'last'), '')
    await watch.heard({ path: join(folder, 'last') })
    const heard = watch.news.map(({ path }) => path)
    expect(heard.filter((path) => path.startsWith(elsewhere) || path.startsWith(join(folder, 'link', '/')))).toEqual([])
  })

  it('leaves out what it is told to', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'without'))
    const watch = await watching(folder)
    await begun(watch, join(folder, 'probe'))
    await writeFile(join(folder, 'without', 'own'), '')
    await writeFile(join(folder, 'without-not'), '')
    await watch.heard({ path: join(folder, 'without-not') })
    expect(watch.news.filter(({ path }) => path.startsWith(join(folder, 'without', '/')))).toEqual([])
  })

  const made = async (folder: string, ...names: string[]): Promise<void> => {
    await mkdir(folder)
    for (const name of names) await writeFile(join(folder, name), name)
  }

  it('tells of files in folders that come and go as a whole, and goes on with those that come', async () => {
    const [folder, elsewhere] = [await tempFolder(), await tempFolder()]
    const at = (...names: string[]): string => join(folder, ...names)
    await made(at('sub'), 'same', 'gone')
    await made(at('sub', 'deep'), 'file')
    await made(join(elsewhere, 'other'), 'same', 'came')
    const watch = await watching(folder)
    await watch.heard({ kind: 'add', path: at('sub', 'deep', 'file'), found: true })
    await begun(watch, at('probe'))

    await rename(at('sub'), at('moved'))
    for (const names of [['same'], ['gone'], ['deep', 'file']]) {
      await watch.heard({ kind: 'remove', path: at('sub', ...names) })
      await watch.heard({ kind: 'add', path: at('moved', ...names), found: false })
    }
    await writeFile(at('moved', 'deep', 'late'), '')
    await watch.heard({ kind: 'add', path: at('moved', 'deep', 'late'), found: false })

    await rename(at('moved'), join(elsewhere, 'moved'))
    await rename(join(elsewhere, 'other'), at('moved'))
    await watch.heard({ kind: 'remove', path: at('moved', 'deep', 'late') })
    await watch.heard({ kind: 'remove', path: at('moved', 'gone') })
    await watch.heard({ kind: 'add', path: at('moved', 'came'), found: false })
    await writeFile(join(elsewhere, 'moved', 'unseen'), '')
    await writeFile(at('moved', 'seen'), '')
    await watch.heard({ kind: 'add', path: at('moved', 'seen') })
    expect(watch.news.filter(({ path }) => path.endsWith('unseen'))).toEqual([])

    // Made again at once it is often given the same number by the system.
    await rm(at('moved'), { recursive: true })
    await made(at('moved'), 'again')
    await watch.heard({ kind: 'remove', path: at('moved', 'seen') })
    await watch.heard({ kind: 'add', path: at('moved', 'again') })
    await appendFile(at('moved', 'again'), 'x')
    await watch.heard({ kind: 'change', path: at('moved', 'again') })

    await rm(at('moved'), { recursive: true })
    await writeFile(at('moved'), 'a file now')
    await watch.heard({ kind: 'remove', path: at('moved', 'again') })
    await watch.heard({ kind: 'add', path: at('moved') })
    expect(watch.failures).toEqual([])
  })

  it('tells of a file that another takes the place of', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'config')
    await writeFile(path, '0')
    const watch = await watching(folder)
    await begun(watch, join(folder, 'probe'))
    for (let times = 1; times <= 5; times++) {
      await writeFile(`${path}.new`, String(times))
      await rename(`${path}.new`, path)
      await vi.waitFor(() => {
        const changes = watch.news.filter((news) => news.path === path && news.kind === 'change')
        expect(changes).toHaveLength(times)
      }, patience)
    }
  })

  it('that holds more than it may is given up before any file is told of', async () => {
    const folder = await tempFolder()
    await made(join(folder, 'sub'), '1', '2', '3', '4')
    const taken = await watching(folder, { most: 5 })
    await taken.heard({ kind: 'add', path: join(folder, 'sub', '4'), found: true })
    const watch = await watching(folder, { most: 4 })
    await vi.waitFor(() => expect(watch.failures).toEqual([new TooManyFiles(4)]), patience)
    await writeFile(join(folder, 'sub', '4'), 'changed')
    await taken.heard({ kind: 'change', path: join(folder, 'sub', '4') })
    expect(watch.news).toEqual([])
  })

  it('that comes to hold more is given up then, and not for what has gone again', async () => {
    const folder = await tempFolder()
    const watch = await watching(folder, { most: 3 })
    await begun(watch, join(folder, 'probe'))
    await made(join(folder, 'sub'), '1')
    await watch.heard({ kind: 'add', path: join(folder, 'sub', '1') })
    await rm(join(folder, 'sub'), { recursive: true })
    await watch.heard({ kind: 'remove', path: join(folder, 'sub', '1') })
    for (const name of ['a', 'b']) {
      await writeFile(join(folder, name), '')
      await watch.heard({ kind: 'add', path: join(folder, name) })
    }
    expect(watch.failures).toEqual([])
    await writeFile(join(folder, 'c'), '')
    await vi.waitFor(() => expect(watch.failures).toEqual([new TooManyFiles(3)]), patience)
    expect(watch.news.map(({ path }) => path)).not.toContain(join(folder, 'c'))
  })

  it('is told of a few files at a time: the rest of the host goes on meanwhile', async () => {
    const folder = await tempFolder()
    for (let sub = 0; sub < 20; sub++) {
      await mkdir(join(folder, String(sub)))
      await Promise.all(
        Array.from({ length: 100 }, (_, file) => writeFile(join(folder, String(sub), String(file)), '')),
      )
    }
    const watch = await watching(folder)
    const turns: number[] = []
    await vi.waitFor(
      async () => {
        for (let turn = 0; turn < 100; turn++) {
          const before = watch.news.length
          await new Promise((resolve) => setImmediate(resolve))
          turns.push(watch.news.length - before)
        }
        expect(watch.news).toHaveLength(2000)
      },
      { timeout: 10_000, interval: 0 },
    )
    expect(Math.max(...turns)).toBeLessThanOrEqual(32)
  })

  it.runIf(process.platform === 'linux')('costs the system one watch per folder, and none once it ends', async () => {
    const watches = async (): Promise<number> => {
      const all = await Promise.all(
        (await readdir('/proc/self/fdinfo')).map((fd) => readFile(`/proc/self/fdinfo/${fd}`, 'utf8').catch(() => '')),
      )
      return all.join('').match(/^inotify wd:/gm)?.length ?? 0
    }
    const folder = await tempFolder()
    for (const sub of ['a', 'b', 'c'])
      await made(join(folder, sub), ...Array.from({ length: 50 }, (_, index) => String(index)))
    const before = await watches()
    const watch = await watching(folder)
    await vi.waitFor(() => expect(watch.news).toHaveLength(150), patience)
    expect((await watches()) - before).toBe(4)
    watch.end()
    expect(await watches()).toBe(before)
  })

  it('of ten thousand files is watched whole', { timeout: 60_000 }, async () => {
    const folder = await tempFolder()
    const names = Array.from({ length: 10_000 }, (_, index) => join(folder, `file-${index}`))
    for (let from = 0; from < names.length; from += 500)
      await Promise.all(names.slice(from, from + 500).map((name) => writeFile(name, '')))
    const watch = await watching(folder)
    await vi.waitFor(() => expect(watch.news.length).toBeGreaterThanOrEqual(names.length), { timeout: 40_000 })
    await begun(watch, names[9999] ?? '')
    await appendFile(names[5000] ?? '', 'x')
    await watch.heard({ kind: 'change', path: names[5000] ?? '' })
    expect(watch.failures).toEqual([])
  })
})

describe('a file', () => {
  it('is told of each time another takes its place', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'config')
    await writeFile(path, '0')
    const watch = await watching(path)
    await begun(watch, path)
    for (let times = 1; times <= 5; times++) {
      const known = watch.news.length
      await writeFile(`${path}.new`, String(times))
      await rename(`${path}.new`, path)
      await vi.waitFor(() => expect(watch.news.length).toBeGreaterThan(known), { timeout: 10_000, interval: 100 })
      expect(watch.news.at(-1)).toMatchObject({ path, kind: 'change' })
    }
  })

  it('is told of when it goes and when it comes again', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'config')
    await writeFile(path, '0')
    await writeFile(join(folder, 'sibling'), '0')
    const watch = await watching(path)
    await begun(watch, path)
    await rm(path)
    await watch.heard({ kind: 'remove', path })
    await writeFile(path, 'again')
    await watch.heard({ kind: 'add', path, found: false })
    expect(watch.news.every((news) => news.path === path)).toBe(true)
  })
})

describe('a watch that has ended', () => {
  it('tells nothing more, whatever goes wrong in what it had begun', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'a', 'b', 'c'), { recursive: true })
    const watch = await watching(folder)
    watch.end()
    await rm(join(folder, 'a'), { recursive: true })
    await writeFile(join(folder, 'new'), '')
    const other = await watching(folder)
    await begun(other, join(folder, 'probe'))
    expect(watch.news).toEqual([])
    expect(watch.failures).toEqual([])
  })
})
