/** What became of every simulated occurrence. Instants are ms. */
import type { Simulation } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import type { FateRange } from '../schedule/decide'
import type { DueTask } from '../schedule/planner'

type Counts = { -readonly [K in keyof Simulation['total']]: number }
export type SimulatedEvent = Omit<Simulation['items'][number], 'at' | 'taskName'> & { readonly at: number }

export interface TallyRow {
  readonly counts: Counts
  readonly reasons: Record<string, number>
  first: number
  last: number
}

/** Most at once, and when first. */
export interface Busiest {
  readonly at: number
  readonly running: number
}

/** Of a stretch of time. */
export interface Tally {
  readonly rows: ReadonlyMap<string, TallyRow>
  /** When runs take a slot and give it back (ms), in any order. */
  readonly starts: number[]
  readonly ends: number[]
  /** It has its run. */
  started(due: DueTask): void
  /** Its run is over: an occurrence that ran, or ran late. */
  ended(due: DueTask): void
  /** These instants of the task, soonest first, have runs in time; so many of its runs are over. Lists nothing. */
  ranPlainly(taskId: string, at: readonly number[], ended: number): void
  /** What has no run of its own. */
  fate(taskId: string, range: FateRange): void
  /** It waits or runs at the end. */
  open(due: DueTask): void
}

/** Of everything up to now. */
export interface Total {
  readonly rows: ReadonlyMap<string, TallyRow>
  readonly busiest: Busiest | null
  /** All of them, `by` ms later than it was there. */
  add(rows: ReadonlyMap<string, TallyRow>, by: number): void
  /** So many at once. */
  saw(busiest: Busiest | null, by: number): void
}

export function createTotal(): Total {
  const rows = new Map<string, TallyRow>()
  let busiest: Busiest | null = null
  return {
    rows,
    get busiest() {
      return busiest
    },
    add(others, by) {
      for (const [taskId, { counts, reasons, first, last }] of others) {
        let row = rows.get(taskId)
        if (row === undefined) rows.set(taskId, (row = emptyRow()))
        row.first = Math.min(row.first, first + by)
        row.last = Math.max(row.last, last + by)
        addCounts(row.counts, counts)
        for (const reason in reasons) row.reasons[reason] = (row.reasons[reason] ?? 0) + (reasons[reason] ?? 0)
      }
    },
    saw(other, by) {
      if (other !== null && other.running > (busiest?.running ?? 0))
        busiest = { at: other.at + by, running: other.running }
    },
  }
}

/** @param list takes the events as they are decided */
export function createTally(list: (event: SimulatedEvent) => void): Tally {
  const rows = new Map<string, TallyRow>()

  const rowOf = (taskId: string): TallyRow => {
    let row = rows.get(taskId)
    if (row === undefined) rows.set(taskId, (row = emptyRow()))
    return row
  }
  const rowThatSees = (taskId: string, from: number, until: number): TallyRow => {
    const row = rowOf(taskId)
    if (from < row.first) row.first = from
    if (until > row.last) row.last = until
    return row
  }

  return {
    rows,
    starts: [],
    ends: [],
    started({ taskId, scheduledAt, folded, foldedFrom, late }) {
      const from = foldedFrom ?? scheduledAt
      rowThatSees(taskId, from, scheduledAt).counts.coalesced += folded
      if (folded > 0) list({ at: from, taskId, state: 'coalesced', reason: null, count: folded })
      list({ at: scheduledAt, taskId, state: late ? 'ran_late' : 'ran', reason: late?.reason ?? null, count: 1 })
    },
    ended({ taskId, late }) {
      rowOf(taskId).counts[late === null ? 'ran' : 'ranLate']++
    },
    ranPlainly(taskId, at, ended) {
      const [first, last] = [at[0], at.at(-1)]
      if (first !== undefined && last !== undefined) rowThatSees(taskId, first, last)
      if (ended > 0) rowOf(taskId).counts.ran += ended
    },
    fate(taskId, { state, reason, from, until, count }) {
      const row = rowThatSees(taskId, from, until)
      row.counts[state] += count
      if (state !== 'paused') row.reasons[reason] = (row.reasons[reason] ?? 0) + count
      list({ at: from, taskId, state, reason, count })
    },
    open({ taskId, scheduledAt, foldedFrom }) {
      rowThatSees(taskId, foldedFrom ?? scheduledAt, scheduledAt).counts.open++
    },
  }
}

export interface SimulatedSpan {
  readonly from: number
  readonly until: number
  readonly tasks: readonly Task[]
  readonly duration: (taskId: string) => number
}

/** The answer: all tasks by name, also those that never came. */
export function simulationOf(
  { from, until, tasks, duration }: SimulatedSpan,
  { rows, busiest }: Pick<Total, 'rows' | 'busiest'>,
  events: readonly SimulatedEvent[],
): Simulation {
  const total = emptyRow().counts
  for (const { counts } of rows.values()) addCounts(total, counts)
  const names = new Map(tasks.map(({ id, name }) => [id, name]))
  return {
    from: iso(from),
    until: iso(until),
    total,
    tasks: tasks
      .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
      .map(({ id, name }) => {
        const { counts, reasons, first, last } = rows.get(id) ?? emptyRow()
        const [begin, end] = first > last ? [null, null] : [iso(first), iso(last)]
        return { taskId: id, taskName: name, first: begin, last: end, duration: duration(id), reasons, ...counts }
      }),
    busiest: busiest && { at: iso(busiest.at), running: busiest.running },
    items: events
      .toSorted((a, b) => a.at - b.at)
      .map((event) => ({ ...event, at: iso(event.at), taskName: names.get(event.taskId) ?? event.taskId })),
  }
}

function addCounts(to: Counts, from: Counts): void {
  to.ran += from.ran
  to.ranLate += from.ranLate
  to.coalesced += from.coalesced
  to.missed += from.missed
  to.skipped += from.skipped
  to.paused += from.paused
  to.open += from.open
}

export function emptyRow(): TallyRow {
  const counts = { ran: 0, ranLate: 0, coalesced: 0, missed: 0, skipped: 0, paused: 0, open: 0 }
  return { counts, reasons: {}, first: Infinity, last: -Infinity }
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
