/**
 * occurrences/YYYY-MM.jsonl: the fates of occurrences that have no run, in the month that their range began. Records stay on
 * disk; of each, a row is kept in memory.
 */
import { z } from 'zod'
import { lateReason, occurrenceRecord, type LateReason, type OccurrenceRecord } from '@shared/model/occurrence'
import type { StoreContext } from './context'
import { describe } from './format'
import { openJournal, segmentOf, type Place } from './journal'
import type { MissedSum, OccurrenceStore } from './types'
import type { Watermarks } from './watermarks'

const line = z.object({ kind: z.literal('occurrence'), occurrence: occurrenceRecord })

interface Row {
  readonly id: string
  readonly from: number
  readonly until: number
  readonly count: number
  /** Null where it was not missed. */
  readonly missed: LateReason | null
  readonly place: Place
}

export async function openOccurrenceStore(
  context: StoreContext,
  watermarks: Watermarks,
): Promise<OccurrenceStore & { close(): Promise<void> }> {
  /** Per task, in the order of their making: a range that grows stays where it is. */
  const known = new Map<string, Row[]>()

  function take(record: OccurrenceRecord, place: Place): void {
    const rows = known.get(record.taskId) ?? []
    known.set(record.taskId, rows)
    const row: Row = {
      id: record.id,
      from: Date.parse(record.from),
      until: Date.parse(record.until),
      count: record.count,
      missed: record.state === 'missed' ? record.reason : null,
      place,
    }
    const earlier = rows.findLastIndex(({ id }) => id === record.id)
    if (earlier === -1) rows.push(row)
    else rows[earlier] = row
    watermarks.wrote(Date.parse(record.recordedAt))
    if (record.event === null) watermarks.take(record.taskId, record.epoch, row.until)
  }

  const journal = await openJournal(context, 'occurrences', (record, place) => {
    const parsed = line.safeParse(record)
    if (!parsed.success) return describe(parsed.error)
    take(parsed.data.occurrence, place)
    return undefined
  })

  return {
    async put(records) {
      for (const [segment, group] of bySegment(records)) {
        const places = await journal.append(
          segment,
          group.map((occurrence) => ({ kind: 'occurrence', occurrence })),
        )
        places.forEach((place, index) => {
          const occurrence = group[index]
          if (occurrence) take(occurrence, place)
        })
      }
    },
    async list(taskId, { since, before, limit }) {
      const from = since === undefined ? -Infinity : Date.parse(since)
      const end = before === undefined ? Infinity : Date.parse(before)
      const rows = (known.get(taskId) ?? [])
        .filter((row) => row.until >= from && row.from < end)
        .sort((a, b) => b.until - a.until || (a.id < b.id ? 1 : -1))
        .slice(0, limit)
      return Promise.all(rows.map(async ({ place }) => line.parse(await journal.read(place)).occurrence))
    },
    missed(taskId, after) {
      const since = Date.parse(after)
      const rows = known.get(taskId) ?? []
      // Later rows end later; most tasks have missed nothing for long.
      const first = rows.findLastIndex((row) => row.until <= since) + 1
      return sum(rows.slice(first).filter((row) => row.missed !== null))
    },
    close: () => journal.close(),
  }
}

function sum(rows: readonly Row[]): MissedSum | undefined {
  const [first] = rows
  if (first === undefined) return undefined
  const by = new Map<LateReason, number>()
  for (const { missed, count } of rows) if (missed) by.set(missed, (by.get(missed) ?? 0) + count)
  const [[reason] = [lateReason.enum.busy]] = [...by].sort((a, b) => b[1] - a[1])
  return {
    count: rows.reduce((total, { count }) => total + count, 0),
    from: new Date(Math.min(...rows.map(({ from }) => from))).toISOString(),
    until: new Date(Math.max(...rows.map(({ until }) => until))).toISOString(),
    reason,
  }
}

function bySegment(records: readonly OccurrenceRecord[]): Map<string, OccurrenceRecord[]> {
  const groups = new Map<string, OccurrenceRecord[]>()
  for (const record of records) {
    const segment = segmentOf(record.from)
    groups.set(segment, [...(groups.get(segment) ?? []), record])
  }
  return groups
}
