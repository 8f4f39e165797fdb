/**
 * Every run's life, for all kinds of action: queued, started, timed, cancelled, ended, recorded. A decision is on disk
 * before it is carried out; an executor only starts the thing and tells how it ended.
 */
import { BelfryError, messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import type { Page, Parameters } from '@shared/model/common'
import { hasEnded, type Run } from '@shared/model/run'
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import type { TriggerKind } from '@shared/model/trigger'
import type { Executor } from '../executors/executor'
import type { Ports } from '../ports'
import type { DueTask } from '../schedule/planner'
import type { RunQuery, Store } from '../store/types'
import type { Warnings } from '../system/warnings'
import { createLife, type Life } from './life'
import { recoverRun } from './recovery'
import { mergedParameters, queuedRun } from './run-record'
import { createSlots } from './slots'
import { afterLong, sleep } from './timer'

export interface RunServiceOptions {
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'log'>
  readonly store: Store
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
   * CONFLICT while one is active, UNAVAILABLE while stopping.
   */
  startManual(task: Task, parameters: Parameters): Promise<Run>
  /** Starts what is due, or records why not. */
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
  const lives = new Map<string, Life>()
  const byTask = new Map<string, string>()
  /** Ended runs whose last line the disk has refused so far. */
  const unsaved = new Map<string, Run>()
  /** Words of the warnings that are over once the disk takes a record. */
  const refusals = new Set<string>()
  const slots = createSlots(() => settings().maxConcurrent)
  let stopping: Promise<void> | undefined

  const begin = async (
    task: Task,
    by: { triggeredBy: TriggerKind; scheduledAt: number | null; folded: number },
    parameters: Parameters,
  ): Promise<Run> => {
    const now = clock.now()
    const number = store.runs.lastNumber(task.id) + 1
    const run = queuedRun({ id: ids.next(now), number, task, epoch: store.state.epoch(), parameters, ...by }, now)
    const stored = store.runs.put(run)
    const life = createLife({
      run,
      stored,
      task,
      executor: options.executors[task.action.kind],
      store,
      clock,
      slots,
      logLimit: settings().logLimit,
      changed: options.changed,
      save,
      logRefused: (ended, reason, kept) =>
        warnings.raise('STORAGE', `${notWhole(ended, reason)}; what it lacks is kept in ${kept}`),
    })
    // Counted as active before the disk has answered, so that a second start meanwhile sees it.
    lives.set(run.id, life)
    byTask.set(task.id, run.id)
    try {
      await stored
    } catch (error) {
      forget(life)
      life.giveUp()
      throw error
    }
    diskTakes()
    options.changed(run, true)
    void life.live().finally(() => {
      forget(life)
      options.changed(life.run(), true)
    })
    return run
  }

  const forget = (life: Life): void => {
    lives.delete(life.run().id)
    if (byTask.get(life.run().taskId) === life.run().id) byTask.delete(life.run().taskId)
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

  const skip = async (due: DueTask, runId: string): Promise<void> => {
    const now = clock.now()
    const record = {
      id: ids.next(now),
      taskId: due.taskId,
      scheduledAt: new Date(due.scheduledAt).toISOString(),
      epoch: store.state.epoch(),
      state: 'skipped',
      reason: 'overlap',
      count: due.folded + 1,
      runId,
      recordedAt: new Date(now).toISOString(),
    } as const
    await store.occurrences.append([record])
  }

  const endAll = (now: boolean): void => {
    const grace = settings().shutdownGrace
    for (const life of lives.values()) {
      const killGrace = now ? 0 : Math.min(life.task.policy.killGrace, grace)
      const queued = life.run().status === 'queued'
      if (now || queued) void life.end('shutdown', killGrace)
      else {
        const spare = afterLong(clock, Math.max(0, grace - killGrace), () => void life.end('shutdown', killGrace))
        // Or the process would stay for it, with nothing left to end.
        void life.over.then(spare)
      }
    }
  }

  return {
    async startManual(task, parameters) {
      if (stopping) throw new BelfryError('UNAVAILABLE', 'the host is stopping; nothing starts any more')
      const all = mergedParameters(task, parameters)
      const active = byTask.get(task.id)
      if (active !== undefined) {
        throw new BelfryError('CONFLICT', `"${task.name}" is running already (run ${active})`, {
          field: 'id',
          detail: { runId: active },
        })
      }
      return begin(task, { triggeredBy: 'manual', scheduledAt: null, folded: 0 }, all)
    },
    startDue(due) {
      for (const one of due) {
        const task = options.task(one.taskId)
        if (stopping !== undefined || task === undefined) continue
        const active = byTask.get(one.taskId)
        const done = active === undefined ? begin(task, one, task.parameters) : skip(one, active)
        done.catch((error: unknown) => {
          log.error({ err: error, task: task.id }, 'a due occurrence could not be recorded')
          diskRefuses(`"${task.name}" was due and did not start: ${messageOf(error)}`)
        })
      }
    },
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
    activeOf: (taskId) => [byTask.get(taskId)].filter((id) => id !== undefined),
    activeCount: () => lives.size,
    idleSince(taskId) {
      if (byTask.has(taskId)) return null
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
    slotsChanged: () => slots.review(),
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

function notWhole({ taskName }: Run, reason: string): string {
  return `The log of a run of "${taskName}" is not whole: ${reason}`
}
