/** runs/YYYY-MM.jsonl: every run's records, and marks: small things that must survive a restart. */
import { z } from 'zod'
import { instant, parameters } from '@shared/model/common'
import { occurrenceEvent } from '@shared/model/occurrence'
import { hasEnded, run as runSchema, type RecentRun, type Run } from '@shared/model/run'
import { trigger, triggerKind } from '@shared/model/trigger'
import { isLater, type ClockInstant } from '@shared/schedule/clock-instant'
import type { StoreContext } from './context'
import { storageError } from './disk'
import { describe } from './format'
import { openJournal, segmentOf, type Place } from './journal'
import { createRunIndex } from './run-index'
import type { RunStore, StateStore, WaitingEvent } from './types'
import type { Waiting } from './waiting'
import type { Watermarks } from './watermarks'

const recentKept = 20

const runRecord = z.object({ kind: z.literal('run'), run: runSchema })
const mark = z.discriminatedUnion('mark', [
  z.object({ mark: z.literal('acknowledged'), taskId: z.string(), runId: z.string() }),
  z.object({ mark: z.literal('boot'), taskId: z.string(), bootId: z.string() }),
  z.object({ mark: z.literal('missed-settled'), taskId: z.string(), until: instant }),
  z.object({
    mark: z.literal('waiting'),
    taskId: z.string(),
    kind: triggerKind,
    event: occurrenceEvent,
    trigger,
    at: z.number(),
    due: z.number(),
    since: z.number(),
    parameters,
  }),
  z.object({ mark: z.literal('epoch'), number: z.int().min(0), began: z.number(), fixedStay: z.boolean() }),
])
type Mark = z.infer<typeof mark>
const markRecord = z.object({ kind: z.literal('mark'), at: z.string(), value: mark })
const record = z.discriminatedUnion('kind', [runRecord, markRecord])

