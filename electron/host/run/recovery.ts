/** What the last host left behind: its processes are ended, then the run is interrupted. */
import type { Action } from '@shared/model/action'
import { hasEnded, type Run } from '@shared/model/run'
import type { Executor } from '../executors/executor'
import type { Clock } from '../ports'
import type { Store } from '../store/types'
import { endedRun } from './run-record'

export interface RecoveryOptions {
  readonly executor: Executor<Action>
  readonly store: Store
  readonly clock: Clock
  readonly logLimit: number
}

/** The ended record of a run found unfinished; not yet stored. Its processes are gone, or listed as survivors. */
export async function recoverRun(run: Run, { executor, store, clock, logLimit }: RecoveryOptions): Promise<Run> {
  if (hasEnded(run.status)) return run
  const log = await store.logs.open(run, logLimit)
  const outcome = await executor.endLeftovers({ run, log, spoolFolder: await store.logs.spoolFolder(run), logLimit })
  const at = new Date(clock.now()).toISOString()
  const message = run.status === 'queued' ? 'the host ended before it started' : 'the host ended while it ran'
  await log.append([{ at, stream: 'belfry', text: `Interrupted: ${message}`, position: 0 }])
  await log.close()
  const ended = endedRun(
    run,
    {
      status: 'interrupted',
      outcome: { ...outcome, error: { code: 'INTERRUPTED', message } },
      durationMs: run.startedAt === null ? null : Math.max(0, clock.now() - Date.parse(run.startedAt)),
      log: log.stats(),
    },
    clock.now(),
  )
  await store.logs.removeSpool(run)
  return ended
}
