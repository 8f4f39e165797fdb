/**
 * What became of every occurrence. Those that have a run are told by it; the others are kept here, as ranges: consecutive ones of
 * a task with the same fate and reason are one record, that grows. It is written at most once a second, and the longer it has
 * grown the more seldom; what a crash loses is decided anew.
 */
import { messageOf } from '@shared/errors'
import type { OccurrenceEvent, OccurrenceRecord } from '@shared/model/occurrence'
import { beforeAll, isLater } from '@shared/schedule/clock-instant'
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
  /**
   * A run of the task for `at` (ms) is to be stored: what was recorded of instants after it waits until what this gives is
   * called. Else a crash in between would leave a watermark beyond a run that is nowhere.
   */
  hold(taskId: string, at: number): () => void
  /** Resolves once all that was recorded of the task, and is not held, is on disk. Rejects with STORAGE; it is tried again by and by. */
  flush(taskId: string): Promise<void>
  /** What is not on disk as it stands, latest first. */
  pending(taskId: string): readonly OccurrenceRecord[]
  /** Writes everything, or as much as the disk takes. */
  stop(): Promise<void>
}

interface Range {
  record: OccurrenceRecord
}

/** What of a task is not on disk, and by when (monotonic ms) it is to be. */
interface Dirty {
  readonly ranges: Set<Range>
  due: number
}

interface Flight {
  readonly ranges: readonly Range[]
  readonly landed: Promise<void>
}

/** Ms. */
const shortest = 1000
const longest = 600_000
const retry = 2000

export function createLedger({ ports, store, refused, wrote }: LedgerOptions): Ledger {
  const { clock, ids, log } = ports
  /** The range of a task that may still grow. */
  const growing = new Map<string, Range>()
  const dirty = new Map<string, Dirty>()
  /** Ms. */
  const holds = new Map<string, Set<{ readonly at: number }>>()
  /** Handed to the disk, and not answered yet. */
  const flights = new Set<Flight>()
  let disarm: (() => void) | undefined
  let armedFor = Number.POSITIVE_INFINITY
  let refusing = false
  let stopped = false

  const iso = (at: number): string => new Date(at).toISOString()

  const begin = (taskId: string, range: FateRange, event: OccurrenceEvent | null, runId: string | null): Range => {
    const now = clock.now()
    const { from, until, ...rest } = range
    return {
      record: {
        id: ids.next(now),
        taskId,
        epoch: store.state.epoch().number,
        ...rest,
        from: iso(from),
        until: iso(until),
        runId,
        event,
        recordedAt: iso(now),
      },
    }
  }

  /** Whether `range` goes on where `last` ends. */
  const continues = (last: OccurrenceRecord, range: FateRange, runId: string | null): boolean =>
    last.event === null &&
    last.state === range.state &&
    last.reason === range.reason &&
    last.runId === runId &&
    last.epoch === store.state.epoch().number &&
    last.from.slice(0, 7) === iso(range.from).slice(0, 7) &&
    Date.parse(last.until) < range.from &&
    !(last.state === 'missed' && isSettled(last))

  /** What the operator has decided on does not come back with what is missed after it. */
  const isSettled = ({ taskId, epoch, until }: OccurrenceRecord): boolean =>
    !isLater({ epoch, at: Date.parse(until) }, store.state.missedSettled(taskId) ?? beforeAll)

  /** How long what has changed may wait: a range over an hour is as well written once a minute. */
  const patience = ({ record }: Range): number =>
    Math.min(longest, Math.max(shortest, (Date.parse(record.until) - Date.parse(record.from)) / 60))

  const mark = (range: Range, wait: number): void => {
    const { taskId } = range.record
    const due = clock.monotonic() + wait
    const known = dirty.get(taskId)
    if (known === undefined) dirty.set(taskId, { ranges: new Set([range]), due })
    else {
      known.ranges.add(range)
      known.due = Math.min(known.due, due)
    }
    if (due < armedFor) arm(due)
  }

  const arm = (due: number): void => {
    if (stopped) return
    disarm?.()
    armedFor = due
    disarm = clock.after(Math.max(0, due - clock.monotonic()), () => {
      armedFor = Number.POSITIVE_INFINITY
      const now = clock.monotonic()
      write([...dirty].flatMap(([taskId, { due: by }]) => (by <= now ? [taskId] : [])))
      let next = Number.POSITIVE_INFINITY
      for (const rest of dirty.values()) next = Math.min(next, rest.due)
      if (next < armedFor) arm(next)
    })
  }

  /** Takes out of what is dirty what may be written. */
  const takeReady = (taskId: string): Range[] => {
    const known = dirty.get(taskId)
    if (known === undefined) return []
    const first = Math.min(...[...(holds.get(taskId) ?? [])].map((hold) => hold.at))
    const ready = [...known.ranges].filter(({ record }) => Date.parse(record.until) < first)
    for (const range of ready) known.ranges.delete(range)
    if (known.ranges.size === 0) dirty.delete(taskId)
    // Until it is held no more.
    else known.due = Number.POSITIVE_INFINITY
    return ready
  }

  const write = (taskIds: readonly string[]): void => {
    const ranges = taskIds.flatMap(takeReady)
    if (ranges.length === 0) return
    const flight: Flight = {
      ranges,
      landed: store.occurrences.put(ranges.map(({ record }) => record)).then(
        () => {
          flights.delete(flight)
          if (refusing) wrote()
          refusing = false
        },
        (error: unknown) => {
          flights.delete(flight)
          for (const range of ranges) mark(range, retry)
          refusing = true
          log.error({ err: error }, `the ledger could not be written: ${messageOf(error)}`)
          refused(error)
          throw error
        },
      ),
    }
    flights.add(flight)
    flight.landed.catch(() => undefined)
  }

  const landed = async (concerns: (flight: Flight) => boolean): Promise<void> => {
    await Promise.all([...flights].filter(concerns).map((flight) => flight.landed))
  }

  return {
    record(taskId, range, { event = null, runId = null } = {}) {
      const open = growing.get(taskId)
      if (open !== undefined && event === null && continues(open.record, range, runId)) {
        const { record } = open
        open.record = {
          ...record,
          until: iso(range.until),
          count: record.count + range.count,
          recordedAt: iso(clock.now()),
        }
        return mark(open, patience(open))
      }
      const made = begin(taskId, range, event, runId)
      growing.set(taskId, made)
      mark(made, patience(made))
    },
    interrupt: (taskId) => void growing.delete(taskId),
    hold(taskId, at) {
      const hold = { at }
      const all = holds.get(taskId) ?? new Set()
      holds.set(taskId, all.add(hold))
      return () => {
        all.delete(hold)
        if (all.size === 0) holds.delete(taskId)
        for (const range of dirty.get(taskId)?.ranges ?? []) mark(range, shortest)
      }
    },
    flush(taskId) {
      write([taskId])
      // Also what is under way already: a run's first line must not overtake it.
      return landed(({ ranges }) => ranges.some(({ record }) => record.taskId === taskId))
    },
    pending(taskId) {
      const flying = [...flights].flatMap(({ ranges }) => ranges.filter(({ record }) => record.taskId === taskId))
      const ranges = new Set([...flying, ...(dirty.get(taskId)?.ranges ?? [])])
      return [...ranges].map(({ record }) => record).sort((a, b) => (a.from + a.id < b.from + b.id ? 1 : -1))
    },
    async stop() {
      stopped = true
      disarm?.()
      write([...dirty.keys()])
      await landed(() => true).catch(() => undefined)
    },
  }
}
