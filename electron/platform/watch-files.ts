/** The `WatchFiles` port: a folder with all below it, or a file, by its folder: another may take its place. */
import { lstatSync, watch as watchFolder, type Stats } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { FileWatchOptions, WatchFiles } from '../host/ports'
import { watchTree } from './watch-folder'

export const watchFiles: WatchFiles = (options) => {
  try {
    return lstatSync(options.path).isDirectory() ? watchTree(options) : watchOne(options)
  } catch (error) {
    options.failed(error)
    return () => undefined
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
