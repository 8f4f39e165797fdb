/** One run from its slot to its end. */
import { messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import type { EndReason, Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { Executor, Outcome, Report, Started } from '../executors/executor'
import type { Clock } from '../ports'
import type { LogWriter, Store } from '../store/types'
import { closingLine, endedRun, endingError, noOutcome, noticedLate, runningRun, statusOf } from './run-record'
import { afterLong, deferred } from './timer'

export interface LifeOptions {
  /** Queued. */
  readonly run: Run
  /** Resolves once `run` is on disk, and `live` may be called; rejects when the disk refused it. */
  readonly stored: Promise<void>
  readonly task: Task
  readonly executor: Executor<Action>
  readonly store: Store
  readonly clock: Clock
  readonly place: Place
  readonly logLimit: number
  readonly changed: (run: Run, turned: boolean) => void
  /** Records the end. Never rejects. */
  readonly save: (run: Run) => Promise<void>
  /** The log is not whole, and what is missing is in `spoolFolder` alone. */
  readonly logRefused: (run: Run, reason: string, spoolFolder: string) => void
}

/** The run's place among all that want to run. */
export interface Place {
  /** Calls `ready` once, with the slot taken, or `expired` when it has waited too long; each with what it has waited for. */
  enter(ready: (waited: Run['waited']) => void, expired: (waited: Run['waited']) => void): void
  /** Its command was seen to begin at `at` (ms). */
  began(at: number): void
  releaseSlot(): void
  ending(): void
  leave(): void
}

export interface Life {
  readonly task: Task
  readonly logReady: Promise<void>
  readonly over: Promise<void>
  run(): Run
  /** Never rejects. */
  live(): Promise<void>
  /**
   * Ends it for `reason`; the first reason stands, a shorter grace (ms) wins. Undefined when it came too late: how the run
   * ended is settled. Else resolves, once the reason is on disk, with the record as it is now, or rejects with STORAGE;
   * neither keeps the run from ending, and the rejection may be left alone.
   */
  end(reason: EndReason, grace: number): Promise<Run> | undefined
  /** Resolves once it was looked whether it has ended by itself; where it has, once that is recorded. */
  look(): Promise<void>
  /** Before it starts: gives up without a word, for the next host to go on with. False when it was started, or is being ended. */
  abandon(): boolean
  /** In place of `live`, when the run could not be recorded: nobody need wait for it any more. */
  giveUp(): void
}

/** At most so often is a run's progress told, in ms. */
const tellEvery = 200

export function createLife(options: LifeOptions): Life {
  const { task, executor, store, clock, place } = options
  let run = options.run
  let started: Started | undefined
  let grace: number | undefined
  let giveUpWaiting: ((answer: 'ended' | 'abandoned') => void) | undefined
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
  let abandoned = false
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
      if (timeout !== null) stopTimeout = afterLong(clock, timeout, () => void end('timeout', task.policy.killGrace))
    },
    began: place.began,
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

  /** Whoever asks why the host of this run ended it must get an answer, though it dies in the grace. */
  const recordEnding = async (): Promise<void> => {
    await options.stored
    await store.runs.put(run)
  }

  const end = (reason: EndReason, within: number): Promise<Run> | undefined => {
    if (settled) return undefined
    if (run.ending === null) {
      run = { ...run, ending: reason, updatedAt: new Date(clock.now()).toISOString() }
      options.changed(run, false)
    }
    grace = Math.min(grace ?? Number.POSITIVE_INFINITY, within)
    place.ending()
    giveUpWaiting?.('ended')
    started?.stop(grace)
    const ending = run
    const recorded = recordEnding().then(() => ending)
    recorded.catch(() => undefined)
    return recorded
  }

  const slot = (): Promise<'ours' | 'ended' | 'abandoned'> =>
    new Promise((resolve) => {
      if (run.ending !== null) return resolve('ended')
      if (abandoned) return resolve('abandoned')
      const decide = (answer: 'ours' | 'ended' | 'abandoned'): void => {
        giveUpWaiting = undefined
        if (answer !== 'ours') place.leave()
        resolve(answer)
      }
      giveUpWaiting = decide
      place.enter(
        (waited) => {
          run = { ...run, waited }
          decide('ours')
        },
        (waited) => {
          run = { ...run, waited }
          void end('expire', 0)
        },
      )
    })

  const say = (...texts: readonly string[]): Promise<void> | undefined => {
    const at = new Date(clock.now()).toISOString()
    return writer?.append(texts.map((text) => ({ at, stream: 'belfry', text, position: 0 })))
  }

  /** Undefined when it was abandoned before it started. */
  const execute = async (): Promise<Outcome | undefined> => {
    try {
      writer = await store.logs.open(run, options.logLimit)
      logReady.resolve()
      spoolFolder = await store.logs.spoolFolder(run)
      // It has one already where an earlier host came so far.
      if (writer.stats().lines === 0) await say(opening(run))
      if (run.ending !== null) return notStarted
      if (abandoned) return undefined
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
    const outcome = ending === null ? told : { ...told, error: endingError(ending, run, task.policy.timeout) }
    const status = statusOf(ending, outcome)
    const behind = noticedLate(run, outcome, clock.now())
    const durationMs =
      startedMonotonic === undefined ? null : Math.max(0, Math.round(clock.monotonic() - startedMonotonic) - behind)
    try {
      const missing = refusal === undefined ? [] : [unfinished(refusal, spoolFolder)]
      await say(...missing, closingLine(status, outcome.error, durationMs))
    } catch (error) {
      refusal ??= messageOf(error)
    }
    // Also then: whoever follows the log waits for its end.
    await writer?.close()
    run = endedRun(run, { status, outcome, durationMs, behind, log: logStats() }, clock.now())
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
      const answer = await slot()
      if (answer === 'ours') {
        const outcome = await execute()
        place.releaseSlot()
        if (outcome !== undefined) await finish(outcome)
        else await writer?.close()
      } else if (answer === 'ended') {
        await finish(notStarted)
      }
      place.leave()
      tellOver()
    },
    async look() {
      if (settled || (await started?.look())) await over.promise
    },
    abandon() {
      if (started !== undefined || run.ending !== null || settled) return false
      abandoned = true
      giveUpWaiting?.('abandoned')
      return true
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
