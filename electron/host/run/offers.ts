/**
 * What becomes of occurrences that are due: a run, one that waits, or a reason why not. A task's are offered one after another,
 * each once the one before it is on disk: what is there tells up to where the task's occurrences are decided. While the disk
 * refuses, they are offered again.
 */
import { BelfryError } from '@shared/errors'
import type { Task } from '@shared/model/task'
import type { Clock } from '../ports'
import { graceOf, lateness, replayLimit, type Fate } from '../schedule/decide'
import { jitterOf } from '../schedule/jitter'
import type { Ledger } from '../schedule/ledger'
import type { DueTask } from '../schedule/planner'
import type { Dispatcher, Verdict } from './dispatcher'
import type { Starts } from './starts'

export interface OffersOptions {
  readonly clock: Clock
  readonly ledger: Pick<Ledger, 'record' | 'hold'>
  readonly dispatcher: Pick<Dispatcher, 'judge' | 'ending'>
  readonly starts: Pick<Starts, 'isOver'>
  readonly task: (id: string) => Task | undefined
  /**
   * Queues a run that was decided at `at` (ms); `waits`: behind the task's own. Rejects with STORAGE when the disk refuses, else
   * with why there can be none.
   */
  readonly begin: (task: Task, due: DueTask, at: number, waits: boolean) => Promise<void>
  /** Resolves once it was looked which runs of the task have ended: a host that stood still has not heard of it. */
  readonly look: (taskId: string) => Promise<void>
  /** Ends the run: a later one takes its place. */
  readonly replace: (runId: string) => void
  /** It is not replaced after all. */
  readonly spare: (runId: string) => void
  /** It will be tried again. */
  readonly refused: (task: Task, error: unknown) => void
  /** No run can be made of what is due. */
  readonly impossible: (task: Task, error: unknown) => void
}

export interface Offers {
  /** Soonest first. */
  add(due: readonly DueTask[]): void
  /** Resolves once what was added of the task is decided, on disk. Rejects with STORAGE, or UNAVAILABLE when stopped before. */
  settled(taskId: string): Promise<void>
  /** What is not decided yet stays so. */
  stop(): void
}

/** What is being decided of a task, and what has come due behind it. */
interface Line {
  due: DueTask[]
  /** Lets what the ledger has of later instants go to disk. */
  release: () => void
  /** Who waits for all of it to be decided. */
  waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[]
}

interface Judged {
  /** Ms. */
  readonly at: number
  readonly verdict: Verdict | { readonly kind: 'rate_limit' }
}

/** Ms after which the disk is asked again. */
const pause = 2000

