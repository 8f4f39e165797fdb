/**
 * What is known of every run without reading its record: columns of numbers, one row a run, so that a million of them
 * fit. Records stay on disk.
 */
import { BelfryError } from '@shared/errors'
import { hasEnded, runStatus, type Run, type RunStatus } from '@shared/model/run'
import { beforeAll, isLater, laterOf, type ClockInstant } from '@shared/schedule/clock-instant'
import { columnsOf } from './columns'
import type { Place } from './journal'
import { neverBegan, runColumns, waitedOf } from './run-columns'
import { createSortedRows, type SortedRows } from './sorted-rows'
import type { Position, RunQuery, StartOfRun, Unstarted } from './types'

const statuses = runStatus.options

export interface RunIndex {
  /** The run's latest record stands at `place`, and was written in that epoch of the clock. */
  set(run: Run, place: Place, epoch: number): void
  place(id: string): Place | undefined
  /** Newest first by createdAt, then id: at most `limit` places, and the cursor of the next page. */
  query(query: RunQuery): { places: Place[]; nextCursor: string | null }
  unfinished(): string[]
  lastNumber(taskId: string): number
  countSince(since: string): Record<RunStatus, number>
  lastStarted(taskId: string): ClockInstant | undefined
  expired(taskId: string, after: ClockInstant): Unstarted | undefined
  startsSince(taskId: string, since: number): StartOfRun[]
  /** See RunStore. */
  planned(taskId: string, range: { since?: number; below?: Position; limit: number }): Place[]
  plannedFrom(taskId: string, at: number, limit: number): Place[]
  /** Where the task's runs are that ended at or after `since` (ms), latest end first. */
  endedSince(taskId: string, since: number): Place[]
}

interface TaskRows {
  /** In the column of tasks. */
  readonly key: number
  readonly rows: SortedRows
  /** Those that occurrences brought and that never started, for they waited too long; by epoch and instant. */
  readonly expired: SortedRows
  lastStarted: ClockInstant | undefined
  /** Those that occurrences brought, by their instant; made once somebody asks. */
  planned: SortedRows | undefined
  lastNumber: number
}

