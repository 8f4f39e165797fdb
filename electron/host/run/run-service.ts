/**
 * Every run's life, for all kinds of action: queued, started, timed, cancelled, ended, recorded. A decision is on disk
 * before it is carried out; an executor only starts the thing and tells how it ended.
 */
import { BelfryError, messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import type { Page, Parameters } from '@shared/model/common'
import { hasEnded, type Run } from '@shared/model/run'
import type { SkipReason } from '@shared/model/occurrence'
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import type { Executor } from '../executors/executor'
import type { Ports } from '../ports'
import type { Ledger } from '../schedule/ledger'
import type { DueTask } from '../schedule/planner'
import type { RunQuery, Store } from '../store/types'
import type { Warnings } from '../system/warnings'
import { createDispatcher, type Claim } from './dispatcher'
import { createLife, type Life } from './life'
import { recoverRun } from './recovery'
import { mergedParameters, queuedRun, type NewRun } from './run-record'
import { createStarts } from './starts'
import { afterLong, deferred, sleep } from './timer'

export interface RunServiceOptions {
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'log'>
  readonly store: Store
  readonly ledger: Ledger
  readonly executors: { readonly [K in Action['kind']]: Executor<Extract<Action, { kind: K }>> }
  readonly task: (id: string) => Task | undefined
  readonly settings: () => Settings
  readonly warnings: Warnings
  /** `turned`: its status is another than before. */
  readonly changed: (run: Run, turned: boolean) => void
}

export interface RunService {
  /**
  /**
   * Starts a run by hand. Resolves once it is on disk. INVALID where its parameters and the task's own do not go together,
   * CONFLICT at the task's `maxInstances` unless forced, UNAVAILABLE while stopping.
   */
  startManual(task: Task, parameters: Parameters, force?: boolean): Promise<Run>
  /** Starts what is due, has it wait, or records why not. While the disk refuses, it is offered again until its grace is over. */
  startDue(due: readonly DueTask[]): void
  /**
   * Answers once it is on disk that the run is being ended, which it does in its own time. NOT_FOUND; CONFLICT when it has
   * ended; STORAGE when the disk refuses, though the run is ended all the same.
   */
  cancel(id: string): Promise<Run>
  /** NOT_FOUND. */
  get(id: string): Promise<Run>
  list(query: RunQuery): Promise<Page<Run>>
  activeOf(taskId: string): readonly string[]
  activeCount(): number
  /** Ms; null while a run of the task is active, undefined when none has ended. */
  idleSince(taskId: string): number | null | undefined
  /** Resolves when the run's log can be followed: it was opened, or the run is over. */
  logReady(id: string): Promise<void>
  /** Resolves with the record when the run is over. */
  ended(id: string): Promise<Run>
  /** Settles what the last host left unfinished. */
  recover(): Promise<void>
  slotsChanged(): void
  /** No new starts; ends all runs within settings.shutdownGrace. A second call ends them at once. */
  stop(): Promise<void>
}

export function createRunService(options: RunServiceOptions): RunService {
  const { ports, store, settings, warnings } = options
  const { clock, ids, log } = ports
  const { ledger } = options
  const lives = new Map<string, Life>()
  /** Ended runs whose last line the disk has refused so far. */
  const unsaved = new Map<string, Run>()
  /** Words of the warnings that are over once the disk takes a record. */
  const refusals = new Set<string>()
  const dispatcher = createDispatcher({
    clock,
    maxConcurrent: () => settings().maxConcurrent,
    groupLimit: (group) => settings().groups[group] ?? 1,
  })
  const starts = createStarts(store.runs)
  let stopping: Promise<void> | undefined

  const begin = async (
    task: Task,
    by: Omit<NewRun, 'id' | 'number' | 'task' | 'epoch'>,
    waits: boolean,
  ): Promise<Run> => {
    const now = clock.now()
    const number = Math.max(store.runs.lastNumber(task.id), lastNumbers.get(task.id) ?? 0) + 1
    lastNumbers.set(task.id, number)
    const epoch = store.state.epoch().number
    const run = queuedRun({ id: ids.next(now), number, task, epoch, ...by }, now)
    ledger.interrupt(task.id)
    const stored = recorded(run)
    // Counted as active before the disk has answered, so that a second start meanwhile sees it.
    const claim = stand(task, run, waits, stored)
    starts.add(task, now)
    try {
      await stored
    } catch (error) {
      claim.forget()
      throw error
    }
    diskTakes()
    options.changed(run, true)
    claim.live()
    return run
  }

  /** The highest number given, on disk or not. */
  const lastNumbers = new Map<string, number>()

  const recorded = async (run: Run): Promise<void> => {
    // What was decided before it is on disk before it: the watermark that it sets stands for all of them.
    if (ledger.pending(run.taskId).length > 0) await ledger.flush(run.taskId)
    await store.runs.put(run)
  }

  /** Puts the run in its place; `live` lets it go on from there. */
  const stand = (task: Task, run: Run, waits: boolean, stored: Promise<void>): { live(): void; forget(): void } => {
    const entered = deferred<{ ready: () => void; expired: () => void }>()
    const claim: Claim = {
      runId: run.id,
      taskId: task.id,
      policy: task.policy,
      at: Date.parse(run.scheduledAt ?? run.createdAt),
      waits,
      replay: run.replay,
      patience: patienceOf(task, run),
      ready: () => void entered.promise.then(({ ready }) => ready()),
      expired: () => void entered.promise.then(({ expired }) => expired()),
    }
    const life = createLife({
      run,
      stored,
      task,
      executor: options.executors[task.action.kind],
      store,
      clock,
      place: {
        enter: (ready, expired) => entered.resolve({ ready, expired }),
        releaseSlot: () => dispatcher.releaseSlot(run.id),
        ending: () => dispatcher.ending(run.id),
        leave: () => dispatcher.leave(run.id),
      },
      logLimit: settings().logLimit,
      changed: options.changed,
      save,
      logRefused: (ended, reason, kept) =>
        warnings.raise('STORAGE', `${notWhole(ended, reason)}; what it lacks is kept in ${kept}`),
    })
    lives.set(run.id, life)
    const forget = (): void => {
      lives.delete(run.id)
      dispatcher.leave(run.id)
    }
    dispatcher.enter(claim)
    return {
      forget() {
        forget()
        life.giveUp()
      },
      live() {
        void life.live().finally(() => {
          forget()
          options.changed(life.run(), true)
        })
      },
    }
  }

  /** Ms that a run may wait for its turn; a run by hand waits as long as it takes. */
  const patienceOf = (task: Task, run: Run): number | null => {
    const grace = task.policy.misfireGrace
    if (grace === null || run.triggeredBy === 'manual') return null
    return Math.max(0, grace - (clock.now() - Date.parse(run.createdAt)))
  }

  const diskRefuses = (message: string): void => {
    refusals.add(message)
    warnings.raise('STORAGE', message)
  }

  /** What was refused before is over. A log that is not whole stays so. */
  const diskTakes = (): void => {
    for (const { id, message } of warnings.all()) if (refusals.has(message)) warnings.dismiss(id)
    refusals.clear()
  }

  /** The end of a run is a fact: it is written as soon as the disk takes it. */
  const save = async (run: Run): Promise<void> => {
    try {
      await store.runs.put(run)
      unsaved.delete(run.id)
      diskTakes()
    } catch (error) {
      unsaved.set(run.id, run)
      diskRefuses(`The end of a run of "${run.taskName}" could not be recorded: ${messageOf(error)}`)
      if (stopping === undefined) void sleep(clock, 2000).then(() => (unsaved.has(run.id) ? save(run) : undefined))
    }
  }

  const current = (run: Run): Run => lives.get(run.id)?.run() ?? unsaved.get(run.id) ?? run

  const get = async (id: string): Promise<Run> => {
    const run = lives.get(id)?.run() ?? unsaved.get(id) ?? (await store.runs.get(id))
    if (run === undefined) throw new BelfryError('NOT_FOUND', `there is no run "${id}"`, { field: 'id' })
    return run
  }

  const offer = async (due: DueTask): Promise<void> => {
    const task = options.task(due.taskId)
    if (stopping !== undefined || task === undefined) return
    const verdict = dispatcher.judge(task.id, task.policy, due.replay)
    if (verdict.kind === 'skip') return skip(due, 'overlap', verdict.runId)
    if (task.policy.rateLimit !== null && starts.isOver(task, task.policy.rateLimit, clock.now()))
      return skip(due, 'rate_limit', null)
    if (verdict.kind === 'replace') void lives.get(verdict.runId)?.end('replace', task.policy.killGrace)
    await begin(task, { ...due, parameters: mergedParameters(task, due.parameters) }, verdict.kind !== 'start')
  }

  const skip = (due: DueTask, reason: SkipReason, runId: string | null): void => {
    const { taskId, scheduledAt, event, folded, foldedFrom } = due
    const range = { from: foldedFrom ?? scheduledAt, until: scheduledAt, count: folded + 1 }
    ledger.record(taskId, { state: 'skipped', reason, ...range }, { event, runId })
  }

  /** The disk may take it yet. */
  const offerAgain = (due: DueTask, error: unknown): void => {
    const task = options.task(due.taskId)
    if (task === undefined || stopping !== undefined) return
    log.error({ err: error, task: task.id }, 'a due occurrence could not be recorded')
    diskRefuses(`"${task.name}" is due and cannot start: ${messageOf(error)}`)
    const grace = task.policy.misfireGrace ?? Number.POSITIVE_INFINITY
    void sleep(clock, 2000).then(() => {
      const ms = clock.now() - due.scheduledAt
      if (ms > grace) {
        const { taskId, scheduledAt, event, folded, foldedFrom } = due
        const range = { from: foldedFrom ?? scheduledAt, until: scheduledAt, count: folded + 1 }
        ledger.record(taskId, { state: 'missed', reason: 'busy', ...range }, { event })
      } else attempt({ ...due, late: due.late ?? (ms >= 2000 ? { ms, reason: 'busy' } : null) })
    })
  }

  const attempt = (due: DueTask): void => {
    offer(due).catch((error: unknown) => offerAgain(due, error))
  }

  const endAll = (now: boolean): void => {
    const grace = settings().shutdownGrace
    for (const life of lives.values()) {
      const killGrace = now ? 0 : Math.min(life.task.policy.killGrace, grace)
      if (life.abandon()) continue
      const queued = life.run().status === 'queued'
      if (now || queued) void life.end('shutdown', killGrace)
      else {
        const spare = afterLong(clock, Math.max(0, grace - killGrace), () => void life.end('shutdown', killGrace))
        // Or the process would stay for it, with nothing left to end.
        void life.over.then(spare)
      }
    }
  }

  /** A run that the last host left in the queue. */
  const goOn = (task: Task, run: Run): void => {
    const { live } = stand(task, run, run.replay || dispatcher.isFull(task.id, task.policy), Promise.resolve())
    live()
  }

  return {
    async startManual(task, parameters, force = false) {
      if (stopping) throw new BelfryError('UNAVAILABLE', 'the host is stopping; nothing starts any more')
      const all = mergedParameters(task, parameters)
      if (!force && dispatcher.isFull(task.id, task.policy)) {
        const [active = ''] = dispatcher.runsOf(task.id)
        throw new BelfryError('CONFLICT', `"${task.name}" is running already (run ${active})`, {
          field: 'id',
          detail: { runId: active },
        })
      }
      return begin(task, { ...byHand, parameters: all }, false)
    },
    startDue: (due) => due.forEach(attempt),
    async cancel(id) {
      const life = lives.get(id)
      const ending = life?.end('cancel', life.task.policy.killGrace)
      if (ending)
        return ending.catch((error: unknown) => {
          const message = `the run is being ended, but that could not be recorded: ${messageOf(error)}`
          throw new BelfryError('STORAGE', message, { cause: error })
        })
      await life?.over
      const run = await get(id)
      throw new BelfryError('CONFLICT', `the run has ended already: ${run.status}`, { field: 'id' })
    },
    get,
    async list(query) {
      const found = await store.runs.list(query)
      return { ...found, items: found.items.map(current) }
    },
    activeOf: (taskId) => dispatcher.runsOf(taskId),
    activeCount: () => lives.size,
    idleSince(taskId) {
      if (dispatcher.runsOf(taskId).length > 0) return null
      const last = store.runs.recent(taskId, 1)[0]?.finishedAt
      return last ? Date.parse(last) : undefined
    },
    async logReady(id) {
      await lives.get(id)?.logReady
    },
    async ended(id) {
      await lives.get(id)?.over
      return get(id)
    },
    async recover() {
      await Promise.all(
        store.runs.unfinished().map(async (id) => {
          const run = await store.runs.get(id)
          if (run === undefined || hasEnded(run.status)) return
          const task = options.task(run.taskId)
          if (run.status === 'queued' && task !== undefined) return goOn(task, run)
          const ended = await recoverRun(run, {
            executor: options.executors.command,
            store,
            clock,
            logLimit: settings().logLimit,
            refused: (reason) => warnings.raise('RECOVERED', notWhole(run, reason)),
          })
          if (ended.survivors.length > 0)
            warnings.raise('SURVIVORS', `Processes of "${run.taskName}" could not be ended; see run ${run.id}`)
          await save(ended)
        }),
      )
    },
    slotsChanged: () => dispatcher.review(),
    async stop() {
      if (stopping) {
        endAll(true)
        return stopping
      }
      stopping = Promise.all([...lives.values()].map((life) => life.over)).then(() => undefined)
      endAll(false)
      return stopping
    },
  }
}

const byHand = {
  triggeredBy: 'manual',
  scheduledAt: null,
  event: null,
  folded: 0,
  foldedFrom: null,
  late: null,
  replay: false,
} as const

function notWhole({ taskName }: Run, reason: string): string {
  return `The log of a run of "${taskName}" is not whole: ${reason}`
}
