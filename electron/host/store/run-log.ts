/** logs/YYYY-MM/<run id>.log, and the spool folder beside it while the run lives. */
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { BelfryError } from '@shared/errors'
import { hasEnded, type LogPage } from '@shared/model/run'
import type { StoreContext } from './context'
import { codeOf, makeFolder, storageError } from './disk'
import { segmentOf } from './journal'
import { readLines, scanLog, type LogMap } from './log-map'
import { openLogWriter, type LiveLog } from './log-writer'
import { createSignal, type Signal } from './signal'
import type { LogStore } from './types'

/** How many maps of closed logs are kept, and how many ids of logs that were closed lately. */
const mapsKept = 32
const closedKept = 1000
/** What a follower is given at once. */
const followChunk = { limit: 1000, bytes: 1 << 20 }

type Look<T> = (handle: FileHandle, map: LogMap) => Promise<T>
type LogOf = Parameters<LogStore['read']>[0]
type Range = Parameters<LogStore['read']>[1] & { readonly bytes?: number }

/** What followers wait at, from before the log opens until after it closes. */
interface Feed {
  readonly signal: Signal
  writer: LiveLog | undefined
  followers: number
}

export function createLogStore(context: StoreContext): LogStore & { close(): Promise<void> } {
  const { files } = context.ports
  const feeds = new Map<string, Feed>()
  const maps = new Map<string, { size: number; modified: number; map: LogMap }>()
  const closed = new Set<string>()

  function pathOf({ id, createdAt }: Pick<LogOf, 'id' | 'createdAt'>): string {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(id)) throw new BelfryError('INTERNAL', `"${id}" cannot name a log`)
    return join(context.folder, 'logs', segmentOf(createdAt), id)
  }

  function feedOf(id: string): Feed {
    const feed = feeds.get(id) ?? { signal: createSignal(), writer: undefined, followers: 0 }
    feeds.set(id, feed)
    return feed
  }

  function isOver(run: LogOf): boolean {
    return feeds.get(run.id)?.writer === undefined && (hasEnded(run.status) || closed.has(run.id))
  }

  function forgetFeed(id: string): void {
    const feed = feeds.get(id)
    if (feed && feed.followers === 0 && !feed.writer) feeds.delete(id)
  }

  async function closeWriter(id: string, writer: LiveLog): Promise<void> {
    await writer.close()
    const feed = feedOf(id)
    if (feed.writer === writer) feed.writer = undefined
    closed.add(id)
    const [oldest] = closed
    if (closed.size > closedKept && oldest !== undefined) closed.delete(oldest)
    feed.signal.raise()
    forgetFeed(id)
  }

  /** The log of a run that nobody writes. */
  async function lookAtFile<T>(path: string, read: Look<T>): Promise<T | undefined> {
    let handle: FileHandle
    try {
      handle = await files.open(path, 'r')
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
    try {
      const { size, mtimeMs: modified } = await handle.stat()
      const known = maps.get(path)
      const map = known?.size === size && known.modified === modified ? known.map : await scanLog(handle)
      remember(maps, path, { size, modified, map }, mapsKept)
      return await read(handle, map)
    } finally {
      await handle.close()
    }
  }

  async function readPage(run: LogOf, range: Range): Promise<LogPage> {
    const path = `${pathOf(run)}.log`
    // Asked first: what is written after a log was over does not exist.
    const ended = isOver(run)
    const writer = feeds.get(run.id)?.writer
    const look: Look<LogPage> = async (handle, map) => {
      const { tail } = range
      const after = tail === undefined ? range.after : Math.max(range.after, map.last - tail)
      const lines = await readLines(handle, map, { ...range, after, limit: tail ?? range.limit }, run.createdAt)
      return { lines, last: lines.at(-1)?.number ?? after, total: map.last, ended }
    }
    // A writer that has just closed, or has written nothing, leaves it to the file.
    const page = (await writer?.look(look)) ?? (await lookAtFile(path, look))
    return page ?? { lines: [], last: range.after, total: 0, ended }
  }

  const read = (run: LogOf, range: Range): Promise<LogPage> =>
    readPage(run, range).catch((error: unknown) => {
      throw storageError(`read the log of run ${run.id}`, error)
    })

  return {
    async open(run, limit) {
      const path = `${pathOf(run)}.log`
      const feed = feedOf(run.id)
      if (feed.writer) throw new BelfryError('CONFLICT', `the log of run ${run.id} is open already`)
      try {
        feed.writer = await openLogWriter(context, path, limit, () => feed.signal.raise())
      } catch (error) {
        forgetFeed(run.id)
        throw error
      }
      const { writer } = feed
      closed.delete(run.id)
      feed.signal.raise()
      return {
        append: (lines) => writer.append(lines),
        stats: () => writer.stats(),
        positions: () => writer.positions(),
        close: () => closeWriter(run.id, writer),
      }
    },
    read,
    async *follow(run, after, signal) {
      const feed = feedOf(run.id)
      feed.followers += 1
      try {
        let last = after
        while (!signal?.aborted) {
          const seen = feed.signal.count()
          const page = await read(run, { after: last, ...followChunk })
          if (page.lines.length > 0) yield { type: 'lines', lines: page.lines }
          else if (page.ended) return
          else await feed.signal.after(seen, signal)
          last = page.last
        }
      } finally {
        feed.followers -= 1
        forgetFeed(run.id)
      }
    },
    async spoolFolder(run) {
      const folder = pathOf(run)
      await makeFolder(files, folder).catch((error: unknown) => {
        throw storageError(`make the spool folder of run ${run.id}`, error)
      })
      return folder
    },
    async removeSpool(run) {
      await files.rm(pathOf(run), { recursive: true, force: true }).catch((error: unknown) => {
        throw storageError(`remove the spool of run ${run.id}`, error)
      })
    },
    async close() {
      for (const [id, { writer }] of [...feeds]) if (writer) await closeWriter(id, writer)
    },
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