export function createRunIndex(): RunIndex {
  const rows = new Map<string, number>()
  const ids: string[] = []
  const segments: string[] = []
  const tasks = new Map<string, TaskRows>()
  /** Of those that have expired; seldom was anything folded into them. */
  const expiries = new Map<number, { readonly epoch: number; readonly from: number; readonly count: number }>()
  let columns = columnsOf(runColumns, 1024)

  const byCreation = (a: number, b: number): number =>
    (columns.createdAt[a] ?? 0) - (columns.createdAt[b] ?? 0) || compareText(ids[a] ?? '', ids[b] ?? '')
  const byInstant = (a: number, b: number): number =>
    (columns.scheduledAt[a] ?? 0) - (columns.scheduledAt[b] ?? 0) || compareText(ids[a] ?? '', ids[b] ?? '')
  const byEpoch = (a: number, b: number): number =>
    (expiries.get(a)?.epoch ?? 0) - (expiries.get(b)?.epoch ?? 0) || byInstant(a, b)
  const all = createSortedRows(byCreation)
  const ended = createSortedRows((a, b) => (columns.finishedAt[a] ?? 0) - (columns.finishedAt[b] ?? 0) || a - b)

  function segmentNumber(segment: string): number {
    const known = segments.lastIndexOf(segment)
    return known === -1 ? segments.push(segment) - 1 : known
  }

  function placeOf(row: number): Place {
    return {
      segment: segments[columns.segment[row] ?? 0] ?? '',
      offset: columns.offset[row] ?? 0,
      length: columns.length[row] ?? 0,
    }
  }

  function statusOf(row: number): RunStatus {
    return statuses[columns.status[row] ?? 0] ?? 'queued'
  }

  function addRow(id: string): number {
    const row = ids.push(id) - 1
    rows.set(id, row)
    if (row >= columns.segment.length) columns = columnsOf(runColumns, row * 2, columns)
    return row
  }

  function tasksRows(taskId: string): TaskRows {
    const known = tasks.get(taskId)
    if (known) return known
    const [rows, expired] = [createSortedRows(byCreation), createSortedRows(byEpoch)]
    const made: TaskRows = { key: tasks.size, rows, expired, lastStarted: undefined, planned: undefined, lastNumber: 0 }
    tasks.set(taskId, made)
    return made
  }

  function addExpired({ expired }: TaskRows, row: number, { epoch, scheduledAt, folded, foldedFrom }: Run): void {
    // It may be written again.
    if (scheduledAt === null || expiries.has(row)) return
    expiries.set(row, { epoch, from: Date.parse(foldedFrom ?? scheduledAt), count: 1 + folded })
    expired.add(row)
  }

  function plannedRows(taskId: string): SortedRows | undefined {
    const task = tasks.get(taskId)
    if (task === undefined || task.planned) return task?.planned
    task.planned = createSortedRows(byInstant)
    for (const row of task.rows.upwards(() => false)) if (!Number.isNaN(columns.scheduledAt[row])) task.planned.add(row)
    return task.planned
  }

  return {
    set(run, place, epoch) {
      const known = rows.get(run.id)
      const task = tasksRows(run.taskId)
      const row = known ?? addRow(run.id)
      const wasQueued = known === undefined || statusOf(row) === 'queued'
      if (known !== undefined && hasEnded(statusOf(row))) ended.remove(row)
      columns.segment[row] = segmentNumber(place.segment)
      columns.offset[row] = place.offset
      columns.length[row] = place.length
      columns.status[row] = statuses.indexOf(run.status)
      columns.waited[row] = waitedOf(run)
      columns.finishedAt[row] = Date.parse(run.finishedAt ?? run.updatedAt)
      if (known === undefined) {
        columns.task[row] = task.key
        columns.createdAt[row] = Date.parse(run.createdAt)
        columns.scheduledAt[row] = run.scheduledAt === null ? Number.NaN : Date.parse(run.scheduledAt)
        all.add(row)
        task.rows.add(row)
        if (run.scheduledAt !== null) task.planned?.add(row)
      }
      if (hasEnded(run.status)) ended.add(row)
      if (run.status === 'expired') addExpired(task, row, run)
      // By the clock as it was then: it may have been set back before the run's last line.
      if (wasQueued && run.startedAt !== null)
        task.lastStarted = laterOf(task.lastStarted ?? beforeAll, { epoch, at: Date.parse(run.startedAt) })
      task.lastNumber = Math.max(task.lastNumber, run.number)
    },
    place(id) {
      const row = rows.get(id)
      return row === undefined ? undefined : placeOf(row)
    },
    query(query) {
      const from = query.taskId === undefined ? all : tasks.get(query.taskId)?.rows
      const wanted = query.status && new Set<number>(query.status.map((status) => statuses.indexOf(status)))
      const since = query.since === undefined ? -Infinity : Date.parse(query.since)
      const before = query.until === undefined ? Infinity : Date.parse(query.until)
      const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor)
      const isBefore = (row: number): boolean => {
        const at = columns.createdAt[row] ?? 0
        if (at >= before) return false
        return !cursor || at < cursor.at || (at === cursor.at && (ids[row] ?? '') < cursor.id)
      }
      const places: Place[] = []
      let last = -1
      for (const row of from?.downwards(isBefore) ?? []) {
        if ((columns.createdAt[row] ?? 0) < since) break
        if (wanted && !wanted.has(columns.status[row] ?? 0)) continue
        if (places.length === query.limit)
          return { places, nextCursor: writeCursor(columns.createdAt[last] ?? 0, ids[last] ?? '') }
        places.push(placeOf(row))
        last = row
      }
      return { places, nextCursor: null }
    },
    unfinished: () => ids.filter((_, row) => !hasEnded(statusOf(row))),
    lastNumber: (taskId) => tasks.get(taskId)?.lastNumber ?? 0,
    countSince(since) {
      const from = Date.parse(since)
      const counts = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<RunStatus, number>
      for (const row of ended.downwards(() => true)) {
        if ((columns.finishedAt[row] ?? 0) < from) break
        counts[statusOf(row)] += 1
      }
      return counts
    },
    lastStarted: (taskId) => tasks.get(taskId)?.lastStarted,
    expired(taskId, after) {
      let [count, from, until] = [0, Infinity, -Infinity]
      for (const row of tasks.get(taskId)?.expired.downwards(() => true) ?? []) {
        const at = columns.scheduledAt[row] ?? 0
        const expiry = expiries.get(row)
        if (expiry === undefined || !isLater({ epoch: expiry.epoch, at }, after)) break
        count += expiry.count
        from = Math.min(from, expiry.from)
        until = Math.max(until, at)
      }
      return count === 0 ? undefined : { count, from, until }
    },
    startsSince(taskId, since) {
      const found: StartOfRun[] = []
      for (const row of tasks.get(taskId)?.rows.downwards(() => true) ?? []) {
        const createdAt = columns.createdAt[row] ?? 0
        const waited = columns.waited[row] ?? 0
        const began = waited !== neverBegan
        const at = began ? createdAt + waited : createdAt
        // They begin in their order, or nearly so.
        if (began && at < since) break
        if (at >= since && (began || statusOf(row) === 'queued')) found.push({ runId: ids[row] ?? '', at, began })
      }
      return found
    },
    planned(taskId, { since = -Infinity, below, limit }) {
      const isBelow = (row: number): boolean => {
        if (below === undefined) return true
        const at = columns.scheduledAt[row] ?? 0
        const order = at - below.at || compareText(ids[row] ?? '', below.id)
        return below.inclusive ? order <= 0 : order < 0
      }
      const places: Place[] = []
      for (const row of plannedRows(taskId)?.downwards(isBelow) ?? []) {
        if (places.length === limit || (columns.scheduledAt[row] ?? 0) < since) break
        places.push(placeOf(row))
      }
      return places
    },
    endedSince(taskId, since) {
      const task = tasks.get(taskId)?.key
      const found: Place[] = []
      for (const row of task === undefined ? [] : ended.downwards(() => true)) {
        if ((columns.finishedAt[row] ?? 0) < since) break
        if (columns.task[row] === task) found.push(placeOf(row))
      }
      return found
    },
    plannedFrom(taskId, at, limit) {
      const places: Place[] = []
      for (const row of plannedRows(taskId)?.upwards((one) => (columns.scheduledAt[one] ?? 0) < at) ?? []) {
        if (places.length === limit) break
        places.push(placeOf(row))
      }
      return places
    },
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function writeCursor(at: number, id: string): string {
  return Buffer.from(`${at}:${id}`).toString('base64url')
}

function readCursor(cursor: string): { at: number; id: string } {
  const match = /^(-?\d+):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) throw new BelfryError('INVALID', 'the cursor is not one that a list gave', { field: 'cursor' })
  return { at: Number(match[1]), id: match[2] ?? '' }
}