export async function openRunStore(
  context: StoreContext,
  watermarks: Watermarks,
  waiting: Waiting,
): Promise<{ runs: RunStore; state: StateStore; close(): Promise<void> }> {
  const index = createRunIndex()
  const recent = new Map<string, RecentEnd[]>()
  const acknowledged = new Map<string, string>()
  const boots = new Map<string, string>()
  const settled = new Map<string, ClockInstant>()

  function takeRun(run: Run, place: Place): void {
    const epoch = Math.max(run.epoch, watermarks.epoch().number)
    index.set(run, place, epoch)
    watermarks.wrote(run.epoch, Date.parse(run.updatedAt))
    if (run.event !== null) waiting.answered(run.taskId, run.event)
    else if (run.scheduledAt !== null) watermarks.take(run.taskId, run.epoch, Date.parse(run.scheduledAt))
    if (!hasEnded(run.status)) return
    const list = recent.get(run.taskId) ?? []
    recent.set(run.taskId, list)
    addRecent(list, run, epoch)
  }

  function takeMark(value: Mark): void {
    switch (value.mark) {
      case 'acknowledged':
        acknowledged.set(value.taskId, value.runId)
        return
      case 'boot':
        boots.set(value.taskId, value.bootId)
        return
      case 'missed-settled':
        settled.set(value.taskId, { epoch: watermarks.epoch().number, at: Date.parse(value.until) })
        return
      case 'waiting':
        waiting.waits(value)
        return
      case 'epoch': {
        const { number, began, fixedStay } = value
        watermarks.beginEpoch({ number, began, fixedStay })
      }
    }
  }

  const journal = await openJournal(context, 'runs', (line, place) => {
    const parsed = record.safeParse(line)
    if (!parsed.success) return describe(parsed.error)
    if (parsed.data.kind === 'run') takeRun(parsed.data.run, place)
    else {
      takeMark(parsed.data.value)
      watermarks.wrote(watermarks.epoch().number, Date.parse(parsed.data.at))
    }
    return undefined
  })
  const unfinished = index.unfinished()

  /** Never in a segment before the last one: marks count in the order of the files. */
  async function putMark(...values: Mark[]): Promise<void> {
    const at = new Date(context.ports.clock.now()).toISOString()
    const month = segmentOf(at)
    const newest = journal.newest() ?? month
    await journal.append(
      month < newest ? newest : month,
      values.map((value) => ({ kind: 'mark', at, value })),
    )
    values.forEach(takeMark)
  }

  async function read(place: Place): Promise<Run> {
    const parsed = runRecord.safeParse(await journal.read(place))
    if (!parsed.success)
      throw storageError(`read a run in runs/${place.segment}.jsonl`, new Error(describe(parsed.error)))
    return parsed.data.run
  }

  return {
    runs: {
      async put(run) {
        const [place] = await journal.append(segmentOf(run.createdAt), [{ kind: 'run', run }])
        if (place) takeRun(run, place)
      },
      async get(id) {
        const place = index.place(id)
        return place && read(place)
      },
      async list(query) {
        const { places, nextCursor } = index.query(query)
        return { items: await Promise.all(places.map(read)), nextCursor }
      },
      unfinished: () => unfinished,
      recent: (taskId, count) => (count > 0 ? (recent.get(taskId) ?? []).slice(-count).map((end) => end.run) : []),
      lastNumber: (taskId) => index.lastNumber(taskId),
      countSince: (since) => index.countSince(since),
      lastStarted: (taskId) => index.lastStarted(taskId),
      lastEnded: (taskId) => recent.get(taskId)?.at(-1)?.end,
      expired: (taskId, after) => index.expired(taskId, after),
      planned: (taskId, range) => Promise.all(index.planned(taskId, range).map(read)),
      plannedFrom: (taskId, at, limit) => Promise.all(index.plannedFrom(taskId, at, limit).map(read)),
      startsSince: (taskId, since) => index.startsSince(taskId, since),
      endedSince: (taskId, since) => Promise.all(index.endedSince(taskId, since).map(read)),
      acknowledged: (taskId) => acknowledged.get(taskId),
      acknowledge: (taskId, runId) => putMark({ mark: 'acknowledged', taskId, runId }),
    },
    state: {
      rememberedBoot: (taskId) => boots.get(taskId),
      rememberBoot: (taskId, bootId, events = []) =>
        putMark(...events.map(waitingMark), { mark: 'boot', taskId, bootId }),
      putWaiting: (event) => putMark(waitingMark(event)),
      waiting: () => waiting.all(),
      epoch: () => watermarks.epoch(),
      beginEpoch: ({ number, began, fixedStay }) => putMark({ mark: 'epoch', number, began, fixedStay }),
      decided: (taskId) => watermarks.of(taskId),
      lastWritten: () => watermarks.lastWritten(),
      missedSettled: (taskId) => settled.get(taskId),
      settleMissed: (taskId, until) => putMark({ mark: 'missed-settled', taskId, until }),
    },
    close: () => journal.close(),
  }
}

function waitingMark({ taskId, kind, event, trigger, at, due, since, parameters }: WaitingEvent): Mark {
  return { mark: 'waiting', taskId, kind, event, trigger, at, due, since, parameters }
}

interface RecentEnd {
  readonly run: RecentRun
  readonly end: ClockInstant
}

/** Puts the run into the list by its end, in place of its earlier record; the oldest falls out. */
function addRecent(list: RecentEnd[], run: Run, epochNow: number): void {
  const { id, number, status, startedAt, finishedAt, durationMs } = run
  const index = list.findIndex((other) => other.run.id === id)
  const [known] = index === -1 ? [] : list.splice(index, 1)
  const end = { epoch: known?.end.epoch ?? epochNow, at: finishedAt === null ? 0 : Date.parse(finishedAt) }
  const error = run.error?.message ?? null
  const added = { run: { id, number, status, startedAt, finishedAt, durationMs, error }, end }
  list.splice(list.findLastIndex((other) => !endsLater(other, added)) + 1, 0, added)
  if (list.length > recentKept) list.shift()
}

function endsLater(one: RecentEnd, other: RecentEnd): boolean {
  const isEqual = one.end.epoch === other.end.epoch && one.end.at === other.end.at
  return isEqual ? one.run.number > other.run.number : isLater(one.end, other.end)
}
