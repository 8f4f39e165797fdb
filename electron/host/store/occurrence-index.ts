/**
 * What is known of every range of occurrences without reading its record: columns of numbers, one row a range, so that a
 * million of them fit.
 */
import { lateReason, type LateReason, type OccurrenceRecord } from '@shared/model/occurrence'
import { isLater, type ClockInstant } from '@shared/schedule/clock-instant'
import { columnsOf } from './columns'
import type { Place } from './journal'
import { createSortedRows, type SortedRows } from './sorted-rows'
import type { MissedSum, OccurrenceQuery, Unstarted } from './types'

const reasons = lateReason.options

export interface OccurrenceIndex {
  /** The latest record of the range stands at `place`. */
  set(record: OccurrenceRecord, place: Place): void
  /** See OccurrenceStore. */
  query(taskId: string, query: OccurrenceQuery): Place[]
  has(taskId: string): boolean
  /** See OccurrenceStore. */
  missed(taskId: string, after: ClockInstant, expired?: Unstarted): MissedSum | undefined
}

interface TaskRows {
  /** By beginning, which never changes while a range grows. */
  readonly rows: SortedRows
  /** By epoch first. */
  readonly missed: SortedRows
  /** Of any range, ms: what begins so long before an instant does not reach to it. */
  longest: number
}

export function createOccurrenceIndex(): OccurrenceIndex {
  const tasks = new Map<string, TaskRows>()
  const ids: string[] = []
  const segments: string[] = []
  let columns = columnsOf(kinds, 1024)

  const order = (row: number, at: number, id: string): number => {
    const apart = (columns.from[row] ?? 0) - at
    if (apart !== 0) return apart
    const own = ids[row] ?? ''
    return own === id ? 0 : own < id ? -1 : 1
  }
  const byBeginning = (a: number, b: number): number => order(a, columns.from[b] ?? 0, ids[b] ?? '')

  const byEpoch = (a: number, b: number): number =>
    (columns.epoch[a] ?? 0) - (columns.epoch[b] ?? 0) || byBeginning(a, b)

  const rowsOf = (taskId: string): TaskRows => {
    const known = tasks.get(taskId)
    if (known) return known
    const made = { rows: createSortedRows(byBeginning), missed: createSortedRows(byEpoch), longest: 0 }
    tasks.set(taskId, made)
    return made
  }

  const addRow = (id: string): number => {
    const row = ids.push(id) - 1
    if (row >= columns.from.length) columns = columnsOf(kinds, row * 2, columns)
    return row
  }

  const segmentNumber = (segment: string): number => {
    const known = segments.lastIndexOf(segment)
    return known === -1 ? segments.push(segment) - 1 : known
  }

  const placeOf = (row: number): Place => ({
    segment: segments[columns.segment[row] ?? 0] ?? '',
    offset: columns.offset[row] ?? 0,
    length: columns.length[row] ?? 0,
  })

  return {
    set(record, place) {
      const task = rowsOf(record.taskId)
      const from = Date.parse(record.from)
      const until = Date.parse(record.until)
      const [known] = task.rows.upwards((row) => order(row, from, record.id) < 0)
      const isKnown = known !== undefined && ids[known] === record.id && columns.from[known] === from
      const row = isKnown ? known : addRow(record.id)
      columns.from[row] = from
      columns.until[row] = until
      columns.epoch[row] = record.epoch
      columns.count[row] = record.count
      columns.reason[row] = record.state === 'missed' ? reasons.indexOf(record.reason) + 1 : 0
      columns.segment[row] = segmentNumber(place.segment)
      columns.offset[row] = place.offset
      columns.length[row] = place.length
      task.longest = Math.max(task.longest, until - from)
      if (isKnown) return
      task.rows.add(row)
      if (record.state === 'missed') task.missed.add(row)
    },
    query(taskId, { since = -Infinity, before = Infinity, below, limit }) {
      const task = tasks.get(taskId)
      if (task === undefined) return []
      const isBelow = (row: number): boolean => {
        if ((columns.from[row] ?? 0) >= before) return false
        if (below === undefined) return true
        const apart = order(row, below.at, below.id)
        return below.inclusive ? apart <= 0 : apart < 0
      }
      const places: Place[] = []
      for (const row of task.rows.downwards(isBelow)) {
        if (places.length === limit || (columns.from[row] ?? 0) < since - task.longest) break
        if ((columns.until[row] ?? 0) >= since) places.push(placeOf(row))
      }
      return places
    },
    has: (taskId) => tasks.has(taskId),
    missed(taskId, after, expired) {
      const counts = reasons.map((reason) => (reason === 'busy' && expired ? expired.count : 0))
      let from = expired?.from ?? Infinity
      let until = expired?.until ?? -Infinity
      for (const row of tasks.get(taskId)?.missed.downwards(() => true) ?? []) {
        if (!isLater({ epoch: columns.epoch[row] ?? 0, at: columns.until[row] ?? 0 }, after)) break
        const reason = (columns.reason[row] ?? 1) - 1
        counts[reason] = (counts[reason] ?? 0) + (columns.count[row] ?? 0)
        from = Math.min(from, columns.from[row] ?? 0)
        until = Math.max(until, columns.until[row] ?? 0)
      }
      if (until === -Infinity) return undefined
      return {
        count: counts.reduce((sum, count) => sum + count, 0),
        from: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
        reason: mostFrequent(counts),
      }
    },
  }
}

function mostFrequent(counts: readonly number[]): LateReason {
  return reasons[counts.indexOf(Math.max(...counts))] ?? 'busy'
}

const kinds = {
  /** Ms since the epoch. */
  from: Float64Array,
  until: Float64Array,
  count: Float64Array,
  offset: Float64Array,
  length: Uint32Array,
  segment: Uint16Array,
  epoch: Uint32Array,
  /** 0 where it was not missed, else why, counted from 1. */
  reason: Uint8Array,
}
