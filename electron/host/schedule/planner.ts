/**
 * Decides what is due and tells it as data; starts nothing itself. One heap of the next instant per task, one timer, never
 * longer than 30 s, so that a suspended machine or a moved clock is noticed.
 */
import TinyQueue from 'tinyqueue'
import type { Pause, Task } from '@shared/model/task'
import type { TriggerKind } from '@shared/model/trigger'
import type { Clock } from '../ports'
import { afterSecondOf, dueOccurrences, nextOccurrence } from './occurrences'
import type { Moment } from './trigger-times'

/** An occurrence that has come. */
export interface DueTask {
  readonly taskId: string
  readonly triggeredBy: TriggerKind
  /** Ms since the epoch. */
  readonly scheduledAt: number
  /** Earlier occurrences that came due at the same look and that it stands for. */
  readonly folded: number
}

export interface PlannerOptions {
  readonly clock: Clock
  readonly task: (id: string) => Task | undefined
  /** When the task's last run ended (ms), undefined when it never ran, null while one is active. */
  readonly idleSince: (taskId: string) => number | null | undefined
  readonly pausedAll: () => Pause | null
  /** Takes what is due, soonest first. Must not throw. */
  readonly dispatch: (due: readonly DueTask[]) => void
  /** The pause until `until` (ISO) has run out: of a task, or (null) of everything. A newer one may be under way. */
  readonly pauseEnded: (taskId: string | null, until: string) => void
  /** The next instant of these tasks may have changed, without anybody asking for it. */
  readonly moved: (taskIds: readonly string[]) => void
  /** The task has no next instant because its triggers cannot be reckoned with; the others go on. */
  readonly unplannable: (taskId: string, error: unknown) => void
}

export interface Planner {
  /** Begins; nothing before this moment is due. `startups` are the task ids whose startup trigger is due, and when. */
  start(startups: readonly { readonly taskId: string; readonly at: number }[]): void
  stop(): void
  /** Looks now rather than when the timer would. */
  look(): void
  /** The task is new, has changed, or has ended a run: plan it anew. */
  track(taskId: string): void
  /** Everything was paused or goes on: plan all of them anew; nothing before `from` (ms) is due. */
  trackAll(taskIds: readonly string[], from: number): void
  forget(taskId: string): void
  /** The task's next planned instant in ms; undefined when there is none. */
  nextAt(taskId: string): number | undefined
  /** The soonest of all tasks. */
  next(): { readonly taskId: string; readonly at: number } | undefined
  moment(task: Task): Moment
}

interface Entry {
  readonly at: number
  readonly taskId: string
  readonly what: 'occurrence' | 'startup' | 'pause-end'
  /** Stale when the task has been planned anew since; a startup stays. */
  readonly version: number
}

const longestSleep = 30_000
const everything = ''

