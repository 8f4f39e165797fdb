/** Runs that only last: through the same dispatcher as real ones, offered by the same rules (see run/offers.ts). */
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import { createDispatcher } from '../run/dispatcher'
import { createStarts } from '../run/starts'
import { graceOf } from '../schedule/decide'
import type { DueTask } from '../schedule/planner'
import type { StartOfRun } from '../store/types'
import type { Carried } from './simulated-carried'
import type { SimulatedClock } from './simulated-clock'
import type { Tally } from './simulated-tally'

export interface SimulatedRunsOptions {
  readonly clock: SimulatedClock
  readonly settings: Pick<Settings, 'maxConcurrent' | 'groups'>
  readonly task: (id: string) => Task | undefined
  /** Ms that a run of the task lasts. */
  readonly duration: (taskId: string) => number
  readonly tally: Tally
  /** Goes on with what is left of a stretch before. */
  readonly carried: Pick<Carried, 'idle' | 'starts'>
  /** A run of the task has begun to count, or is over (then its number). */
  readonly turned: (taskId: string, ended: number | null) => void
}

/** A run that has not ended. Instants are ms. */
export interface SimulatedRun {
  readonly due: DueTask
  /** Since when it is there. */
  readonly since: number
  /** Later it does not start any more; null for as long as it takes. */
  readonly until: number | null
  /** Behind the task's own. */
  readonly waits: boolean
  /** Null while it waits. */
  readonly endsAt: number | null
}

export interface SimulatedRuns {
  /** Goes on with runs from before. */
  restore(runs: readonly SimulatedRun[]): void
  startDue(due: readonly DueTask[]): void
  /** Ms; null while a run of the task is active, undefined when none has ended. */
  idleSince(taskId: string): number | null | undefined
  /** Ms; undefined when none has ended. */
  lastEnd(taskId: string): number | undefined
  /** What has not ended, running ones first, else the oldest first. */
  left(): SimulatedRun[]
  /** Of the task (ms), as far back as its rate limit looks now. */
  startsOf(task: Task): readonly number[]
}

type Live = { -readonly [K in keyof SimulatedRun]: SimulatedRun[K] } & { ends?: () => number }

