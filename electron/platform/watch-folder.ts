/**
 * A folder with all below it under watch: one watch of the system per folder and none per file, and whatever there is to find out
 * is found out a few files at a time, so that nothing else in the process has to wait for it.
 */
import { watch as watchFolder, type FSWatcher, type Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { FileWatchOptions } from '../host/ports'
import { TooManyFiles } from '../host/watch/folder-size'

interface Folder {
  watcher: FSWatcher | undefined
  readonly children: Map<string, Child>
}

/** A file as it was last seen; or one that has only been named so far. */
type Child = 'folder' | 'named' | Pick<Stats, 'ino' | 'size' | 'mtimeMs'>

interface Look {
  /** It was there at the first look. */
  readonly found: boolean
  /** What is there may be another than before. */
  replaced: boolean
}

/** Files that are looked at at once: the system's few threads are everybody's. */
const atOnce = 16
/** Entries of a folder that are read in one go. */
const readAtOnce = 128

export function watchTree({ path: root, without, most, news, failed }: FileWatchOptions): () => void {
  const folders = new Map<string, Folder>()
  /** Folders whose entries are still to be read. */
  const unread = new Set<string>([root])
  const looks = new Map<string, Look>()
  /** Of all folders together. */
  let count = 0
  let walked = false
  let busy = false
  let closed = false

  const leftOut = (path: string): boolean => path === without || path.startsWith(without + sep)

  const end = (): void => {
    closed = true
    for (const { watcher } of folders.values()) watcher?.close()
    folders.clear()
  }
  const fail = (error: unknown): void => {
    if (!closed && !isGone(error)) failed(error)
  }

  const put = (path: string, child: Child): void => {
    const siblings = folders.get(dirname(path))?.children
    const name = basename(path)
    if (siblings === undefined) return
    if (!siblings.has(name)) count++
    siblings.set(name, child)
    if (count <= most || closed) return
    end()
    failed(new TooManyFiles(most))
  }
  const childAt = (path: string): Child | undefined => folders.get(dirname(path))?.children.get(basename(path))

  /** It is no longer there, and neither is anything below it. */
  const drop = (path: string): void => {
    const child = childAt(path)
    if (child === undefined) return
    for (const name of [...(folders.get(path)?.children.keys() ?? [])]) drop(join(path, name))
    folders.get(path)?.watcher?.close()
    folders.delete(path)
    unread.delete(path)
    folders.get(dirname(path))?.children.delete(basename(path))
    count--
    if (typeof child === 'object' && !closed) news({ kind: 'remove', path, at: undefined, found: false })
  }

  const ask = (path: string, replaced: boolean): void => {
    if (closed || leftOut(path)) return
    const asked = looks.get(path)
    if (asked === undefined) looks.set(path, { found: !walked, replaced })
    else asked.replaced ||= replaced
    void work()
  }
  const read = (path: string): void => {
    unread.add(path)
    void work()
  }

  const begin = (path: string, folder: Folder): void => {
    folder.watcher?.close()
    folder.watcher = undefined
    try {
      const watcher = watchFolder(path, (event, name) => {
        if (name === null) read(path)
        else ask(join(path, name), event === 'rename')
      })
      // On Windows a folder that is removed fails so, too.
      watcher.on('error', (error) => void lstat(path).then(() => fail(error), fail))
      folder.watcher = watcher
    } catch (error) {
      fail(error)
    }
  }

  /** Watches it first, so that what comes while it is read is not missed. */
  const readNow = async (path: string): Promise<void> => {
    const folder = folders.get(path) ?? { watcher: undefined, children: new Map<string, Child>() }
    folders.set(path, folder)
    begin(path, folder)
    const before = new Set(folder.children.keys())
    try {
      for await (const entry of await opendir(path, { bufferSize: readAtOnce })) {
        // Dropped meanwhile, or everything has ended.
        if (folders.get(path) !== folder) return
        before.delete(entry.name)
        const one = join(path, entry.name)
        if (leftOut(one)) continue
        const known = folder.children.get(entry.name)
        if (known === undefined && entry.isDirectory()) {
          put(one, 'folder')
          unread.add(one)
        } else {
          if (known === undefined) put(one, 'named')
          ask(one, true)
        }
      }
    } catch (error) {
      fail(error)
    }
    for (const name of before) ask(join(path, name), true)
  }

  const look = async (path: string, { found, replaced }: Look): Promise<void> => {
    const stats = await lstat(path).catch((error: unknown) => {
      fail(error)
      return isGone(error) ? undefined : null
    })
    if (closed || stats === null) return
    const known = childAt(path)
    if (stats === undefined) drop(path)
    else if (stats.isDirectory()) {
      if (known !== 'folder') {
        drop(path)
        put(path, 'folder')
      }
      if (known !== 'folder' || replaced || folders.get(path)?.watcher === undefined) unread.add(path)
    } else {
      if (known === 'folder') drop(path)
      see(path, known, stats, found)
    }
  }

  const see = (
    path: string,
    known: Child | undefined,
    { ino, size, mtimeMs, ctimeMs }: Stats,
    found: boolean,
  ): void => {
    // Its folder has gone meanwhile.
    if (!folders.has(dirname(path))) return
    put(path, { ino, size, mtimeMs })
    if (closed) return
    if (typeof known !== 'object') news({ kind: 'add', path, at: ctimeMs, found })
    else if (known.ino !== ino || known.size !== size || known.mtimeMs !== mtimeMs)
      news({ kind: 'change', path, at: ctimeMs, found: false })
  }

  /** Folders first: too many below is known before any file has been looked at. */
  const work = async (): Promise<void> => {
    if (busy) return
    busy = true
    while (!closed && unread.size + looks.size > 0) {
      const [folder] = unread
      if (folder !== undefined) {
        unread.delete(folder)
        await readNow(folder)
        continue
      }
      walked = true
      const next = [...firstOf(looks, atOnce)]
      for (const [path] of next) looks.delete(path)
      await Promise.all(next.map(([path, asked]) => look(path, asked)))
    }
    walked = true
    busy = false
  }

  void work()
  return end
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function* firstOf<T>(all: Iterable<T>, most: number): Iterable<T> {
  let left = most
  for (const one of all) {
    if (left-- === 0) return
    yield one
  }
}
