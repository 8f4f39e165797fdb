/**
 * One file of a journal. Appends are durable when they resolve (group commit, fdatasync); a failed one is cut off again,
 * so that the file stays valid and the next one can go on.
 */
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { createBatcher } from './batcher'
import { quarantineCopy, type StoreContext } from './context'
import { codeOf, makeFolder, readFully, storageError, syncFolder, writeFully } from './disk'
import { encodeLine } from './journal-line'

const chunkSize = 1 << 20

export interface Segment {
  /** All lines or none: resolves with their offsets once they are synced; rejects with STORAGE when nothing was added. */
  append(lines: readonly Buffer[]): Promise<readonly number[]>
  /** The bytes of a line; shorter when the file is. */
  read(offset: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

export interface SegmentScan {
  /** Bytes up to the end of the last whole line. */
  readonly size: number
  /** What stands after it, without a newline: a torn line, unless `whole`. */
  readonly rest: Buffer
  /** `rest` is a good line; an editor ended the file without a newline. */
  readonly whole: boolean
}

export const emptyScan: SegmentScan = { size: 0, rest: Buffer.alloc(0), whole: false }

/** Calls `visit` for every whole line (without its newline), in order. `whole` is the caller's to say. */
export async function scanSegment(
  context: StoreContext,
  path: string,
  visit: (line: Buffer, offset: number) => void,
): Promise<SegmentScan> {
  const handle = await context.ports.files.open(path, 'r')
  try {
    let rest: Buffer = Buffer.alloc(0)
    let size = 0
    for (;;) {
      const chunk = await readFully(handle, size + rest.length, chunkSize)
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let start = 0
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
        visit(bytes.subarray(start, end), size + start)
        start = end + 1
      }
      rest = bytes.subarray(start)
      size += start
      if (chunk.length < chunkSize) return { size, rest: Buffer.from(rest), whole: false }
    }
  } finally {
    await handle.close()
  }
}

/** @param header the first line of a new file. */
export function openSegment(context: StoreContext, path: string, scan: SegmentScan, header: Buffer): Segment {
  const { files } = context.ports
  const name = relative(context.folder, path)
  let { size } = scan
  let torn = scan.rest
  /** Bytes of a failed append may stand after `size`. */
  let dirty = false
  let handle: Promise<FileHandle> | undefined

  async function openFile(): Promise<FileHandle> {
    try {
      return await files.open(path, 'r+')
    } catch (error) {
      // A segment that had lines is not begun anew: somebody took it away.
      if (codeOf(error) !== 'ENOENT' || size > 0) throw error
    }
    await makeFolder(files, dirname(path))
    const made = await files.open(path, 'wx+', 0o600)
    try {
      await syncFolder(files, dirname(path))
      await syncFolder(files, dirname(dirname(path)))
    } catch (error) {
      await made.close()
      throw error
    }
    return made
  }

  /** One handle for all, however many ask at once; asked for again after it failed. */
  function opened(): Promise<FileHandle> {
    handle ??= openFile().catch((error: unknown) => {
      handle = undefined
      throw error
    })
    return handle
  }

  async function mend(file: FileHandle): Promise<void> {
    if (torn.length > 0) {
      if (scan.whole) {
        await writeFully(file, Buffer.from('\n'), size + torn.length)
        size += torn.length + 1
      } else {
        await quarantineCopy(context, `${basename(dirname(path))}-${basename(path)}.torn`, torn)
        await file.truncate(size)
      }
      torn = Buffer.alloc(0)
    }
    await cutOff(file)
  }

  async function cutOff(file: FileHandle): Promise<void> {
    if (!dirty) return
    await file.truncate(size)
    dirty = false
  }

  const batcher = createBatcher<readonly Buffer[], readonly number[]>(async (batch) => {
    try {
      const file = await opened()
      await mend(file)
      const parts = size === 0 ? [header] : []
      let end = size + (size === 0 ? header.length : 0)
      const offsets = batch.map((lines) =>
        lines.map((line) => {
          parts.push(line)
          end += line.length
          return end - line.length
        }),
      )
      dirty = true
      await writeFully(file, Buffer.concat(parts), size)
      await file.datasync()
      size = end
      dirty = false
      return offsets
    } catch (error) {
      // Cut off now what was written, or else before the next append.
      const cut = async (): Promise<void> => cutOff(await opened())
      if (dirty) await cut().catch(() => undefined)
      throw storageError(`write ${name}`, error)
    }
  })

  return {
    append: (lines) => batcher.add(lines),
    async read(offset, length) {
      return readFully(await opened(), offset, length)
    },
    async close() {
      await batcher.idle()
      await handle?.then((file) => file.close())
    },
  }
}

/** The first line of every segment. */
export function segmentHeader(version: string): Buffer {
  return encodeLine({ kind: 'segment', format: segmentFormat, writtenBy: version })
}

export const segmentFormat = 1
