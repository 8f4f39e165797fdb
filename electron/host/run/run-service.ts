/**
 * Every run's life, for all kinds of action: queued, started, timed, cancelled, ended, recorded. A decision is on disk
 * before it is carried out; an executor only starts the thing and tells how it ended.
 */
import { BelfryError, messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import type { Page, Parameters } from '@shared/model/common'
import type { Run } from '@shared/model/run'
import { groupLimit, type Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import type { Executor } from '../executors/executor'
import type { Ports } from '../ports'
import type { Ledger } from '../schedule/ledger'
import type { DueTask } from '../schedule/planner'
import type { RunQuery, Store } from '../store/types'
import type { Warnings } from '../system/warnings'
import { createDispatcher } from './dispatcher'
import type { Life } from './life'
import { createOffers } from './offers'
import { recoverRun, unfinishedRuns } from './recovery'
import { byHand, mergedParameters, queuedRun, type NewRun } from './run-record'
import { createSaver } from './saver'
import { createStands } from './stands'
import { createStarts } from './starts'
import { afterLong } from './timer'

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
   * Starts a run by hand. Resolves once it is on disk. INVALID where its parameters and the task's own do not go together,
   * CONFLICT at the task's `maxInstances` unless forced, UNAVAILABLE while stopping.
   */
  startManual(task: Task, parameters: Parameters, force?: boolean): Promise<Run>
  /** Starts what is due, has it wait, or records why not. While the disk refuses, it is offered again until its grace is over. */
  startDue(due: readonly DueTask[]): void
  /** Resolves once what was due of the task until now has its run, or its reason, on disk. STORAGE, UNAVAILABLE while stopping. */
  dueSettled(taskId: string): Promise<void>
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
  /** Settles what the last host left unfinished: what was queued goes on, once what ran is ended. */
  recover(): Promise<void>
  /** Looks who may start: limits that all share may have changed or, where one is named, those of the task. */
  limitsChanged(taskId?: string): void
  /** No new starts: what is queued stays for the next host. Ends all runs within settings.shutdownGrace; a second call at once. */
  stop(): Promise<void>
}

export function createRunService(options: RunServiceOptions): RunService {
  const { ports, store, settings, warnings } = options
  const { clock, ids, log } = ports
  const { ledger } = options
  const lives = new Map<string, Life>()
  const saver = createSaver({ clock, runs: store.runs, warnings })
  const dispatcher = createDispatcher({
    clock,
    maxConcurrent: () => settings().maxConcurrent,
    groupLimit: (group) => groupLimit(settings(), group),
    maxInstances: (id) => options.task(id)?.policy.maxInstances,
  })
  const starts = createStarts(store.runs)
  const offers = createOffers({
    clock,
    ledger,
    dispatcher,
    starts,
    task: options.task,
    async begin(task, due, at, waits) {
      await begin(task, { ...due, parameters: mergedParameters(task, due.parameters) }, at, waits)
    },
    async look(taskId) {
      await Promise.all(dispatcher.runsOf(taskId).flatMap((id) => lives.get(id)?.look() ?? []))
    },
    replace(id) {
      const life = lives.get(id)
      void life?.end('replace', life.task.policy.killGrace)
    },
    spare: (id) => dispatcher.ending(id, (lives.get(id)?.run().ending ?? null) !== null),
    refused(task, error) {
      log.error({ err: error, task: task.id }, 'a due occurrence could not be recorded')
      saver.refused(`"${task.name}" is due and cannot start: ${messageOf(error)}`)
    },
    impossible(task, error) {
      log.error({ err: error, task: task.id }, 'no run could be made of a due occurrence')
      warnings.raise('UNPLANNED', `"${task.name}" was due and did not start: ${messageOf(error)}`)
    },
  })
  const stand = createStands({ ...options, clock, lives, saver, dispatcher, starts })
  let stopping: Promise<void> | undefined

  const begin = async (
    task: Task,
    by: Omit<NewRun, 'id' | 'number' | 'task' | 'epoch'>,
    now: number,
    waits: boolean,
  ): Promise<Run> => {
    const number = Math.max(store.runs.lastNumber(task.id), lastNumbers.get(task.id) ?? 0) + 1
    lastNumbers.set(task.id, number)
    const epoch = store.state.epoch().number
    const run = queuedRun({ id: ids.next(now), number, task, epoch, ...by }, now)
    ledger.interrupt(task.id)
    const stored = recorded(run)
    starts.add(task, run.id, now)
    // Counted as active before the disk has answered, so that a second start meanwhile sees it.
    const claim = stand(task, run, waits, stored)
    try {
      await stored
    } catch (error) {
      if (lastNumbers.get(task.id) === number) lastNumbers.set(task.id, number - 1)
      claim.forget()
      throw error
    }
    saver.taken()
    options.changed(run, true)
    claim.live()
    return run
  }

  /** The highest number given, on disk or not. */
  const lastNumbers = new Map<string, number>()

  const recorded = async (run: Run): Promise<void> => {
    // All that is due at once is decided before the first of it is written down, which takes longer.
    await Promise.resolve()
    // What was decided before it is on disk before it: the watermark that it sets stands for all of them.
    if (ledger.pending(run.taskId).length > 0) await ledger.flush(run.taskId)
    await store.runs.put(run)
  }

  const current = (run: Run): Run => lives.get(run.id)?.run() ?? saver.unsaved(run.id) ?? run

  const get = async (id: string): Promise<Run> => {
    const run = lives.get(id)?.run() ?? saver.unsaved(id) ?? (await store.runs.get(id))
    if (run === undefined) throw new BelfryError('NOT_FOUND', `there is no run "${id}"`, { field: 'id' })
    return run
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

  /** A run that the last host left in the queue, by the task as it is now. */
  const goOn = (task: Task, run: Run): void => {
    if (stopping !== undefined) return
    const { revision, policy } = task
    const waits = run.replay || dispatcher.inTheWay(task.id, policy) !== undefined
    const now = { ...run, taskRevision: revision, priority: policy.priority }
    stand(task, now, waits, Promise.resolve()).live()
  }

  return {
    async startManual(task, parameters, force = false) {
      if (stopping) throw new BelfryError('UNAVAILABLE', 'the host is stopping; nothing starts any more')
      const all = mergedParameters(task, parameters)
      const active = dispatcher.inTheWay(task.id, task.policy)
      if (!force && active !== undefined) {
        throw new BelfryError('CONFLICT', `"${task.name}" is running already (run ${active})`, {
          field: 'id',
          detail: { runId: active },
        })
      }
      return begin(task, { ...byHand, parameters: all }, clock.now(), false)
    },
    startDue: (due) => dispatcher.together(() => offers.add(due)),
    dueSettled: (taskId) => offers.settled(taskId),
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
      const last = store.runs.lastEnded(taskId)
      const { number, began } = store.state.epoch()
      // By the clock as it was before it was set back: how long ago it was is not known any more.
      return last && last.epoch < number ? Math.min(last.at, began) : last?.at
    },
    async logReady(id) {
      await lives.get(id)?.logReady
    },
    async ended(id) {
      await lives.get(id)?.over
      return get(id)
    },
    async recover() {
      const { queued, others } = await unfinishedRuns(store, options.task)
      const recovery = { executor: options.executors.command, store, clock, logLimit: settings().logLimit, warnings }
      await Promise.all(others.map(async (run) => saver.save(await recoverRun(run, recovery))))
      dispatcher.together(() => queued.forEach(({ task, run }) => goOn(task, run)))
    },
    limitsChanged: (taskId) => dispatcher.review(taskId),
    async stop() {
      if (stopping) {
        endAll(true)
        return stopping
      }
      offers.stop()
      saver.stop()
      stopping = Promise.all([...lives.values()].map((life) => life.over)).then(() => undefined)
      endAll(false)
      return stopping
    },
  }
}
