/** The `WatchFiles` port: a folder by chokidar; a file, which chokidar loses once another takes its place, by its folder. */
import { lstatSync, watch as watchFolder, type Stats } from 'node:fs'
import { basename, dirname, sep } from 'node:path'
import { watch } from 'chokidar'
import type { FileNews, FileWatchOptions, WatchFiles } from '../host/ports'

export const watchFiles: WatchFiles = (options) => {
  try {
    return lstatSync(options.path).isDirectory() ? watchAll(options) : watchOne(options)
  } catch (error) {
    options.failed(error)
    return () => undefined
  }
}

function watchAll({ path, without, news, failed }: FileWatchOptions): () => void {
  let ready = false
  let closed = false
  const watcher = watch(path, {
    followSymlinks: false,
    // It would leave out what an editor calls a backup, and files called so are files.
    atomic: false,
    ignored: (one) => one === without || one.startsWith(without + sep),
  })
  const tell = (kind: FileNews['kind']) => (changed: string, stats?: Stats) => {
    if (!closed) news({ kind, path: changed, at: stats?.ctimeMs, found: kind === 'add' && !ready })
  }
  watcher
    .on('add', tell('add'))
    .on('change', tell('change'))
    .on('unlink', tell('remove'))
    .on('ready', () => (ready = true))
    .on('error', (error) => {
      if (!closed) failed(error)
    })
  return () => {
    closed = true
    void watcher.close()
    // Closing takes all listeners off, and what is still being read may fail: unheard, that would end the process.
    watcher.on('error', () => undefined)
  }
}

function watchOne({ path, news, failed }: FileWatchOptions): () => void {
  const name = basename(path)
  let last: Stats | undefined
  let closed = false
  const look = (found: boolean): void => {
    const before = last
    last = lstatSync(path, { throwIfNoEntry: false })
    if (last === undefined) {
      if (before !== undefined) news({ kind: 'remove', path, at: undefined, found })
    } else if (before === undefined) news({ kind: 'add', path, at: last.ctimeMs, found })
    else if (last.ino !== before.ino || last.size !== before.size || last.mtimeMs !== before.mtimeMs)
      news({ kind: 'change', path, at: last.ctimeMs, found })
  }
  const guarded = (work: () => void): void => {
    if (closed) return
    try {
      work()
    } catch (error) {
      failed(error)
    }
  }
  const watcher = watchFolder(dirname(path), (_event, changed) => {
    if (changed === null || changed === name) guarded(() => look(false))
  })
  watcher.on('error', (error) => {
    if (!closed) failed(error)
  })
  guarded(() => look(true))
  return () => {
    closed = true
    watcher.close()
  }
}
