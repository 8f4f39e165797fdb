/**
 * What the last host left behind: its processes are ended, then the run is interrupted, or has the end that it was being
 * given when that host died.
 */
import { messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import { hasEnded, type Run, type RunError } from '@shared/model/run'
import type { Executor } from '../executors/executor'
import type { Clock } from '../ports'
import type { LogWriter, Store } from '../store/types'
import { closingLine, endedRun, endingError, statusOf } from './run-record'

export interface RecoveryOptions {
  readonly executor: Executor<Action>
  readonly store: Store
  readonly clock: Clock
  readonly logLimit: number
  /** What the disk refused meanwhile; the run is ended all the same. */
  readonly refused: (reason: string) => void
}

/** For a log that cannot be opened. */
const noLog: LogWriter = {
  append: () => Promise.resolve(),
  stats: () => ({ bytes: 0, lines: 0, truncated: false }),
  positions: () => ({ out: 0, err: 0 }),
  close: () => Promise.resolve(),
}

/**
 * The ended record of a run found unfinished; not yet stored. Its processes are gone, or listed as survivors. Never
 * rejects: one run whose files are damaged must not keep the host from all the others.
 */
export async function recoverRun(run: Run, options: RecoveryOptions): Promise<Run> {
  if (hasEnded(run.status)) return run
  const { executor, store, clock, logLimit } = options
  let whole = true
  let dropped = false
  const unrecorded = (reason: string): void => {
    whole = false
    options.refused(reason)
  }
  const tried = <T>(work: Promise<T>, instead: T): Promise<T> =>
    work.catch((error: unknown) => {
      unrecorded(messageOf(error))
      return instead
    })
  const log = await tried(store.logs.open(run, logLimit), noLog)
  const spoolFolder = await tried<string | null>(store.logs.spoolFolder(run), null)
  const outcome = await executor.endLeftovers({
    run,
    log,
    spoolFolder,
    logLimit,
    report: { dropped: () => (dropped = true), unrecorded },
  })
  const at = new Date(clock.now()).toISOString()
  const { ending } = run
  const error = ending === null ? hostEnded(run) : endingError(ending, run, null)
  const status = ending === null ? 'interrupted' : statusOf(ending, outcome)
  const text = closingLine(status, error, null)
  await tried(log.append([{ at, stream: 'belfry', text, position: 0 }]), undefined)
  await tried(log.close(), undefined)
  const stats = log.stats()
  const ended = endedRun(
    run,
    {
      status,
      outcome: { ...outcome, error },
      durationMs: run.startedAt === null ? null : Math.max(0, clock.now() - Date.parse(run.startedAt)),
      log: { ...stats, truncated: stats.truncated || dropped || !whole },
    },
    clock.now(),
  )
  // What the log could not take stays where it is, for whoever looks.
  if (whole) await tried(store.logs.removeSpool(run), undefined)
  return ended
}

function hostEnded({ status }: Run): RunError {
  const message = status === 'queued' ? 'the host ended before it started' : 'the host ended while it ran'
  return { code: 'INTERRUPTED', message }
}
