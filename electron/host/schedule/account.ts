/** Accounts for every occurrence of a task: runs and recorded fates as one ledger, and why there is nothing where there is nothing. */
import type { Page } from '@shared/model/common'
import type { LedgerEntry, OccurrenceRecord } from '@shared/model/occurrence'
import { errorWords, type Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'
import type { WhyAnswer } from '@shared/model/why'
import type { Clock } from '../ports'
import type { Store } from '../store/types'
import { absenceOf, isBeforeChange, nextRunAfter, plannedAround, standingOf, type Around } from './absence'
import { movedTo } from './dst-notes'
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
  readonly store: Pick<Store, 'runs' | 'occurrences' | 'settings' | 'tasks'>
  readonly ledger: Pick<Ledger, 'pending'>
  readonly planner: Pick<Planner, 'moment' | 'nextAt' | 'nextToSkip' | 'marks'>
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

/** Ms: what an event brought so near is what is meant. */
const near = 60_000
/** Ms after an instant in which to look for what came next. */
const reaches = [near, 3_600_000, 86_400_000, 366 * 86_400_000]
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
    // Where one is planned in this very second, its neighbours are others; and what time brings is meant to the second.
    if (planned !== undefined || at > clock.now()) return undefined
    return found.find(({ entry }) => entry.event !== null && distance(entry, at) <= near)
  }

  /** What became of an occurrence that is planned at `at`. */
  const recordedAt = async (taskId: string, at: number | undefined): Promise<LedgerEntry | null> =>
    at === undefined || at > clock.now() ? null : ((await meant(taskId, at, at))?.entry ?? null)

  /** The run that was started by hand nearest to `at`, within a minute; where nobody asked, the last run, if by hand. */
  const byHand = async (taskId: string, at: number | undefined): Promise<Run | undefined> => {
    if (at === undefined) {
      const [last] = (await runs.list({ taskId, limit: 1 })).items
      return last?.scheduledAt === null ? last : undefined
    }
    const range = { since: iso(at - near), until: iso(at + near + 1) }
    const { items } = await runs.list({ taskId, ...range, limit: 20 })
    const off = ({ createdAt }: Run): number => Math.abs(Date.parse(createdAt) - at)
    return items.filter((run) => run.scheduledAt === null).sort((a, b) => off(a) - off(b))[0]
  }

  const upstreamOf = (task: Task): WhyAnswer['upstream'] =>
    task.triggers.flatMap((trigger) =>
      trigger.kind !== 'after'
        ? []
        : trigger.tasks.map((id) => {
            const last = runs.recent(id, 1)[0]
            return {
              taskName: store.tasks.get(id)?.name ?? id,
              on: trigger.on,
              last:
                last === undefined ? null : { number: last.number, status: last.status, finishedAt: last.finishedAt },
            }
          }),
    )

  const runOf = async ({ runId }: LedgerEntry): Promise<Run | undefined> =>
    runId === null ? undefined : runs.get(runId)

  const numberInTheWay = async (entry: LedgerEntry | null, run: Run | undefined): Promise<number | null> => {
    if (entry?.waited !== 'overlap' || !run?.waited?.runId) return null
    return (await runs.get(run.waited.runId))?.number ?? null
  }

  const runTold = (run: Run | undefined): WhyAnswer['run'] => {
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

  /** What is on record next to `at`, before it and after. */
  const neighbours = async (taskId: string, at: number): Promise<(LedgerEntry | null)[]> => {
    const [before] = (await page(taskId, { until: iso(at), limit: 1 })).items
    let after: PlacedEntry | undefined
    for (const reach of reaches) {
      if (after !== undefined) break
      after = (await page(taskId, { since: iso(at), until: iso(at + reach), limit: 1000 })).items.at(-1)
    }
    return [before?.entry ?? null, after?.entry ?? null]
  }

  /** The run by hand that is meant rather than what time or an event has brought, or would have. */
  const handRun = async (
    task: Task,
    asked: number | undefined,
    found: PlacedEntry | undefined,
    { planned }: Around,
  ): Promise<Run | undefined> => {
    if (asked !== undefined && (planned !== undefined || (found !== undefined && found.entry.event === null)))
      return undefined
    const hand = await byHand(task.id, asked)
    if (hand === undefined) return undefined
    const at = Date.parse(hand.createdAt)
    if (asked === undefined) return found === undefined || at >= Date.parse(found.entry.until) ? hand : undefined
    return found === undefined || Math.abs(at - asked) < distance(found.entry, asked) ? hand : undefined
  }

  return {
    async ledger(taskId, query) {
      const { items, more } = await page(taskId, query)
      const last = items.at(-1)
      return { items: items.map(({ entry }) => entry), nextCursor: more && last ? writeCursor(last) : null }
    },
    async why(task, asked) {
      const now = clock.now()
      const moment = planner.moment(task)
      const [last] = asked === undefined ? (await page(task.id, { limit: 1 })).items : []
      // Nobody asked for an instant, and it has had none yet: then it is about the next.
      const coming =
        asked === undefined && last === undefined && task.enabled
          ? plannedAround(task, now, moment, undefined).next
          : undefined
      const at = asked ?? (last === undefined ? (coming ?? now) : Date.parse(last.entry.until))
      const around = plannedAround(task, at, moment, planner.nextAt(task.id))
      const found = last ?? (asked === undefined ? undefined : await meant(task.id, at, around.planned))
      const hand = await handRun(task, asked, found, around)
      const entry = hand === undefined ? (found?.entry ?? null) : null
      const facts = { at, now, moment, around, marks: planner.marks(task.id), pausedAll: store.settings.get().paused }
      const told = absenceOf(task, facts)
      const isNext = asked === undefined && told.absence === 'not_planned'
      const isAlone = entry === null && hand === undefined
      const [before, after] =
        isAlone && asked !== undefined && isBeforeChange(task, at, told) ? await neighbours(task.id, at) : []
      const wasOther = Boolean(before ?? after)
      const absence = isNext
        ? { ...told, absence: 'not_yet' as const }
        : wasOther
          ? { ...told, absence: 'not_then' as const }
          : told
      const tellsStanding = isAlone ? absence.absence === 'was_paused' : asked === undefined
      const run = hand ?? (entry === null ? undefined : await runOf(entry))
      const nextRun = at > now ? nextRunAfter(task, at, facts) : planner.nextToSkip(task.id)
      return {
        taskId: task.id,
        taskName: task.name,
        at: hand === undefined || asked !== undefined ? iso(at) : (hand.startedAt ?? hand.createdAt),
        entry,
        ...(isAlone ? absence : { absence: hand === undefined ? null : 'by_hand', reason: null, pausedUntil: null }),
        planned: isoOrNull(around.planned),
        standing: tellsStanding ? standingOf(task, facts) : null,
        ...(wasOther
          ? {
              previous: before?.until ?? null,
              next: after?.from ?? null,
              previousEntry: before ?? null,
              nextEntry: after ?? null,
            }
          : {
              previous: isoOrNull(around.previous),
              next: isoOrNull(around.next),
              previousEntry: isAlone ? await recordedAt(task.id, around.previous) : null,
              nextEntry: isAlone ? await recordedAt(task.id, around.next) : null,
            }),
        nextRun: isoOrNull(nextRun),
        moved: around.planned === undefined ? [] : movedTo(around.planned, task.triggers, moment),
        events: isAlone && absence.absence === 'no_time_trigger' ? task.triggers.filter(isEvent) : [],
        upstream: isAlone && absence.absence === 'no_time_trigger' ? upstreamOf(task) : [],
        inTheWay: await numberInTheWay(entry, run),
        countsFrom: task.countsFrom,
        run: runTold(run),
      }
    },
  }
}

function isEvent({ kind }: Trigger): boolean {
  return kind === 'startup' || kind === 'resume' || kind === 'watch'
}

/** Ms from `at` to the entry's occurrences: 0 where one is there, or (1) where it lies among them. */
function distance({ from, until }: LedgerEntry, at: number): number {
  const [begin, end] = [Date.parse(from), Date.parse(until)]
  if (at === begin || at === end) return 0
  if (at > begin && at < end) return 1
  return Math.min(Math.abs(at - begin), Math.abs(at - end))
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : iso(at)
}

function iso(at: number): string {
  return new Date(at).toISOString()
}
