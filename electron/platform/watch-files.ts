/** The `WatchFiles` port, by chokidar. */
import type { Stats } from 'node:fs'
import { sep } from 'node:path'
import { watch } from 'chokidar'
import type { FileNews, WatchFiles } from '../host/ports'

export const watchFiles: WatchFiles = ({ path, without, news, failed }) => {
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
