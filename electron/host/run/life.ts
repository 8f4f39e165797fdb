/** One run from its slot to its end. */
import { messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import { errorWords, type EndReason, type Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import { formatDuration } from '@shared/schedule/duration'
import type { Executor, Outcome, Report, Started } from '../executors/executor'
import type { Clock } from '../ports'
import type { LogWriter, Store } from '../store/types'
import { endedRun, endingError, noOutcome, runningRun, statusOf } from './run-record'
import type { Slots } from './slots'
import { afterLong, deferred } from './timer'

export interface LifeOptions {
  /** Queued, and on disk before `live` is called. */
  readonly run: Run
  readonly task: Task
  readonly executor: Executor<Action>
  readonly store: Store
  readonly clock: Clock
  readonly slots: Slots
  readonly logLimit: number
  readonly changed: (run: Run, turned: boolean) => void
  /** Records the end. Never rejects. */
  readonly save: (run: Run) => Promise<void>
  /** The log is not whole, and what is missing is in `spoolFolder` alone. */
  readonly logRefused: (run: Run, reason: string, spoolFolder: string) => void
}

export interface Life {
  readonly task: Task
  readonly logReady: Promise<void>
  readonly over: Promise<void>
  run(): Run
  /** Never rejects. */
  live(): Promise<void>
  /**
   * Ends it for `reason`; the first reason stands, a shorter grace (ms) wins. False when it came too late: how the run
   * ended is settled.
   */
  end(reason: EndReason, grace: number): boolean
  /** In place of `live`, when the run could not be recorded: nobody need wait for it any more. */
  giveUp(): void
}

/** At most so often is a run's progress told, in ms. */
const tellEvery = 200

export function createLife(options: LifeOptions): Life {
  const { task, executor, store, clock, slots } = options
  let run = options.run
  let started: Started | undefined
  let grace: number | undefined
  let giveUpWaiting: (() => void) | undefined
  let stopTimeout: (() => void) | undefined
  let stopTelling: (() => void) | undefined
  let startedMonotonic: number | undefined
  let writer: LogWriter | undefined
  let spoolFolder = ''
  /** Output is missing from the log, beside what its limit cost. */
  let dropped = false
  /** Why the disk did not take the log to its end. */
  let refusal: string | undefined
  let settled = false
  const logReady = deferred<void>()
  const over = deferred<void>()

  const tellSoon = (): void => {
    stopTelling ??= clock.after(tellEvery, () => {
      stopTelling = undefined
      run = { ...run, log: logStats() }
      options.changed(run, false)
    })
  }

  const logStats = (): Run['log'] => {
    const stats = writer?.stats() ?? run.log
    return { ...stats, truncated: stats.truncated || dropped || refusal !== undefined }
  }

  const report: Report = {
    async started(process) {
      startedMonotonic = clock.monotonic()
      run = runningRun(run, process, clock.now())
      await store.runs.put(run)
      options.changed(run, true)
      const { timeout } = task.policy
      if (timeout !== null) stopTimeout = afterLong(clock, timeout, () => end('timeout', task.policy.killGrace))
    },
    progress(progress) {
      run = { ...run, progress: { ...progress, updatedAt: new Date(clock.now()).toISOString() } }
      tellSoon()
    },
    result(result) {
      run = { ...run, result }
    },
    output: tellSoon,
    dropped() {
      dropped = true
    },
    unrecorded(reason) {
      refusal ??= reason
    },
  }

  const end = (reason: EndReason, within: number): boolean => {
    if (settled) return false
    if (run.ending === null) {
      run = { ...run, ending: reason, updatedAt: new Date(clock.now()).toISOString() }
      options.changed(run, false)
    }
    grace = Math.min(grace ?? Number.POSITIVE_INFINITY, within)
    giveUpWaiting?.()
    started?.stop(grace)
    return true
  }

  /** True when the slot is ours, false when the run was ended while it waited. */
  const slot = (): Promise<boolean> =>
    new Promise((resolve) => {
      let ours = false
      const takeBack = slots.wait(() => {
        ours = true
        giveUpWaiting = undefined
        resolve(true)
      })
      if (ours) return
      giveUpWaiting = () => {
        takeBack()
        resolve(false)
      }
    })

  const say = (...texts: readonly string[]): Promise<void> | undefined => {
    const at = new Date(clock.now()).toISOString()
    return writer?.append(texts.map((text) => ({ at, stream: 'belfry', text, position: 0 })))
  }

  const execute = async (): Promise<Outcome> => {
    try {
      writer = await store.logs.open(run, options.logLimit)
      logReady.resolve()
      spoolFolder = await store.logs.spoolFolder(run)
      await say(opening(run))
      if (run.ending !== null) return notStarted
      started = executor.start({
        run,
        task,
        action: task.action,
        log: writer,
        spoolFolder,
        logLimit: options.logLimit,
        report,
      })
    } catch (error) {
      return noOutcome({ code: 'STORAGE', message: `the run's log could not be opened: ${messageOf(error)}` })
    }
    if (grace !== undefined) started.stop(grace)
    return started.done
  }

  const finish = async (told: Outcome): Promise<void> => {
    settled = true
    stopTimeout?.()
    stopTelling?.()
    const { ending } = run
    const outcome =
      ending === null ? told : { ...told, error: endingError(ending, run, formatDuration(task.policy.timeout ?? 0)) }
    const status = statusOf(ending, outcome)
    const durationMs =
      startedMonotonic === undefined ? null : Math.max(0, Math.round(clock.monotonic() - startedMonotonic))
    try {
      const missing = refusal === undefined ? [] : [unfinished(refusal, spoolFolder)]
      await say(...missing, closing(status, outcome, durationMs))
    } catch (error) {
      refusal ??= messageOf(error)
    }
    // Also then: whoever follows the log waits for its end.
    await writer?.close()
    run = endedRun(run, { status, outcome, durationMs, log: logStats() }, clock.now())
    await options.save(run)
    if (refusal === undefined) await store.logs.removeSpool(run).catch(() => undefined)
    else options.logRefused(run, refusal, spoolFolder)
  }

  const tellOver = (): void => {
    settled = true
    logReady.resolve()
    over.resolve()
  }

  return {
    task,
    logReady: logReady.promise,
    over: over.promise,
    run: () => run,
    async live() {
      if (await slot()) {
        const outcome = await execute()
        slots.release()
        await finish(outcome)
      } else {
        await finish(notStarted)
      }
      tellOver()
    },
    end,
    giveUp: tellOver,
  }
}

const notStarted = noOutcome({ code: 'CANCELLED', message: 'ended before it started' })

function opening(run: Run): string {
  const by = run.scheduledAt === null ? 'by hand' : `by ${run.triggeredBy}, planned for ${run.scheduledAt}`
  return `Run ${run.number} of ${run.taskName}, started ${by}`
}

function unfinished(reason: string, spoolFolder: string): string {
  return `The rest of the output is missing here: ${reason}. It is kept in ${spoolFolder}`
}

function closing(status: string, { error }: Outcome, durationMs: number | null): string {
  const words = status.replace('_', ' ')
  const after = durationMs === null ? '' : ` after ${formatDuration(durationMs)}`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${after}${error === null ? '' : `: ${errorWords(error)}`}`
}
