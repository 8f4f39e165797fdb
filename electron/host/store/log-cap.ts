/**
 * The cap of a log: its first half stays, and after a marked gap as many of the newest lines as fit. A log may grow to
 * one and a half times its limit before it is cut, so that cutting stays rare; when it closes it is cut to its limit.
 */
import type { FileHandle } from 'node:fs/promises'
import type { Files } from '../ports'
import { readFully, writeFully } from './disk'
import { factsOf, formatGap, parseLine } from './log-line'
import { linesFrom, markBefore, type LogMap, type Mark } from './log-map'

const copySize = 1 << 20
/** Bytes set aside for the gap's own line. */
const gapRoom = 200

/** Whether the log must be cut before it goes on. */
export function isOverdue(map: LogMap, limit: number): boolean {
  return map.size > limit * 1.5
}

/**
 * Writes the cut log to `target`, a new file, and gives its map and open handle; `source` is left as it is.
 * Undefined when there is nothing that may be dropped: the last line always stays.
 */
export async function cutLog(
  files: Files,
  source: FileHandle,
  map: LogMap,
  limit: number,
  target: string,
): Promise<{ handle: FileHandle; map: LogMap } | undefined> {
  const head = map.gap ?? (await headEnd(source, map, Math.floor(limit / 2)))
  const tail = await tailStart(source, map, Math.max(map.size - (limit - head.offset - gapRoom), head.offset))
  const dropped = tail.before - head.before
  if (tail.offset <= head.offset || dropped < 1) return undefined
  const gap = Buffer.from(formatGap(tail.at, dropped, map.positions))
  const shift = head.offset + gap.length - tail.offset

  const handle = await files.open(target, 'wx+', 0o600)
  try {
    await copy(source, handle, 0, head.offset, 0)
    await writeFully(handle, gap, head.offset)
    await copy(source, handle, tail.offset, map.size, shift)
    await handle.datasync()
  } catch (error) {
    await handle.close()
    await files.unlink(target).catch(() => undefined)
    throw error
  }
  const marks = [
    ...map.marks.filter((mark) => mark.offset <= head.offset),
    { before: tail.before, offset: tail.offset + shift },
    ...map.marks
      .filter((mark) => mark.offset > tail.offset)
      .map(({ before, offset }) => ({ before, offset: offset + shift })),
  ]
  return { handle, map: { ...map, size: map.size + shift, gap: head, marks } }
}

/** The end of the last line that ends within `room` bytes. */
async function headEnd(source: FileHandle, map: LogMap, room: number): Promise<Mark> {
  let end = markBefore(map, (mark) => mark.offset <= room)
  for await (const lines of linesFrom(source, end.offset, map.size)) {
    for (const { bytes, offset } of lines) {
      const next = { before: end.before + factsOf(bytes).count, offset: offset + bytes.length + 1 }
      if (next.offset > room) return end
      end = next
    }
  }
  return end
}

/** The first line that begins at `from` or later, or else the last one. */
async function tailStart(source: FileHandle, map: LogMap, from: number): Promise<Mark & { at: string }> {
  const mark = markBefore(map, (candidate) => candidate.offset <= from)
  let { before } = mark
  let found = { ...mark, at: '' }
  for await (const lines of linesFrom(source, mark.offset, map.size)) {
    for (const { bytes, offset } of lines) {
      found = { before, offset, at: parseLine(bytes)?.at ?? found.at }
      if (offset >= from) return found
      before += factsOf(bytes).count
    }
  }
  return found
}

async function copy(source: FileHandle, target: FileHandle, from: number, to: number, shift: number): Promise<void> {
  // One buffer for all: a flood cuts its log again and again.
  const buffer = Buffer.allocUnsafe(Math.min(copySize, Math.max(0, to - from)))
  for (let offset = from; offset < to; offset += copySize) {
    const bytes = await readFully(source, offset, Math.min(copySize, to - offset), buffer)
    await writeFully(target, bytes, offset + shift)
  }
}
