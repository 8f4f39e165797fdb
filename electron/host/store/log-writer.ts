/** The one writer of a run's log, and the way for readers to look at a log that is being written. */
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { BelfryError } from '@shared/errors'
import { createBatcher } from './batcher'
import { removeTemporaries, temporaryName, warn, type StoreContext } from './context'
import { codeOf, makeFolder, storageError, writeFully } from './disk'
import { cutLog, isOverdue } from './log-cap'
import { formatLine, type StoredLine } from './log-line'
import { createMapper, emptyMap, scanLog, type LogMap } from './log-map'
import type { LogWriter } from './types'

export interface LiveLog extends LogWriter {
  /** What is written whole, now. */
  map(): LogMap
  /** Reads with the file and the map that belong together, even if the log is cut meanwhile. */
  look<T>(read: (handle: FileHandle, map: LogMap) => Promise<T>): Promise<T | undefined>
}

interface OpenFile {
  readonly handle: FileHandle
  readers: number
  retired: boolean
}

/** @param changed is called after each append and once the log is closed */
export async function openLogWriter(
  context: StoreContext,
  path: string,
  limit: number,
  changed: () => void,
): Promise<LiveLog> {
  const { files } = context.ports
  const name = relative(context.folder, path)
  let file: OpenFile | undefined
  let mapper = createMapper(emptyMap)
  /** Bytes of a torn line or a failed append may stand after the last whole line. */
  let dirty = false
  let closed = false

  async function retire(old: OpenFile): Promise<void> {
    old.retired = true
    if (old.readers === 0) await old.handle.close()
  }

  async function create(): Promise<OpenFile> {
    await makeFolder(files, dirname(path))
    return { handle: await files.open(path, 'wx+', 0o600), readers: 0, retired: false }
  }

  async function clean(handle: FileHandle): Promise<void> {
    if (!dirty) return
    await handle.truncate(mapper.map().size)
    dirty = false
  }

  async function cut(old: OpenFile): Promise<OpenFile> {
    const temporary = temporaryName(context, path)
    const made = await cutLog(files, old.handle, mapper.map(), limit, temporary)
    if (!made) return old
    try {
      await files.rename(temporary, path)
    } catch (error) {
      await made.handle.close()
      await files.unlink(temporary).catch(() => undefined)
      throw error
    }
    file = { handle: made.handle, readers: 0, retired: false }
    mapper = createMapper(made.map)
    dirty = false
    await retire(old)
    return file
  }

  const batcher = createBatcher<readonly StoredLine[], void>(async (batch) => {
    try {
      file ??= await create()
      if (isOverdue(mapper.map(), limit)) file = await cut(file)
      await clean(file.handle)
      // One buffer for all: of a flood, one for each line would be most of the host's memory.
      const bytes = Buffer.from(batch.flat().map(formatLine).join(''))
      dirty = true
      await writeFully(file.handle, bytes, mapper.map().size)
      for (let start = 0, end = bytes.indexOf(10); end !== -1; start = end + 1, end = bytes.indexOf(10, start))
        mapper.add(bytes.subarray(start, end))
      dirty = false
    } catch (error) {
      if (file) await clean(file.handle).catch(() => undefined)
      throw storageError(`write ${name}`, error)
    }
    changed()
    return batch.map(() => undefined)
  })

  async function close(): Promise<void> {
    await batcher.idle()
    if (file) {
      try {
        if (mapper.map().size > limit) file = await cut(file)
        await clean(file.handle)
        await file.handle.datasync()
      } catch (error) {
        warn(context, 'STORAGE', storageError(`finish ${name}`, error).message)
      }
      await retire(file).catch((error: unknown) => {
        warn(context, 'STORAGE', storageError(`close ${name}`, error).message)
      })
    }
    changed()
  }
  let closing: Promise<void> | undefined

  try {
    file = { handle: await files.open(path, 'r+'), readers: 0, retired: false }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw storageError(`open ${name}`, error)
  }
  if (file) {
    try {
      mapper = createMapper(await scanLog(file.handle))
      dirty = (await file.handle.stat()).size > mapper.map().size
      await clean(file.handle)
      await removeTemporaries(context, dirname(path), `${basename(path)}.`)
    } catch (error) {
      await file.handle.close()
      throw storageError(`open ${name}`, error)
    }
  }

  return {
    append: async (lines) => {
      if (closed) throw new BelfryError('CONFLICT', `${name} is closed`)
      if (lines.length > 0) await batcher.add(lines)
    },
    stats() {
      const { size, last, gap } = mapper.map()
      return { bytes: size, lines: last, truncated: gap !== null }
    },
    positions: () => mapper.map().positions,
    close() {
      closed = true
      closing ??= close()
      return closing
    },
    map: () => mapper.map(),
    async look(read) {
      const mine = file
      if (!mine || (mine.retired && mine.readers === 0)) return undefined
      mine.readers += 1
      try {
        return await read(mine.handle, mapper.map())
      } finally {
        mine.readers -= 1
        if (mine.retired && mine.readers === 0) await mine.handle.close()
      }
    },
  }
}