export function createSimulatedRuns(options: SimulatedRunsOptions): SimulatedRuns {
  const { clock, settings, tally } = options
  const dispatcher = createDispatcher({
    clock: clock.sleepless,
    maxConcurrent: () => settings.maxConcurrent,
    groupLimit: (group) => settings.groups[group] ?? 1,
    maxInstances: (taskId) => options.task(taskId)?.policy.maxInstances,
  })
  /** Of tasks with a rate limit. */
  const began = new Map<string, readonly number[]>()
  const known = new Map<string, StartOfRun[]>()
  for (const [taskId, all] of options.carried.starts) {
    began.set(taskId, all)
    known.set(
      taskId,
      all.map((at, index) => ({ runId: `before ${index}`, at, began: true })),
    )
  }
  const starts = createStarts({ startsSince: (taskId) => known.get(taskId) ?? [] })
  const runs = new Map<string, Live>()
  const actives = new Map<string, number>()
  const ends = new Map(options.carried.idle)
  let number = 0

  const offer = (due: DueTask): void => {
    const task = options.task(due.taskId)
    if (task === undefined) return
    const verdict = dispatcher.judge(task.id, task.policy, due.replay)
    if (verdict.kind === 'skip') return skip(due, verdict.reason)
    if (starts.isOver(task, clock.now())) return skip(due, 'rate_limit')
    if (verdict.kind === 'replace') dispatcher.ending(verdict.runId)
    const runId = String(++number)
    starts.add(task, runId, clock.now())
    const grace = graceOf(task)
    enter(runId, task, {
      due,
      since: clock.now(),
      until: grace === Number.POSITIVE_INFINITY ? null : clock.now() + grace,
      waits: verdict.kind !== 'start',
      endsAt: null,
    })
    if (verdict.kind === 'replace') replace(verdict.runId)
  }

  const startsOf = ({ id, policy: { rateLimit } }: Task): readonly number[] =>
    rateLimit === null ? [] : (began.get(id) ?? []).filter((at) => at > clock.now() - rateLimit.per)

  const skip = (due: DueTask, reason: 'overlap' | 'queue_full' | 'rate_limit'): void =>
    tally.fate(due.taskId, { state: 'skipped', reason, ...rangeOf(due) })

  const enter = (runId: string, task: Task, run: Live): void => {
    const { due, until, waits, endsAt } = run
    runs.set(runId, run)
    actives.set(task.id, (actives.get(task.id) ?? 0) + 1)
    dispatcher.enter({
      runId,
      taskId: task.id,
      policy: task.policy,
      at: due.scheduledAt,
      waits,
      replay: due.replay,
      until,
      notBefore: endsAt === null ? () => starts.notBefore(task, clock.now()) : undefined,
      ready() {
        if (endsAt === null) starts.began(task, runId, clock.now())
        if (endsAt === null && task.policy.rateLimit !== null) began.set(task.id, [...startsOf(task), clock.now()])
        start(runId, run)
      },
      expired: () => {
        if (!forget(runId, run)) return
        starts.takeBack(task, runId)
        tally.fate(task.id, { state: 'missed', reason: 'busy', ...rangeOf(due) })
        options.turned(task.id, null)
      },
    })
    options.turned(task.id, null)
  }

  const start = (runId: string, run: Live): void => {
    if (run.endsAt === null) {
      tally.started(run.due)
      tally.starts.push(clock.now())
      run.endsAt = clock.now() + options.duration(run.due.taskId)
    }
    // Who comes as it ends finds its place free.
    run.ends = clock.first(run.endsAt - clock.now(), () => end(runId, run))
  }

  const end = (runId: string, run: Live): void => {
    if (!forget(runId, run)) return
    const { taskId } = run.due
    if (run.endsAt !== null) {
      tally.ended(run.due)
      tally.ends.push(clock.now())
      ends.set(taskId, clock.now())
    }
    dispatcher.leave(runId)
    options.turned(taskId, Number(runId))
  }

  /** It is cancelled, and gone at once; one that waited has its run all the same. */
  const replace = (runId: string): void => {
    const run = runs.get(runId)
    if (run === undefined) return
    clock.after(0, () => {
      if (run.endsAt === null && runs.has(runId)) {
        const task = options.task(run.due.taskId)
        if (task) starts.takeBack(task, runId)
        tally.started(run.due)
        tally.ended(run.due)
      }
      end(runId, run)
    })
  }

  const forget = (runId: string, { due: { taskId } }: SimulatedRun): boolean => {
    if (!runs.delete(runId)) return false
    actives.set(taskId, (actives.get(taskId) ?? 1) - 1)
    return true
  }

  return {
    restore(left) {
      const all = left.flatMap((run) => {
        const task = options.task(run.due.taskId)
        return task === undefined ? [] : [{ task, run: { ...run }, runId: String(++number) }]
      })
      const waiting = all.filter(({ run }) => run.endsAt === null)
      for (const { task, run, runId } of waiting) {
        const before = known.get(task.id) ?? []
        known.set(
          task.id,
          [...before, { runId, at: run.since, began: false }].sort((a, b) => a.at - b.at),
        )
      }
      // What has a slot keeps it.
      for (const { task, run, runId } of all) if (run.endsAt !== null) enter(runId, task, run)
      dispatcher.together(() => waiting.forEach(({ task, run, runId }) => enter(runId, task, run)))
    },
    startDue: (due) => dispatcher.together(() => due.forEach(offer)),
    startsOf,
    lastEnd: (taskId) => ends.get(taskId),
    idleSince: (taskId) => ((actives.get(taskId) ?? 0) > 0 ? null : ends.get(taskId)),
    left() {
      const all = [...runs.values()]
      const started = all.filter(({ endsAt }) => endsAt !== null)
      return [
        // Through what it slept, nothing went on.
        ...started.map(({ due, since, ends }) => ({ due, since, waits: false, until: null, endsAt: ends?.() ?? null })),
        ...all.filter(({ endsAt }) => endsAt === null),
      ]
    },
  }
}

function rangeOf({ scheduledAt, folded, foldedFrom }: DueTask): { from: number; until: number; count: number } {
  return { from: foldedFrom ?? scheduledAt, until: scheduledAt, count: folded + 1 }
}
