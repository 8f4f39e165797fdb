/** A journal: a folder of JSON-lines segments, one a UTC month, that only ever grow at their ends. */
import { join } from 'node:path'
import { z } from 'zod'
import { BelfryError } from '@shared/errors'
import { quarantineCopy, warn, type StoreContext } from './context'
import { codeOf, storageError } from './disk'
import { refuseNewer } from './format'
import { decodeLine, encodeLine } from './journal-line'
import {
  emptyScan,
  openSegment,
  scanSegment,
  segmentFormat,
  segmentHeader,
  type Segment,
  type SegmentScan,
} from './journal-segment'

/** Where a record's line stands. `segment` is `YYYY-MM`; `length` is without the newline. */
export interface Place {
  readonly segment: string
  readonly offset: number
  readonly length: number
}

export interface Journal {
  /** All records or none: resolves once they are synced; rejects with STORAGE, and then nothing was added. */
  append(segment: string, records: readonly unknown[]): Promise<Place[]>
  /** The record at a place that `visit` or `append` told; throws STORAGE when it can no longer be read. */
  read(place: Place): Promise<unknown>
  /** The latest segment that has lines. */
  newest(): string | undefined
  close(): Promise<void>
}

const header = z.object({ kind: z.literal('segment'), format: z.int(), writtenBy: z.string().optional() })

/** The segment for an ISO instant: its UTC month. */
export function segmentOf(instant: string): string {
  const month = instant.slice(0, 7)
  if (!/^\d{4}-\d{2}$/.test(month)) throw new BelfryError('INTERNAL', `"${instant}" is not an instant`)
  return month
}

/**
 * Reads every segment of `<data folder>/<name>/`, oldest first.
 * @param visit is given each record in order, and tells why it cannot be taken, or undefined when it was
 */
export async function openJournal(
  context: StoreContext,
  name: string,
  visit: (record: unknown, place: Place) => string | undefined,
): Promise<Journal> {
  const folder = join(context.folder, name)
  const segments = new Map<string, Segment>()
  const firstLine = segmentHeader(context.version)
  const open = (segment: string, scan: SegmentScan): Segment => {
    const made = openSegment(context, join(folder, `${segment}.jsonl`), scan, firstLine)
    segments.set(segment, made)
    return made
  }

  let newest: string | undefined
  for (const segment of await segmentsIn(context, folder)) {
    open(segment, await load(context, `${name}/${segment}.jsonl`, segment, visit))
    newest = segment
  }

  return {
    async append(segment, records) {
      const lines = records.map(encodeLine)
      const file = segments.get(segment) ?? open(segment, emptyScan)
      const offsets = await file.append(lines)
      if (newest === undefined || segment > newest) newest = segment
      return lines.map((line, index) => ({ segment, offset: offsets[index] ?? 0, length: line.length - 1 }))
    },
    async read(place) {
      const what = `read ${name}/${place.segment}.jsonl`
      const bytes = await segments
        .get(place.segment)
        ?.read(place.offset, place.length)
        .catch((error: unknown) => {
          throw storageError(what, error)
        })
      const decoded = bytes?.length === place.length ? decodeLine(bytes) : undefined
      if (!decoded?.ok) {
        const reason = decoded?.reason ?? 'it is shorter than it was'
        throw new BelfryError('STORAGE', `could not ${what} at byte ${place.offset}: ${reason}`)
      }
      return decoded.record
    },
    newest: () => newest,
    async close() {
      for (const segment of segments.values()) await segment.close()
    },
  }
}

async function segmentsIn(context: StoreContext, folder: string): Promise<string[]> {
  try {
    const names = await context.ports.files.readdir(folder)
    return names.flatMap((file) => /^(\d{4}-\d{2})\.jsonl$/.exec(file)?.[1] ?? []).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw storageError(`read ${folder}`, error)
  }
}

async function load(
  context: StoreContext,
  name: string,
  segment: string,
  visit: (record: unknown, place: Place) => string | undefined,
): Promise<SegmentScan> {
  const bad: Buffer[] = []
  let whole = false
  let firstReason = ''
  const take = (line: Buffer, offset: number): string | undefined => {
    const decoded = decodeLine(line)
    if (!decoded.ok) return decoded.reason
    const head = header.safeParse(decoded.record)
    if (!head.success) return visit(decoded.record, { segment, offset, length: line.length })
    refuseNewer(name, head.data.format, segmentFormat, head.data.writtenBy, context.version)
    return undefined
  }
  const scan = await scanSegment(context, join(context.folder, name), (line, offset) => {
    if (line.length === 0) return
    const reason = take(line, offset)
    if (reason === undefined) return
    if (bad.length === 0) firstReason = `the first at byte ${offset}: ${reason}`
    bad.push(Buffer.from(line), Buffer.from('\n'))
  }).catch((error: unknown) => {
    throw storageError(`read ${name}`, error)
  })

  if (scan.rest.length > 0) {
    whole = take(scan.rest, scan.size) === undefined
    if (!whole)
      warn(
        context,
        'RECOVERED',
        `The last line of ${name} was torn and is cut off; what there is of it is kept in quarantine/`,
      )
  }
  if (bad.length > 0) {
    const kept = await quarantineCopy(context, `${name.replace('/', '-')}.bad`, Buffer.concat(bad)).catch(
      () => undefined,
    )
    const where = kept === undefined ? 'no copy could be made, they stay where they are' : `a copy is kept as ${kept}`
    warn(
      context,
      'QUARANTINED',
      `${bad.length / 2} lines of ${name} could not be read and are skipped (${firstReason}); ${where}`,
    )
  }
  return { ...scan, whole }
}
