/**
 * Decides what is due and tells it as data; starts nothing itself. One heap of the next instant per task, one timer, never
 * longer than 30 s, so that a suspended machine or a moved clock is noticed.
 */
import TinyQueue from 'tinyqueue'
import type { LateReason, OccurrenceEvent } from '@shared/model/occurrence'
import type { Parameters } from '@shared/model/common'
import type { Pause, Task } from '@shared/model/task'
import type { TriggerKind } from '@shared/model/trigger'
import type { Clock } from '../ports'
import { createClockWatch, longestSleep } from './clock-watch'
import {
  decideDue,
  inTime,
  isAlone,
  type Decision,
  type DueContext,
  type DueRun,
  type Fate,
  type FateRange,
} from './decide'
import { jitterOf } from './jitter'
import { bothAt, decidedUpTo, nextOccurrence, setBackMarks, type Marks, type Occurrence } from './occurrences'
import { isOpen } from './time-windows'
import type { Moment } from './trigger-times'

/** An occurrence that is to run. */
export interface DueTask extends DueRun {
  readonly taskId: string
  readonly event: OccurrenceEvent | null
  /** What the event brings along. */
  readonly parameters: Parameters
}

export interface TaskFates {
  readonly taskId: string
  readonly event: OccurrenceEvent | null
  readonly ranges: readonly FateRange[]
}

/** Something other than time that makes an occurrence. */
export interface PlannerEvent {
  readonly taskId: string
  readonly kind: TriggerKind
  readonly event: OccurrenceEvent
  /** Ms. */
  readonly at: number
  readonly parameters?: Parameters
}

export interface PlannerOptions {
  readonly clock: Clock
  /** See clock-watch.ts. */
  readonly bootTells: boolean
  readonly task: (id: string) => Task | undefined
  /** When the task's last run ended (ms), undefined when it never ran, null while one is active. */
  readonly idleSince: (taskId: string) => number | null | undefined
  readonly pausedAll: () => Pause | null
  /** What earlier hosts have decided of the task; asked once, when it is first planned. */
  readonly decided: (taskId: string) => Marks
  /** Ms; when the clock was last set back, 0 for never. Asked at the start. */
  readonly epochBegan: () => number
  /** Takes what is to run, soonest first. Must not throw. */
  readonly dispatch: (due: readonly DueTask[]) => void
  /** Takes what became of the others. Must not throw. */
  readonly record: (fates: readonly TaskFates[]) => void
  /** The pause until `until` (ISO) has run out: of a task, or (null) of everything. A newer one may be under way. */
  readonly pauseEnded: (taskId: string | null, until: string) => void
  /** The next instant of these tasks may have changed, without anybody asking for it. */
  readonly moved: (taskIds: readonly string[]) => void
  /** The machine woke at `at` (ms). */
  readonly woke: (at: number) => void
  /**
   * The clock was set back, by so many ms, to `now`. Resolves once the new epoch is on disk, with whether fixed times at or
   * before the watermark stay decided; nothing is decided until then.
   */
  readonly setBack: (by: number, now: number) => Promise<{ readonly fixedStay: boolean }>
  /** The task has no next instant because its triggers cannot be reckoned with; the others go on. */
  readonly unplannable: (taskId: string, error: unknown) => void
}

export interface Planner {
  /** Begins. What came due while no host ran is decided at once. */
  start(taskIds: readonly string[]): void
  stop(): void
  /** Looks now rather than when the timer would. `resumed`: because the system says that it woke. */
  look(resumed?: boolean): void
  /** The task is new, has changed, or has ended a run: plan it anew. */
  track(taskId: string): void
  /** Decides what is due of the task at this moment, before it is changed. */
  settle(taskId: string): void
  /** Everything was paused or goes on: plan all of them anew. */
  trackAll(taskIds: readonly string[]): void
  forget(taskId: string): void
  /** An event makes an occurrence, at once or at its instant. */
  fire(event: PlannerEvent): void
  /** The task's next planned instant in ms, jitter counted, that is to run; undefined when there is none. */
  nextAt(taskId: string): number | undefined
  /** The next planned occurrence that nobody wants skipped yet, in ms without jitter. */
  nextToSkip(taskId: string): number | undefined
  /** The soonest of all tasks. */
  next(): { readonly taskId: string; readonly at: number } | undefined
  moment(task: Task): Moment
  marks(taskId: string): Marks
}

interface Entry {
  readonly at: number
  readonly taskId: string
  readonly what: 'occurrence' | 'event' | 'pause-end'
  /** Stale when the task has been planned anew since; an event stays. */
  readonly version: number
  readonly event?: PlannerEvent
  /** The event's trigger as it was then, as JSON. */
  readonly trigger?: string
}

