/** The real watcher, on real files. */
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { FileNews } from '../../electron/host/ports'
import { watchFiles } from '../../electron/platform/watch-files'
import { tempFolder } from '../support/temp-folder'

interface Watching {
  readonly news: FileNews[]
  readonly failures: unknown[]
  /** Resolves once news like this has come. */
  heard(like: Partial<FileNews>): Promise<void>
  end(): void
}

/** Resolves once the first look is over: a file beside everything else is seen to change. */
async function watching(path: string, without = join(path, 'without')): Promise<Watching> {
  const news: FileNews[] = []
  const failures: unknown[] = []
  const end = watchFiles({
    path,
    without,
    news: (one) => void news.push(one),
    failed: (error) => void failures.push(error),
  })
  onTestFinished(end)
  return {
    news,
    failures,
    end,
    heard: (like) =>
      vi.waitFor(() => expect(news).toContainEqual(expect.objectContaining(like)), { timeout: 10_000, interval: 20 }),
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