export function createOffers(options: OffersOptions): Offers {
  const { clock, ledger, dispatcher, starts } = options
  const lines = new Map<string, Line>()
  const pauses = new Set<() => void>()
  let stopped = false

  const record = (due: DueTask, fate: Fate, runId: string | null = null): void => {
    const range = { from: due.foldedFrom ?? due.scheduledAt, until: due.scheduledAt, count: due.folded + 1 }
    ledger.record(due.taskId, { ...fate, ...range }, { event: due.event, runId })
  }

  const judge = (task: Task, due: DueTask): Judged => {
    const at = clock.now()
    const verdict = dispatcher.judge(task.id, task.policy, due.replay, lateSince(task, due))
    const isOver = verdict.kind !== 'skip' && starts.isOver(task, at)
    return { at, verdict: isOver ? { kind: 'rate_limit' } : verdict }
  }

  const carryOut = async (task: Task, due: DueTask, { at, verdict }: Judged): Promise<void> => {
    if (verdict.kind === 'skip') return record(due, { state: 'skipped', reason: verdict.reason }, verdict.runId)
    if (verdict.kind === 'rate_limit') return record(due, { state: 'skipped', reason: 'rate_limit' })
    if (verdict.kind !== 'replace') return options.begin(task, due, at, verdict.kind === 'wait')
    const { runId } = verdict
    // Chosen now, ended once there is something in its place.
    dispatcher.ending(runId)
    try {
      await options.begin(task, due, at, true)
    } catch (error) {
      options.spare(runId)
      throw error
    }
    options.replace(runId)
  }

  /** Undefined where it is to be looked first what is in the way. */
  const judgeFirst = (taskId: string, { due: [first] }: Line): Judged | undefined => {
    const task = options.task(taskId)
    if (task === undefined || first === undefined) return undefined
    if (!first.replay && dispatcher.judge(taskId, task.policy, false).kind !== 'start') return undefined
    return judge(task, first)
  }

  const workOff = async (taskId: string, line: Line, begun: Judged | undefined): Promise<void> => {
    let waited = false
    let judged = begun
    for (let first = line.due[0]; first !== undefined && !stopped; first = line.due[0]) {
      if (judged === undefined) await options.look(taskId)
      const task = options.task(taskId)
      if (task === undefined || stopped) break
      // Events never merge.
      const folds = waited && task.policy.coalesce && first.event === null
      const together = folds ? line.due.filter(({ event }) => event === null) : [first]
      const due = folded(first, together)
      try {
        await carryOut(task, due, (due === first ? judged : undefined) ?? judge(task, due))
        waited = false
      } catch (error) {
        if (error instanceof BelfryError && error.code === 'STORAGE') {
          options.refused(task, error)
          refuse(line, error)
          await again()
          line.due = outstanding(options.task(taskId) ?? task, line.due)
          waited = true
          holdFor(taskId, line)
          judged = judgeFirst(taskId, line)
          continue
        }
        options.impossible(task, error)
        record(due, { state: 'missed', reason: 'busy' })
      }
      const over = new Set(together)
      line.due = line.due.filter((one) => !over.has(one))
      holdFor(taskId, line)
      judged = judgeFirst(taskId, line)
    }
    // What is not decided is decided by the next host: no later instant may go to disk before it.
    if (stopped) return refuse(line, new BelfryError('UNAVAILABLE', 'the host is stopping'))
    lines.delete(taskId)
    line.release()
    for (const { resolve } of line.waiting) resolve()
  }

  const refuse = (line: Line, error: unknown): void => {
    for (const { reject } of line.waiting.splice(0)) reject(error)
  }

  /** Events set no watermark. */
  const holdFor = (taskId: string, line: Line): void => {
    const { release } = line
    const first = line.due.find(({ event }) => event === null)
    line.release = first === undefined ? nothing : ledger.hold(taskId, first.foldedFrom ?? first.scheduledAt)
    release()
  }

  const again = (): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(pause, () => {
        pauses.delete(cancel)
        resolve()
      })
      pauses.add(cancel)
    })

  /** What of the line is still to run, each by itself: with time more of it is missed. */
  const outstanding = (task: Task, line: readonly DueTask[]): DueTask[] => {
    const { coalesce, jitter } = task.policy
    const now = clock.now()
    const left: DueTask[] = []
    for (const due of line) {
      const since = due.scheduledAt + (due.event === null ? jitterOf(task.id, due.scheduledAt, jitter) : 0)
      if (now - since > graceOf(task)) record(due, { state: 'missed', reason: 'disk_full' })
      else left.push({ ...due, late: lateness(since, now, () => due.late?.reason ?? 'disk_full') })
    }
    return coalesce ? left : oneByOne(left)
  }

  const oneByOne = (line: readonly DueTask[]): DueTask[] => {
    const timed = line.filter(({ event }) => event === null)
    const over = new Set(timed.slice(0, Math.max(0, timed.length - replayLimit)))
    for (const due of over) record(due, { state: 'missed', reason: 'disk_full' })
    return line
      .filter((due) => !over.has(due))
      .map((due) => (due.event === null ? { ...due, replay: due.replay || timed.length > 1 } : due))
  }

  return {
    add(due) {
      const begun = new Map<string, Line>()
      for (const one of due) {
        const known = lines.get(one.taskId)
        const line = known ?? { due: [], release: nothing, waiting: [] }
        line.due.push(one)
        holdFor(one.taskId, line)
        if (known !== undefined) continue
        lines.set(one.taskId, line)
        begun.set(one.taskId, line)
      }
      // Tasks do not stand in each other's way: all are judged before a run is made of the first, which takes longer.
      const judged = [...begun].map(([taskId, line]) => ({ taskId, line, judged: judgeFirst(taskId, line) }))
      for (const one of judged) void workOff(one.taskId, one.line, one.judged)
    },
    async settled(taskId) {
      const line = lines.get(taskId)
      if (line) await new Promise<void>((resolve, reject) => line.waiting.push({ resolve, reject }))
    },
    stop() {
      stopped = true
      for (const cancel of pauses) cancel()
    },
  }
}

/** One run for the latest of them, which carries the others. */
function folded(first: DueTask, line: readonly DueTask[]): DueTask {
  const last = line.at(-1)
  if (last === undefined || last === first) return first
  const count = line.reduce((sum, due) => sum + due.folded + 1, -1)
  return {
    ...last,
    folded: count,
    foldedFrom: first.foldedFrom ?? first.scheduledAt,
    foldedUntil: line.at(-2)?.scheduledAt ?? last.foldedUntil,
    foldedReason: first.foldedReason ?? first.late?.reason ?? null,
  }
}

/** Ms since when the first that it stands for was due; undefined where all of it comes in time. */
function lateSince(
  { id, policy }: Task,
  { late, folded, foldedFrom, scheduledAt, event }: DueTask,
): number | undefined {
  if (late === null && folded === 0) return undefined
  const first = foldedFrom ?? scheduledAt
  return first + (event === null ? jitterOf(id, first, policy.jitter) : 0)
}

const nothing = (): void => undefined
