/** The next occurrence of each task, put on the agenda. Decides nothing. Instants are ms. */
import type { Task } from '@shared/model/task'
import type { Clock } from '../ports'
import type { Agenda } from './agenda'
import type { Counting } from './counting'
import type { Fired } from './decide-fired'
import { jitterOf } from './jitter'
import { nextOccurrence, type Occurrence } from './occurrences'
import { pausedUntil, type Pauses } from './pauses'
import { plannedRuns } from './planned'
import type { PlannerOptions } from './planner-types'

export type Planned = 'occurrence' | 'pause-end' | Fired

export interface PlansOptions extends Pick<PlannerOptions, 'task' | 'pausedAll' | 'pauseEnded'> {
  readonly clock: Pick<Clock, 'now'>
  readonly agenda: Agenda<Planned>
  readonly counting: Counting
  /** It is being decided: there is nothing to plan until that is done. */
  readonly isOpen: (taskId: string) => boolean
}

export interface Plans {
  /** Throws for triggers that cannot be reckoned with. */
  plan(taskId: string): void
  planPauseOfAll(): void
  /** Tells that a pause is over, and will again while it is still there. */
  endPause(key: string): void
  pausesOf(task: Task): Pauses
  /** The next one to decide; null where none comes, undefined for what is not planned. */
  next(taskId: string): Occurrence | null | undefined
  /** The next one that is to run, and when it starts. */
  nextRun(taskId: string): { readonly occurrence: Occurrence; readonly starts: number } | undefined
  ids(): string[]
  soonest(): { readonly taskId: string; readonly at: number } | undefined
  forget(taskId: string): void
  clear(): void
}

interface Plan {
  readonly next: Occurrence | null
  readonly run?: { readonly occurrence: Occurrence; readonly starts: number }
}

/** What is recorded as paused has time; a pause that nobody ended is told again. */
const slow = 30_000
/** The key of what concerns all tasks. */
const everything = ''

export function createPlans({ clock, agenda, counting, task: find, ...options }: PlansOptions): Plans {
  const plans = new Map<string, Plan>()
  /** Ends of pauses that were told already: storing one takes a moment. */
  const told = new Map<string, { readonly until: string; readonly again: number }>()

  const pausesOf = (task: Task): Pauses => ({ task: task.pause, everything: options.pausedAll() })
  const startOf = ({ id, policy }: Task, { at }: Occurrence): number => at + jitterOf(id, at, policy.jitter)

  const planPauseEnd = (key: string, until: string | null | undefined): void => {
    if (!until) return
    const before = told.get(key)
    const at = before?.until === until ? before.again : Date.parse(until)
    agenda.put({ at, key, what: 'pause-end' })
  }

  const planTask = (task: Task): Plan => {
    const now = clock.now()
    const marks = counting.marks(task)
    const moment = counting.moment(task)
    const next = nextOccurrence(task.triggers, marks, moment)
    if (next === undefined) return { next: null }
    const paused = pausedUntil(pausesOf(task), now)
    const starts = startOf(task, next)
    agenda.put({ at: paused === undefined ? starts : looksAt(next.at, now, paused), key: task.id, what: 'occurrence' })
    if (paused === null) return { next }
    const from = paused === undefined ? -Infinity : paused - 1
    const after = { fixed: Math.max(marks.fixed, from), cadence: Math.max(marks.cadence, from) }
    const planned = { triggers: task.triggers, moment, windows: task.policy, skips: task.skips, duration: 0 }
    const [run] = plannedRuns(planned, after, { count: 1, end: Infinity })
    return run === undefined ? { next } : { next, run: { occurrence: run, starts: startOf(task, run) } }
  }

  /** When to look at an occurrence while a pause holds, until `paused`: of what is to be recorded as paused many at a time. */
  const looksAt = (at: number, now: number, paused: number | null): number =>
    at <= now ? at : Math.max(at, Math.min(now + slow, paused ?? Number.POSITIVE_INFINITY))

  return {
    pausesOf,
    plan(taskId) {
      agenda.clear(taskId)
      plans.delete(taskId)
      const task = find(taskId)
      if (!task?.enabled) return
      planPauseEnd(taskId, task.pause?.until)
      plans.set(taskId, { next: null })
      if (!options.isOpen(taskId)) plans.set(taskId, planTask(task))
    },
    planPauseOfAll() {
      agenda.clear(everything)
      planPauseEnd(everything, options.pausedAll()?.until)
    },
    endPause(key) {
      const until = (key === everything ? options.pausedAll() : find(key)?.pause)?.until
      if (!until) return
      told.set(key, { until, again: clock.now() + slow })
      planPauseEnd(key, until)
      options.pauseEnded(key === everything ? null : key, until)
    },
    next: (taskId) => plans.get(taskId)?.next,
    nextRun: (taskId) => plans.get(taskId)?.run,
    ids: () => [...plans.keys()],
    soonest() {
      let first: { taskId: string; at: number } | undefined
      for (const [taskId, { run }] of plans)
        if (run && (first === undefined || run.starts < first.at)) first = { taskId, at: run.starts }
      return first
    },
    forget(taskId) {
      agenda.clear(taskId)
      plans.delete(taskId)
      told.delete(taskId)
    },
    clear: () => plans.clear(),
  }
}
