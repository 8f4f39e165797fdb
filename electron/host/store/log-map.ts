/** What is known of a log file without reading it again: how long it is, and where about each line stands. */
import type { FileHandle } from 'node:fs/promises'
import type { LogLine } from '@shared/model/run'
import { readFully } from './disk'
import { factsOf, parseLine, type StreamPositions } from './log-line'

const chunkSize = 256 * 1024
const markEvery = 32 * 1024

/** The line at `offset` follows line number `before`. */
export interface Mark {
  readonly before: number
  readonly offset: number
}

export interface LogMap {
  /** Bytes of whole lines. */
  readonly size: number
  /** The number of the last line; dropped lines count. */
  readonly last: number
  /** Where the mark for dropped lines stands. */
  readonly gap: Mark | null
  readonly positions: StreamPositions
  /** Sparse, ascending, the first at the file's beginning. */
  readonly marks: readonly Mark[]
}

export const emptyMap: LogMap = {
  size: 0,
  last: 0,
  gap: null,
  positions: { out: 0, err: 0 },
  marks: [{ before: 0, offset: 0 }],
}

/** Goes on from a map, line by line. */
export function createMapper(start: LogMap): { add(line: Buffer): void; map(): LogMap } {
  let { size, last, gap } = start
  let { out, err } = start.positions
  const marks = [...start.marks]
  return {
    add(line) {
      if (size - (marks.at(-1)?.offset ?? 0) >= markEvery) marks.push({ before: last, offset: size })
      const facts = factsOf(line)
      if (facts.gap) gap = { before: last, offset: size }
      size += line.length + 1
      last += facts.count
      out = facts.out ?? out
      err = facts.err ?? err
    },
    map: () => ({ size, last, gap, positions: { out, err }, marks }),
  }
}

/** Maps what follows `start` in the file. A torn last line is not in the map: `map().size` is where it begins. */
export async function scanLog(handle: FileHandle, start = emptyMap): Promise<LogMap> {
  const mapper = createMapper(start)
  for await (const lines of linesFrom(handle, start.size, Infinity)) for (const line of lines) mapper.add(line.bytes)
  return mapper.map()
}

/**
 * Lines after number `after`, at most `limit`, and none more once they have `bytes`. A damaged one is shown as it is, at
 * `created`.
 */
export async function readLines(
  handle: FileHandle,
  map: LogMap,
  range: { readonly after: number; readonly limit: number; readonly bytes?: number },
  created: string,
): Promise<LogLine[]> {
  const found: LogLine[] = []
  if (range.limit < 1 || range.after >= map.last) return found
  const mark = markBefore(map, (candidate) => candidate.before <= range.after)
  let number = mark.before
  let room = range.bytes ?? Infinity
  for await (const lines of linesFrom(handle, mark.offset, map.size)) {
    for (const { bytes } of lines) {
      number += factsOf(bytes).count
      if (number <= range.after) continue
      const stored = parseLine(bytes) ?? { at: created, stream: 'belfry', text: bytes.toString('utf8') }
      found.push({ number, at: stored.at, stream: stored.stream, text: stored.text })
      room -= bytes.length
      if (found.length === range.limit || room <= 0) return found
    }
  }
  return found
}

/** The last mark for which `fits` holds; it holds for the first, and for a beginning of the marks. */
export function markBefore(map: LogMap, fits: (mark: Mark) => boolean): Mark {
  let low = 0
  let high = map.marks.length - 1
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    const mark = map.marks[middle]
    if (mark && fits(mark)) low = middle
    else high = middle - 1
  }
  return map.marks[low] ?? { before: 0, offset: 0 }
}

interface RawLine {
  /** Without the newline. */
  readonly bytes: Buffer
  readonly offset: number
}

/** Whole lines between two offsets, a chunk's worth at a time. */
export async function* linesFrom(handle: FileHandle, from: number, to: number): AsyncGenerator<readonly RawLine[]> {
  let rest: Buffer = Buffer.alloc(0)
  let offset = from
  for (;;) {
    const wanted = Math.min(chunkSize, to - offset - rest.length)
    const chunk = await readFully(handle, offset + rest.length, wanted)
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const lines: RawLine[] = []
    let start = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      lines.push({ bytes: bytes.subarray(start, end), offset: offset + start })
      start = end + 1
    }
    if (lines.length > 0) yield lines
    rest = bytes.subarray(start)
    offset += start
    if (chunk.length < wanted || chunk.length === 0) return
  }
}
