/**
 * What schedules, runs and accounts, put together as a host does, over a real store and a scripted executor, by a clock that the
 * test moves. It can be left standing, as a host that was killed.
 */
import pino from 'pino'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Task } from '@shared/model/task'
import type { Files } from '../../electron/host/ports'
import { createRunService, type RunService } from '../../electron/host/run/run-service'
import { createAccount, type Account } from '../../electron/host/schedule/account'
import { createLedger, type Ledger } from '../../electron/host/schedule/ledger'
import { createPlanner, type Planner } from '../../electron/host/schedule/planner'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { createWarnings } from '../../electron/host/system/warnings'
import { ulids } from '../../electron/platform/ids'
import { awaitedFiles } from './awaited-files'
import { scriptedExecutor, type ScriptedExecutor } from './scripted-executor'
import { files as realFiles } from './store-ports'
import { virtualClock, type VirtualClock } from './virtual-clock'

export interface SchedulingHost {
  readonly clock: VirtualClock
  readonly store: Store
  readonly planner: Planner
  readonly runs: RunService
  readonly ledger: Ledger
  readonly account: Account
  readonly executor: ScriptedExecutor
  /** Lets ms pass; resolves once the disk has answered all that came of it. */
  pass(ms: number): Promise<void>
  /** The whole ledger of a task, latest first. */
  entries(taskId: string): Promise<LedgerEntry[]>
  stop(): Promise<void>
  /** Leaves all as it is, like a process that was killed. */
  die(): Promise<void>
}

export interface SchedulingHostOptions {
  readonly folder: string
  readonly tasks: readonly Task[]
  /** ISO: what the clock shows at the start. */
  readonly now: string
  readonly files?: Files
}

/** Starts where the last one in `folder` left off. */
export async function schedulingHost({
  folder,
  tasks,
  now,
  files: given = realFiles,
}: SchedulingHostOptions): Promise<SchedulingHost> {
  const { files, quiet, abandon } = awaitedFiles(given)
  const clock = virtualClock(now)
  const ports = { clock, ids: ulids(), files, log: pino({ level: 'silent' }) }
  const store = await openStore(ports, folder, '0.0.0')
  const known = new Map(tasks.map((task) => [task.id, task]))
  const task = (id: string): Task | undefined => known.get(id)
  const executor = scriptedExecutor()
  const ledger = createLedger({ ports, store, refused: () => undefined, wrote: () => undefined })
  const runs = createRunService({
    ports,
    store,
    ledger,
    executors: { command: executor },
    task,
    settings: () => store.settings.get(),
    warnings: createWarnings(ports, () => undefined),
    changed: (run, turned) => {
      if (turned) planner.track(run.taskId)
    },
  })
  const planner: Planner = createPlanner({
    clock,
    bootTells: true,
    task,
    idleSince: (id) => runs.idleSince(id),
    pausedAll: () => store.settings.get().paused,
    decided: (id) => store.state.decided(id),
    dispatch: (due) => runs.startDue(due),
    record: (fates) => {
      for (const { taskId, event, ranges } of fates) for (const range of ranges) ledger.record(taskId, range, { event })
    },
    pauseEnded: () => undefined,
    moved: () => undefined,
    woke: () => undefined,
    async setBack(by, now) {
      const fixedStay = by < 3 * 3_600_000
      await store.state.beginEpoch({ number: store.state.epoch().number + 1, began: now, fixedStay })
      return { fixedStay }
    },
    unplannable: (_id, error) => {
      throw error
    },
  })
  const account = createAccount({ clock, store, ledger, planner })
  await runs.recover()
  planner.start(tasks.map(({ id }) => id))
  return {
    clock,
    store,
    planner,
    runs,
    ledger,
    account,
    executor,
    async pass(ms) {
      await clock.advance(ms)
      await quiet()
    },
    async entries(taskId) {
      const { items } = await account.ledger(taskId, { limit: 1000 })
      return items
    },
    async stop() {
      planner.stop()
      // The second call waits for no grace.
      await Promise.all([runs.stop(), runs.stop()])
      await ledger.stop()
      await store.close()
    },
    async die() {
      planner.stop()
      await abandon()
    },
  }
}