export function createPlanner(options: PlannerOptions): Planner {
  const { clock } = options
  const heap = new TinyQueue<Entry>([], (a, b) => a.at - b.at)
  /** Of the entries that hold. Counted over all tasks: one that was forgotten and comes back has no old entry's again. */
  const versions = new Map<string, number>()
  let lastVersion = 0
  const nextAts = new Map<string, number>()
  /** Per task: everything at or before this is decided. */
  const watermarks = new Map<string, number>()
  /** Per task: the end of a pause that was told already; storing that it ended takes a moment. */
  const toldEnds = new Map<string, string>()
  let began = Number.POSITIVE_INFINITY
  /** Everything was paused up to here. */
  let floor = 0
  let zone = clock.timeZone()
  let disarm: (() => void) | undefined
  let armedFor = Number.POSITIVE_INFINITY

  const pauseOf = (task: Task): Pause | null => {
    const now = clock.now()
    const holds = (pause: Pause | null): pause is Pause =>
      pause !== null && (pause.until === null || Date.parse(pause.until) > now)
    const all = options.pausedAll()
    const own = holds(task.pause) ? task.pause : null
    if (!holds(all)) return own
    if (own === null || own.until === null || all.until === null) return own?.until === null ? own : all
    return own.until > all.until ? own : all
  }

  const moment = (task: Task): Moment => {
    const idle = options.idleSince(task.id)
    const counting = Math.max(Date.parse(task.countsFrom), began)
    return {
      zone,
      createdAt: Date.parse(task.createdAt),
      idleSince: idle === null ? null : Math.max(idle ?? 0, counting),
    }
  }

  const push = (entry: Omit<Entry, 'version'>): void => {
    heap.push({ ...entry, version: versions.get(entry.taskId) ?? 0 })
    if (entry.at < armedFor) arm()
  }

  /** However it came to be stored: one task's triggers are no reason to schedule nothing. */
  const guarded = (taskId: string, work: () => void): void => {
    try {
      work()
    } catch (error) {
      nextAts.delete(taskId)
      options.unplannable(taskId, error)
    }
  }

  const plan = (taskId: string): void => guarded(taskId, () => replan(taskId))

  const replan = (taskId: string): void => {
    versions.set(taskId, ++lastVersion)
    nextAts.delete(taskId)
    const task = options.task(taskId)
    if (!task?.enabled || began === Number.POSITIVE_INFINITY) return
    const pause = pauseOf(task)
    const until = task.pause?.until
    if (until && toldEnds.get(taskId) !== until) push({ at: Date.parse(until), taskId, what: 'pause-end' })
    if (pause !== null && pause.until === null) return
    const from = Math.max(Date.parse(task.countsFrom), began, floor, pause?.until ? Date.parse(pause.until) : 0)
    const after = Math.max(from - 1, watermarks.get(taskId) ?? 0)
    const next = nextOccurrence(task.triggers, after, moment(task))
    if (next === undefined) return
    nextAts.set(taskId, next.at)
    push({ at: next.at, taskId, what: 'occurrence' })
  }

  const planPauseOfAll = (): void => {
    versions.set(everything, ++lastVersion)
    const until = options.pausedAll()?.until
    if (until) push({ at: Date.parse(until), taskId: everything, what: 'pause-end' })
  }

  const arm = (): void => {
    disarm?.()
    const first = heap.peek()
    armedFor = first?.at ?? Number.POSITIVE_INFINITY
    disarm = clock.after(Math.min(Math.max(armedFor - clock.now(), 1), longestSleep), wake)
  }

  /** The machine's zone may have been changed under us. */
  const rereadZone = (): void => {
    const now = clock.timeZone()
    if (now === zone) return
    zone = now
    const ids = [...versions.keys()].filter((id) => id !== everything)
    ids.forEach(plan)
    options.moved(ids)
  }

  const wake = (): void => {
    disarm?.()
    armedFor = Number.NEGATIVE_INFINITY // whatever is pushed meanwhile need not arm
    rereadZone()
    const now = clock.now()
    const due: DueTask[] = []
    for (let entry = heap.peek(); entry !== undefined && entry.at <= now; entry = heap.peek()) {
      heap.pop()
      if (entry.what !== 'startup' && entry.version !== (versions.get(entry.taskId) ?? 0)) continue
      take(entry, now, due)
    }
    due.sort((a, b) => a.scheduledAt - b.scheduledAt)
    if (due.length > 0) options.dispatch(due)
    arm()
  }

  const take = (entry: Entry, now: number, due: DueTask[]): void => {
    const { taskId } = entry
    if (entry.what === 'pause-end') {
      const until = new Date(entry.at).toISOString()
      toldEnds.set(taskId, until)
      options.pauseEnded(taskId === everything ? null : taskId, until)
      return
    }
    const task = options.task(taskId)
    if (!task?.enabled) return
    if (entry.what === 'startup') {
      const wanted = task.triggers.some((trigger) => trigger.kind === 'startup') && pauseOf(task) === null
      if (wanted) due.push({ taskId, triggeredBy: 'startup', scheduledAt: entry.at, folded: 0 })
      return
    }
    guarded(taskId, () => {
      const found = dueOccurrences(task.triggers, entry.at - 1, now, moment(task))
      if (found !== undefined) {
        watermarks.set(taskId, afterSecondOf(found.latest.at))
        due.push({ taskId, triggeredBy: found.latest.kind, scheduledAt: found.latest.at, folded: found.folded })
      }
      replan(taskId)
    })
  }

  return {
    start(startups) {
      began = clock.now()
      for (const { taskId, at } of startups) push({ at, taskId, what: 'startup' })
      planPauseOfAll()
      arm()
    },
    stop() {
      began = Number.POSITIVE_INFINITY
      disarm?.()
      disarm = undefined
      while (heap.pop() !== undefined);
      nextAts.clear()
    },
    look() {
      if (began < Number.POSITIVE_INFINITY) wake()
    },
    track: plan,
    trackAll(taskIds, from) {
      floor = Math.max(floor, from)
      planPauseOfAll()
      taskIds.forEach(plan)
    },
    forget(taskId) {
      for (const known of [versions, nextAts, watermarks, toldEnds]) known.delete(taskId)
    },
    nextAt: (taskId) => nextAts.get(taskId),
    next() {
      let first: { taskId: string; at: number } | undefined
      for (const [taskId, at] of nextAts) if (first === undefined || at < first.at) first = { taskId, at }
      return first
    },
    moment,
  }
}
