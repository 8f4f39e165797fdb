/**
 * What the last host left behind: its processes are ended, then the run is interrupted, or has the end that it was being
 * given when that host died.
 */
import { messageOf } from '@shared/errors'
import type { Action } from '@shared/model/action'
import { hasEnded, type Run, type RunError } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { Executor } from '../executors/executor'
import type { Clock } from '../ports'
import type { LogStore, LogWriter, Store } from '../store/types'
import type { Warnings } from '../system/warnings'
import { closingLine, endedRun, endingError, notWhole, statusOf } from './run-record'

export interface RecoveryOptions {
  readonly executor: Executor<Action>
  readonly store: Store
  readonly clock: Clock
  readonly logLimit: number
  readonly warnings: Pick<Warnings, 'raise'>
}

/**
 * Runs that were not ended when the store was opened. `queued`: nothing keeps them from starting yet, first queued first; what
 * the last host had made ready for them is gone.
 */
export async function unfinishedRuns(
  { runs, logs }: Pick<Store, 'runs' | 'logs'>,
  taskOf: (id: string) => Task | undefined,
): Promise<{ readonly queued: readonly { task: Task; run: Run }[]; readonly others: readonly Run[] }> {
  const found = await Promise.all(runs.unfinished().map((id) => runs.get(id)))
  const queued: { task: Task; run: Run }[] = []
  const others: Run[] = []
  for (const run of found.filter((one) => one !== undefined).sort(byAge)) {
    if (hasEnded(run.status)) continue
    const task = taskOf(run.taskId)
    // One that somebody was told is being ended must not start after all.
    const mayStart = run.status === 'queued' && run.ending === null
    if (mayStart && task !== undefined && (await isCleared(logs, run))) queued.push({ task, run })
    else others.push(run)
  }
  return { queued, others }
}

/** Its wrapper may have been at the gate already, which writes to the files that the command's end is read from. */
const isCleared = (logs: Pick<LogStore, 'removeSpool'>, run: Run): Promise<boolean> =>
  logs.removeSpool(run).then(
    () => true,
    () => false,
  )

const byAge = (one: Run, other: Run): number =>
  Date.parse(one.createdAt) - Date.parse(other.createdAt) || one.number - other.number

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
  const { executor, store, clock, logLimit, warnings } = options
  let whole = true
  let dropped = false
  const unrecorded = (reason: string): void => {
    whole = false
    // The run is ended all the same.
    warnings.raise('RECOVERED', notWhole(run, reason))
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
  if (ended.survivors.length > 0)
    warnings.raise('SURVIVORS', `Processes of "${run.taskName}" could not be ended; see run ${run.id}`)
  return ended
}

function hostEnded({ status }: Run): RunError {
  const message = status === 'queued' ? 'the host ended before it started' : 'the host ended while it ran'
  return { code: 'INTERRUPTED', message }
}