/** Occurrences that one look decides of one task before the host gets its turn again. */
const stepSize = 20_000
/** Ms: what is recorded as paused has time. */
const pausedLook = 30_000
/** How far to look for an occurrence that no blackout covers. */
const openTries = 2000
const everything = ''

export function createPlanner(options: PlannerOptions): Planner {
  const { clock } = options
  const watch = createClockWatch(clock, options.bootTells)
  let heap = new TinyQueue<Entry>([], (a, b) => a.at - b.at)
  /** Of the entries that hold. Counted over all tasks: one that was forgotten and comes back has no old entry's again. */
  const versions = new Map<string, number>()
  let lastVersion = 0
  const planned = new Map<string, Occurrence>()
  const nextAts = new Map<string, number>()
  const marksOf = new Map<string, Marks>()
  /** Tasks of which more is due than one look decides. */
  const open = new Map<string, ReturnType<typeof decideDue>>()
  /** Per task: the end of a pause that was told already; storing that it ended takes a moment. */
  const toldEnds = new Map<string, string>()
  let began = Number.POSITIVE_INFINITY
  /** Per task: since when a fixed delay counts anew although nothing ran. */
  const delays = new Map<string, number>()
  /** Since when the clock has not been set back, ms. */
  let epochBegan = 0
  let settingBack = false
  let zone = clock.timeZone()
  let disarm: (() => void) | undefined
  let armedFor = Number.POSITIVE_INFINITY
  let cause: LateReason = 'busy'

  const holds = (pause: Pause | null, at: number): boolean =>
    pause !== null && (fromBefore(pause.since) ?? -1) <= at && (pause.until === null || Date.parse(pause.until) > at)

  /** As pauses stand now. */
  const pausedAt = (task: Task): DueContext['pausedAt'] => {
    const all = options.pausedAll()
    return (at) => (holds(task.pause, at) ? 'task' : holds(all, at) ? 'everything' : null)
  }

  /** An instant that was written down; undefined where the clock, set back since, has not reached it again. */
  const fromBefore = (instant: string): number | undefined => {
    const at = Date.parse(instant)
    return at > clock.now() ? undefined : at
  }

  /** Until when the task is paused now; null for until resumed, undefined when it is not. */
  const pausedUntil = (task: Task): number | null | undefined => {
    const now = clock.now()
    const ends = [task.pause, options.pausedAll()]
      .filter((pause) => holds(pause, now))
      .map((pause) => (pause?.until ? Date.parse(pause.until) : null))
    return ends.length === 0 ? undefined : ends.includes(null) ? null : Math.max(...ends.map(Number))
  }

  const countsFrom = (task: Task): number => fromBefore(task.countsFrom) ?? epochBegan

  const moment = (task: Task): Moment => {
    const idle = options.idleSince(task.id)
    const ended = idle === null || idle === undefined || idle > clock.now() ? 0 : idle
    return {
      zone,
      dst: task.policy.dst,
      createdAt: Date.parse(task.createdAt),
      idleSince: idle === null ? null : Math.max(ended, delays.get(task.id) ?? 0, countsFrom(task)),
    }
  }

  const marks = (task: Task): Marks => {
    const { fixed, cadence } = marksOf.get(task.id) ?? options.decided(task.id)
    const from = countsFrom(task) - 1
    return { fixed: Math.max(fixed, from), cadence: Math.max(cadence, from) }
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
      open.delete(taskId)
      planned.delete(taskId)
      nextAts.delete(taskId)
      options.unplannable(taskId, error)
    }
  }

  const plan = (taskId: string): void => guarded(taskId, () => replan(taskId))

  const replan = (taskId: string): void => {
    versions.set(taskId, ++lastVersion)
    planned.delete(taskId)
    nextAts.delete(taskId)
    const task = options.task(taskId)
    if (!task?.enabled || began === Number.POSITIVE_INFINITY || open.has(taskId)) return
    const until = task.pause?.until
    if (until && toldEnds.get(taskId) !== until) push({ at: Date.parse(until), taskId, what: 'pause-end' })
    const next = nextOf(task, marks(task))
    if (next === undefined) return
    planned.set(taskId, next)
    const effective = next.at + jitterOf(taskId, next.at, task.policy.jitter)
    const paused = pausedUntil(task)
    push({
      at: paused === undefined ? effective : Math.max(effective, clock.now() + pausedLook),
      taskId,
      what: 'occurrence',
    })
    const shown =
      paused === null ? undefined : nextToRun(task, paused === undefined ? next : nextOf(task, bothAt(paused - 1)))
    if (shown !== undefined) nextAts.set(taskId, shown.at + jitterOf(taskId, shown.at, task.policy.jitter))
  }

  const nextOf = (task: Task, after: Marks): Occurrence | undefined =>
    nextOccurrence(task.triggers, after, moment(task))

  /** From `first` on, the first occurrence that is not to be skipped. */
  const nextToRun = (task: Task, first: Occurrence | undefined): Occurrence | undefined => {
    let next = first
    for (let tried = 0; next !== undefined && tried < openTries; tried++) {
      const { at, lost } = next
      if (!lost && isOpen(at, task.policy, zone) && !task.skips.some((skip) => Date.parse(skip) === at)) return next
      next = nextOf(task, decidedUpTo(at, bothAt(at)))
    }
    return undefined
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
    const wait = open.size > 0 ? 0 : Math.max(armedFor - clock.now(), 0)
    disarm = wait > longestSleep ? clock.after(longestSleep, wake) : clock.at(clock.now() + wait, wake)
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
    if (began === Number.POSITIVE_INFINITY || settingBack) return
    armedFor = Number.NEGATIVE_INFINITY // whatever is pushed meanwhile need not arm
    const look = watch.look()
    if (look.stepped < 0) return goBack(-look.stepped, look.now)
    cause = look.cause
    rereadZone()
    if (look.woke) options.woke(look.now)
    decideAll(look.now)
    if (heap.length > 2 * versions.size + 1000) compact()
    arm()
  }

  const goBack = (by: number, now: number): void => {
    settingBack = true
    void options.setBack(by, now).then(({ fixedStay }) => {
      settingBack = false
      if (began === Number.POSITIVE_INFINITY) return
      epochBegan = now
      began = Math.min(began, now)
      open.clear()
      delays.clear()
      for (const [taskId, known] of marksOf) marksOf.set(taskId, setBackMarks(known, now, fixedStay))
      const ids = [...versions.keys()].filter((id) => id !== everything)
      ids.forEach(plan)
      options.moved(ids)
      wake()
    })
  }

  const decideAll = (now: number): void => {
    const due: DueTask[] = []
    const fates: TaskFates[] = []
    const again: string[] = []
    for (const [taskId, decision] of open) {
      const done = decision.step(stepSize)
      if (done === undefined) continue
      open.delete(taskId)
      conclude(taskId, done, due, fates)
      again.push(taskId)
    }
    for (let entry = heap.peek(); entry !== undefined && entry.at <= now; entry = heap.peek()) {
      heap.pop()
      if (entry.event) takeEvent(entry.event, entry.trigger, now, due, fates)
      else if (entry.version !== (versions.get(entry.taskId) ?? 0)) continue
      else if (entry.what === 'pause-end') endPause(entry)
      else {
        const { taskId } = entry
        guarded(taskId, () => decideTask(taskId, now, due, fates))
        again.push(taskId)
      }
    }
    due.sort((a, b) => a.scheduledAt - b.scheduledAt)
    if (fates.length > 0) options.record(fates)
    if (due.length > 0) options.dispatch(due)
    // After what is due was handed on: looking for the next instants is what takes time.
    again.forEach(plan)
  }

  const decideTask = (taskId: string, now: number, due: DueTask[], fates: TaskFates[]): void => {
    const task = options.task(taskId)
    if (!task?.enabled) return
    const one = planned.get(taskId)
    if (one !== undefined && isPlain(task, one, now)) {
      marksOf.set(taskId, decidedUpTo(one.at, marks(task)))
      due.push({ ...plainRun(one), taskId, event: null, parameters: {} })
      return
    }
    const decision = begin(task, now)
    const done = decision.step(stepSize)
    if (done === undefined) open.set(taskId, decision)
    else conclude(taskId, done, due, fates)
  }

  const begin = (task: Task, now: number): ReturnType<typeof decideDue> => {
    const started = began
    const late = cause
    return decideDue(task, {
      now,
      moment: moment(task),
      marks: marks(task),
      reasonAt: (at) => (at < started ? 'not_running' : late),
      pausedAt: pausedAt(task),
    })
  }

  const conclude = (taskId: string, decision: Decision, due: DueTask[], fates: TaskFates[]): void => {
    const { runs, fates: ranges } = decision
    marksOf.set(taskId, decision.marks)
    if (decision.delayOver) delays.set(taskId, clock.now())
    if (ranges.length > 0) fates.push({ taskId, event: null, ranges })
    for (const run of runs) due.push({ ...run, taskId, event: null, parameters: {} })
  }

  /** Nothing but on time: by far the most. */
  const isPlain = (task: Task, one: Occurrence, now: number): boolean =>
    !one.lost &&
    one.at <= now &&
    isAlone(one, now, task.policy.jitter) &&
    task.skips.length === 0 &&
    pausedAt(task)(one.at) === null &&
    isOpen(one.at, task.policy, zone)

  /** @param trigger as it was when it fired: one that was changed since counts from then */
  const takeEvent = (
    given: PlannerEvent,
    trigger: string | undefined,
    now: number,
    due: DueTask[],
    fates: TaskFates[],
  ): void => {
    const { taskId, at, event, kind } = given
    const task = options.task(taskId)
    if (!task?.enabled || at < countsFrom(task)) return
    if (trigger === undefined || trigger !== triggerOf(task, event)) return
    const ms = now - at
    const reason = at < began ? 'not_running' : cause
    const { onMissed, misfireGrace } = task.policy
    const paused = pausedAt(task)(at)
    const fate = (of: Fate): void =>
      void fates.push({ taskId, event, ranges: [{ ...of, from: at, until: at, count: 1 }] })
    if (paused !== null) fate({ state: 'paused', reason: paused })
    else if (!isOpen(at, task.policy, zone)) fate({ state: 'skipped', reason: 'blackout' })
    else if (onMissed !== 'run' && misfireGrace !== null && ms > misfireGrace) fate({ state: 'missed', reason })
    else {
      const late = ms >= inTime ? { ms, reason } : null
      due.push({ ...plainRun({ at, kind }), late, taskId, event, parameters: given.parameters ?? {} })
    }
  }

  const endPause = ({ taskId, at }: Entry): void => {
    const until = new Date(at).toISOString()
    toldEnds.set(taskId, until)
    options.pauseEnded(taskId === everything ? null : taskId, until)
  }

  /** Entries of tasks that were planned anew since pile up. */
  const compact = (): void => {
    const live = heap.data.filter((entry) => entry.event || entry.version === (versions.get(entry.taskId) ?? 0))
    heap = new TinyQueue(live, (a, b) => a.at - b.at)
  }

  return {
    start(taskIds) {
      began = clock.now()
      epochBegan = options.epochBegan()
      watch.look()
      planPauseOfAll()
      taskIds.forEach(plan)
      arm()
    },
    stop() {
      began = Number.POSITIVE_INFINITY
      disarm?.()
      disarm = undefined
      heap = new TinyQueue<Entry>([], (a, b) => a.at - b.at)
      for (const known of [nextAts, planned, open]) known.clear()
    },
    look(resumed = false) {
      if (resumed) watch.powerResumed()
      wake()
    },
    track: plan,
    settle(taskId) {
      const task = options.task(taskId)
      if (!task?.enabled || began === Number.POSITIVE_INFINITY || settingBack) return
      const due: DueTask[] = []
      const fates: TaskFates[] = []
      guarded(taskId, () => {
        const decision = open.get(taskId) ?? begin(task, clock.now())
        open.delete(taskId)
        const done = decision.step(Number.POSITIVE_INFINITY)
        if (done !== undefined) conclude(taskId, done, due, fates)
      })
      if (fates.length > 0) options.record(fates)
      if (due.length > 0) options.dispatch(due)
    },
    trackAll(taskIds) {
      planPauseOfAll()
      taskIds.forEach(plan)
    },
    forget(taskId) {
      for (const known of [versions, nextAts, planned, marksOf, delays, toldEnds, open]) known.delete(taskId)
    },
    fire(event) {
      const task = options.task(event.taskId)
      if (task === undefined) return
      push({ at: event.at, taskId: task.id, what: 'event', event, trigger: triggerOf(task, event.event) })
    },
    nextAt: (taskId) => nextAts.get(taskId),
    nextToSkip(taskId) {
      const task = options.task(taskId)
      return task?.enabled ? nextToRun(task, planned.get(taskId))?.at : undefined
    },
    next() {
      let first: { taskId: string; at: number } | undefined
      for (const [taskId, at] of nextAts) if (first === undefined || at < first.at) first = { taskId, at }
      return first
    },
    moment,
    marks(taskId) {
      const task = options.task(taskId)
      return task ? marks(task) : bothAt(0)
    },
  }
}

function triggerOf(task: Task, event: OccurrenceEvent): string {
  return JSON.stringify(task.triggers[event.trigger] ?? null)
}

function plainRun({ at, kind }: { readonly at: number; readonly kind: TriggerKind }): DueRun {
  return { scheduledAt: at, triggeredBy: kind, folded: 0, foldedFrom: null, late: null, replay: false }
}
