/** Accounts for every occurrence of a task: runs and recorded fates as one ledger, and why there is nothing where there is nothing. */
import type { Page } from '@shared/model/common'
import type { LedgerEntry, OccurrenceRecord } from '@shared/model/occurrence'
import { errorWords, type Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { WhyAnswer } from '@shared/model/why'
import type { Clock } from '../ports'
import type { Store } from '../store/types'
import { absenceOf, plannedAround } from './absence'
import type { Ledger } from './ledger'
import {
  byPlace,
  entriesOfRun,
  entryOfRecord,
  isBelow,
  latenessOf,
  reachesInto,
  readCursor,
  writeCursor,
  type PlacedEntry,
} from './ledger-entries'
import type { Planner } from './planner'
import { wholeSecond } from './trigger-times'

export interface AccountOptions {
  readonly clock: Clock
  readonly store: Pick<Store, 'runs' | 'occurrences' | 'settings'>
  readonly ledger: Pick<Ledger, 'pending'>
  readonly planner: Pick<Planner, 'moment' | 'nextAt' | 'marks'>
}

export interface LedgerQuery {
  /** ISO: entries that reach into it, at or after, and before. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Account {
  /** Latest first. INVALID for a cursor that is none. */
  ledger(taskId: string, query: LedgerQuery): Promise<Page<LedgerEntry>>
  /** @param at ms; undefined: the last occurrence */
  why(task: Task, at: number | undefined): Promise<WhyAnswer>
}

/** Ms: an occurrence so near is the one that is meant. */
const near = 60_000
/** How many runs to look through for one that stands for an instant: those that events brought may lie between. */
const lookedThrough = [3, 30, 300]

export function createAccount({ clock, store, ledger, planner }: AccountOptions): Account {
  const { runs, occurrences } = store

  /** Recorded fates that reach into `[since, before)`, what is in memory in place of what it is on disk. */
  const fates = async (
    taskId: string,
    query: { since: number; before: number; below?: ReturnType<typeof readCursor> | undefined; limit: number },
  ): Promise<PlacedEntry[]> => {
    const { below, limit, ...range } = query
    const before = ledger.pending(taskId)
    const stored = await occurrences.list(taskId, {
      ...range,
      ...(below === undefined ? {} : { below }),
      limit: limit + before.length,
    })
    // What lands while the disk is read may neither have been read nor be pending any more.
    const known = new Map<string, OccurrenceRecord>()
    for (const record of [...before, ...stored, ...ledger.pending(taskId)])
      if (record.count >= (known.get(record.id)?.count ?? 0)) known.set(record.id, record)
    return [...known.values()]
      .map(entryOfRecord)
      .filter(
        (one) => reachesInto(one.entry, range.since, range.before) && (below === undefined || isBelow(one, below)),
      )
  }

  /** The run at or after `at` that may stand for occurrences before it, and those that events brought in between. */
  const runsFrom = async (taskId: string, at: number): Promise<Run[]> => {
    let found: Run[] = []
    // Nearly always the first is the one.
    for (const many of lookedThrough) {
      found = await runs.plannedFrom(taskId, at, many)
      const last = found.findIndex((run) => run.event === null && Date.parse(run.scheduledAt ?? '') > at)
      if (last !== -1) return found.slice(0, last + 1)
      if (found.length < many) break
    }
    return found
  }

  const around = async (taskId: string, at: number): Promise<PlacedEntry[]> => {
    const second = wholeSecond(at)
    const [behind, ahead, told] = await Promise.all([
      runs.planned(taskId, { below: { at: second, id: '' }, since: at - near, limit: 1 }),
      runsFrom(taskId, second),
      fates(taskId, { since: at - near, before: at + near + 1, limit: 200 }),
    ])
    return [...[...behind, ...ahead].flatMap(entriesOfRun), ...told]
  }

  /** What became of the occurrence that is meant by `at`, if anything is on record. */
  const meant = async (taskId: string, at: number, planned: number | undefined): Promise<PlacedEntry | undefined> => {
    const found = (await around(taskId, at)).sort(
      (a, b) => distance(a.entry, at) - distance(b.entry, at) || b.entry.epoch - a.entry.epoch || byPlace(a, b),
    )
    const covering = found.find(({ entry }) => distance(entry, at) === 0)
    const within = found.find(({ entry }) => reachesInto(entry, wholeSecond(at), wholeSecond(at) + 1000))
    if (covering ?? within) return covering ?? within
    // Where one is planned in this very second, its neighbours are others.
    if (planned !== undefined || at > clock.now()) return undefined
    return found.find(({ entry }) => distance(entry, at) <= near)
  }

  const runOf = async ({ runId }: LedgerEntry): Promise<WhyAnswer['run']> => {
    const run = runId === null ? undefined : await runs.get(runId)
    if (run === undefined) return null
    const { id, number, status, scheduledAt, startedAt, error } = run
    const lateMs = latenessOf(run)?.ms ?? null
    return { id, number, status, scheduledAt, startedAt, error: error && errorWords(error), lateMs }
  }

  const page = async (taskId: string, query: LedgerQuery): Promise<{ items: PlacedEntry[]; more: boolean }> => {
    const below = query.cursor === undefined ? undefined : readCursor(query.cursor)
    const since = query.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(query.since)
    const before = query.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(query.until)
    const limit = query.limit + 1
    // A run that comes later may stand for occurrences before the end that is asked for.
    const beyond = before === Number.POSITIVE_INFINITY ? [] : await runsFrom(taskId, before)
    const start = below === undefined || below.at >= before ? { at: before, id: '' } : { ...below, inclusive: true }
    const [own, told] = await Promise.all([
      runs.planned(taskId, {
        since,
        limit: limit + 1,
        ...(start.at === Number.POSITIVE_INFINITY ? {} : { below: start }),
      }),
      fates(taskId, { since, before, below, limit }),
    ])
    const all = [...[...beyond, ...own].flatMap(entriesOfRun), ...told]
      .filter((one) => reachesInto(one.entry, since, before) && (below === undefined || isBelow(one, below)))
      .sort(byPlace)
    return { items: all.slice(0, query.limit), more: all.length > query.limit }
  }

  return {
    async ledger(taskId, query) {
      const { items, more } = await page(taskId, query)
      const last = items.at(-1)
      return { items: items.map(({ entry }) => entry), nextCursor: more && last ? writeCursor(last) : null }
    },
    async why(task, asked) {
      const now = clock.now()
      const [last] = asked === undefined ? (await page(task.id, { limit: 1 })).items : []
      const at = asked ?? (last === undefined ? now : Date.parse(last.entry.until))
      const planned = plannedAround(task, at, planner.moment(task), planner.nextAt(task.id))
      const entry =
        (last ?? (asked === undefined ? undefined : await meant(task.id, at, planned.planned)))?.entry ?? null
      const facts = { at, now, around: planned, marks: planner.marks(task.id), pausedAll: store.settings.get().paused }
      const absence = entry === null ? absenceOf(task, facts) : null
      return {
        taskId: task.id,
        taskName: task.name,
        at: iso(at),
        entry,
        // Nobody asked for an instant: it has had none yet.
        absence: asked === undefined && absence === 'not_planned' ? 'not_yet' : absence,
        planned: planned.planned === undefined ? null : iso(planned.planned),
        previous: planned.previous === undefined ? null : iso(planned.previous),
        next: planned.next === undefined ? null : iso(planned.next),
        countsFrom: task.countsFrom,
        run: entry === null ? null : await runOf(entry),
      }
    },
  }
}

/** Ms from `at` to the entry's occurrences: 0 where one is there, or (1) where it lies among them. */
function distance({ state, from, until }: LedgerEntry, at: number): number {
  const [begin, end] = [Date.parse(from), Date.parse(until)]
  if (at === begin || (at === end && state !== 'coalesced')) return 0
  if (at > begin && at < end) return 1
  return Math.min(Math.abs(at - begin), Math.abs(at - end))
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
