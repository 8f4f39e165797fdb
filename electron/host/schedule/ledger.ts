/**
 * What became of every occurrence. Those that have a run are told by it; the others are kept here, as ranges: consecutive ones of
 * a task with the same fate and reason are one record, that grows. It is written at most once a second, and the longer it has
 * grown the more seldom; what a crash loses is decided anew.
 */
import { messageOf } from '@shared/errors'
import type { OccurrenceEvent, OccurrenceRecord } from '@shared/model/occurrence'
import type { Ports } from '../ports'
import type { Store } from '../store/types'
import type { FateRange } from './decide'

export interface LedgerOptions {
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'log'>
  readonly store: Pick<Store, 'occurrences' | 'state'>
  /** The disk takes nothing, or does again. */
  readonly refused: (error: unknown) => void
  readonly wrote: () => void
}

export interface Ledger {
  record(taskId: string, range: FateRange, given?: { event?: OccurrenceEvent | null; runId?: string | null }): void
  /** An occurrence of the task runs: what comes after it is another range. */
  interrupt(taskId: string): void
  /** Writes what of the task is not on disk yet. Rejects with STORAGE; then it is tried again by and by. */
  flush(taskId: string): Promise<void>
  /** What is not on disk yet, latest first. */
  pending(taskId: string): readonly OccurrenceRecord[]
  /** Writes everything, or as much as the disk takes. */
  stop(): Promise<void>
}

interface Range {
  record: OccurrenceRecord
  /** Not on disk as it stands. */
  dirty: boolean
}

const shortest = 1000
const longest = 60_000
const retry = 2000

export function createLedger({ ports, store, refused, wrote }: LedgerOptions): Ledger {
  const { clock, ids, log } = ports
  /** The range of a task that may still grow. */
  const growing = new Map<string, Range>()
  const dirty = new Map<string, Set<Range>>()
  let disarm: (() => void) | undefined
  let stopped = false

  const iso = (at: number): string => new Date(at).toISOString()

  const begin = (taskId: string, range: FateRange, event: OccurrenceEvent | null, runId: string | null): Range => {
    const now = clock.now()
    const { from, until, ...rest } = range
    const record = {
      id: ids.next(now),
      taskId,
      epoch: store.state.epoch().number,
      ...rest,
      from: iso(from),
      until: iso(until),
      runId,
      event,
      recordedAt: iso(now),
    }
    return { record, dirty: true }
  }

  /** How long what has changed may wait: a range over an hour is as well written once a minute. */
  const patience = ({ record }: Range): number =>
    Math.min(longest, Math.max(shortest, (Date.parse(record.until) - Date.parse(record.from)) / 60))

  const arm = (ms: number): void => {
    if (stopped) return
    disarm ??= clock.after(ms, () => {
      disarm = undefined
      void writeAll()
    })
  }

  const mark = (taskId: string, range: Range): void => {
    range.dirty = true
    dirty.set(taskId, (dirty.get(taskId) ?? new Set()).add(range))
    arm(patience(range))
  }

  const write = async (taskIds: readonly string[]): Promise<void> => {
    const ranges = taskIds.flatMap((taskId) => [...(dirty.get(taskId) ?? [])])
    if (ranges.length === 0) return
    for (const taskId of taskIds) dirty.delete(taskId)
    for (const range of ranges) range.dirty = false
    try {
      await store.occurrences.put(ranges.map(({ record }) => record))
      wrote()
    } catch (error) {
      for (const range of ranges) {
        const { taskId } = range.record
        dirty.set(taskId, (dirty.get(taskId) ?? new Set()).add(range))
        range.dirty = true
      }
      arm(retry)
      throw error
    }
  }

  const writeAll = (): Promise<void> =>
    write([...dirty.keys()]).catch((error: unknown) => {
      log.error({ err: error }, `the ledger could not be written: ${messageOf(error)}`)
      refused(error)
    })

  return {
    record(taskId, range, { event = null, runId = null } = {}) {
      const open = growing.get(taskId)
      const last = open?.record
      const same =
        last !== undefined &&
        event === null &&
        last.event === null &&
        last.state === range.state &&
        last.reason === range.reason &&
        last.epoch === store.state.epoch().number &&
        last.from.slice(0, 7) === iso(range.from).slice(0, 7) &&
        Date.parse(last.until) < range.from
      if (open !== undefined && same) {
        const now = iso(clock.now())
        open.record = { ...last, until: iso(range.until), count: last.count + range.count, recordedAt: now }
        mark(taskId, open)
        return
      }
      const made = begin(taskId, range, event, runId)
      growing.set(taskId, made)
      mark(taskId, made)
    },
    interrupt: (taskId) => void growing.delete(taskId),
    flush: (taskId) => write([taskId]),
    pending: (taskId) => [...(dirty.get(taskId) ?? [])].map(({ record }) => record).reverse(),
    async stop() {
      stopped = true
      disarm?.()
      await writeAll()
    },
  }
}
