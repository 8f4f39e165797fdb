/**
 * A host reduced to what plans: planner, ledger, task service and epochs as they are, on one virtual machine with a disk in
 * memory, that can die and start anew on what the disk had.
 */
import type { OccurrenceRecord } from '@shared/model/occurrence'
import type { Pause, Task } from '@shared/model/task'
import { createEventBus } from '../../electron/host/events'
import type { Clock, Processes } from '../../electron/host/ports'
import { beginEpoch, latestOf, setBackMeanwhile, type EpochOptions } from '../../electron/host/schedule/epochs'
import { createOffers } from '../../electron/host/run/offers'
import { createLedger } from '../../electron/host/schedule/ledger'
import { createPlanner, type DueTask, type Planner, type TaskFates } from '../../electron/host/schedule/planner'
import type { ClockEpoch, Store } from '../../electron/host/store/types'
import { recordFates } from '../../electron/host/schedule/record-fates'
import { createWatermarks } from '../../electron/host/store/watermarks'
import { createTaskService, type TaskService } from '../../electron/host/tasks/task-service'
import { ulids } from '../../electron/platform/ids'
import { silentLog } from './small-router'
import type { VirtualClock } from './virtual-clock'

export interface StoredRun extends DueTask {
  readonly epoch: number
  readonly createdAt: number
}

export interface Disk {
  readonly tasks: Map<string, Task>
  paused: Pause | null
  readonly runs: StoredRun[]
  readonly records: Map<string, OccurrenceRecord>
  readonly epochs: ClockEpoch[]
}

export interface WorldListener {
  /** What one look has decided, at `now` (ms). */
  decided(now: number, due: readonly DueTask[], fates: readonly TaskFates[]): void
  /** The host looks at its clocks. */
  looked(now: number): void
  /** A new epoch is on disk. */
  epoch(epoch: ClockEpoch): void
}

export interface LivingHost {
  readonly planner: Planner
  readonly tasks: TaskService
  setPauseOfAll(pause: Pause | null): Promise<void>
  /** Everything that was decided goes to disk. */
  stop(): Promise<void>
  /** Nothing more goes to disk, and no timer calls. */
  die(): void
}

export function startHost(disk: Disk, machine: VirtualClock, listener: WorldListener): LivingHost {
  let alive = true
  const calling = (call: () => void) => () => void (alive && call())
  const clock: Clock = {
    ...machine,
    boot() {
      // Nothing else reads it.
      if (alive) listener.looked(machine.now())
      return machine.boot()
    },
    after: (ms, call) => machine.after(ms, calling(call)),
    at: (instant, call) => machine.at(instant, calling(call)),
  }
  const ids = ulids()
  const watermarks = createWatermarks()
  const takeRecord = (record: OccurrenceRecord): void => {
    watermarks.wrote(record.epoch, Date.parse(record.recordedAt))
    watermarks.take(record.taskId, record.epoch, Date.parse(record.until))
  }
  const takeRun = ({ taskId, epoch, scheduledAt, createdAt }: StoredRun): void => {
    watermarks.wrote(epoch, createdAt)
    watermarks.take(taskId, epoch, scheduledAt)
  }
  disk.epochs.forEach((epoch) => watermarks.beginEpoch(epoch))
  disk.records.forEach(takeRecord)
  disk.runs.forEach(takeRun)

  const write = async (work: () => void): Promise<void> => {
    if (alive) work()
    else await new Promise(() => undefined)
  }
  const state: EpochOptions['state'] & Pick<Store['state'], 'missedSettled'> = {
    missedSettled: () => undefined,
    epoch: () => watermarks.epoch(),
    lastWritten: () => watermarks.lastWritten(),
    beginEpoch: (epoch) =>
      write(() => {
        disk.epochs.push(epoch)
        watermarks.beginEpoch(epoch)
        listener.epoch(epoch)
      }),
  }
  const occurrences: Pick<Store['occurrences'], 'put'> = {
    put: (records) =>
      write(() => {
        for (const record of records) {
          disk.records.set(record.id, record)
          takeRecord(record)
        }
      }),
  }
  const warnings = { raise: () => undefined, clear: () => undefined }
  const ledger = createLedger({
    ports: { clock, ids, log: silentLog },
    store: { occurrences, state } as unknown as Store,
    refused: () => undefined,
    wrote: () => undefined,
  })

  const offers = createOffers({
    clock,
    ledger,
    dispatcher: { judge: () => ({ kind: 'start' }), ending: () => undefined },
    starts: { isOver: () => false },
    task: (id) => disk.tasks.get(id),
    async begin(_task, due) {
      ledger.interrupt(due.taskId)
      const run = { ...due, epoch: state.epoch().number, createdAt: clock.now() }
      await ledger.flush(due.taskId)
      await write(() => {
        disk.runs.push(run)
        takeRun(run)
      })
    },
    look: () => Promise.resolve(),
    replace: () => undefined,
    spare: () => undefined,
    refused: () => undefined,
    impossible(_, error) {
      throw error
    },
  })

  const planner = createPlanner({
    clock,
    bootTells: true,
    // It plays months: and what is noticed late must be right as well.
    longestSleep: 30_000,
    task: (id) => disk.tasks.get(id),
    idleSince: () => undefined,
    pausedAll: () => disk.paused,
    decided: (id) => watermarks.of(id),
    dispatch(due) {
      listener.decided(clock.now(), due, [])
      offers.add(due)
    },
    record(fates) {
      listener.decided(clock.now(), [], fates)
      for (const one of fates) recordFates(ledger, one)
    },
    pauseEnded: (id, until) => void (id === null ? endPauseOfAll(until) : tasks.endPause(id, until)),
    moved: () => undefined,
    woke: () => undefined,
    setBack: (by, from) => beginEpoch(epochs, by, from),
    unplannable(_, error) {
      throw error
    },
  })

  const recorded = async (taskIds: readonly string[]): Promise<void> => {
    await Promise.all(taskIds.map((id) => offers.settled(id)))
    await Promise.all(taskIds.map((id) => ledger.flush(id)))
  }
  const store = {
    tasks: {
      all: () => [...disk.tasks.values()],
      get: (id: string) => disk.tasks.get(id),
      put: (given: readonly Task[]) => write(() => given.forEach((task) => disk.tasks.set(task.id, task))),
    },
    runs: { recent: () => [], acknowledged: () => undefined, lastStarted: () => undefined, expired: () => undefined },
    occurrences: { missed: () => undefined },
    state: { missedSettled: () => undefined },
  } as unknown as Store
  const tasks = createTaskService({
    ports: { clock, ids, processes: { bootId: () => 'a boot' } as Processes },
    store,
    planner,
    activeOf: () => [],
    events: createEventBus(),
    checks: { check: async () => new Map() },
    recorded,
  })
  const setPauseOfAll = async (pause: Pause | null): Promise<void> => {
    const all = [...disk.tasks.keys()]
    await planner.settle(all)
    await recorded(all)
    await write(() => void (disk.paused = pause))
    planner.trackAll(all)
  }
  const endPauseOfAll = async (until: string): Promise<void> => {
    if (disk.paused?.until === until) await setPauseOfAll(null)
  }
  const epochs: EpochOptions = {
    clock,
    state,
    warnings,
    log: silentLog,
    async pullBack(from, by) {
      await tasks.pullBack(from, by)
      const since = disk.paused && new Date(Math.min(Date.parse(disk.paused.since), from)).toISOString()
      await write(() => void (disk.paused = disk.paused && since ? { ...disk.paused, since } : null))
    },
    latest: () => latestOf([...disk.tasks.values()], disk.paused),
    isOver: () => !alive,
  }

  planner.start([...disk.tasks.keys()], { setBackBy: setBackMeanwhile(epochs) })
  return {
    planner,
    tasks,
    setPauseOfAll,
    async stop() {
      planner.stop()
      await recorded([...disk.tasks.keys()])
      await ledger.stop()
      alive = false
    },
    die() {
      alive = false
    },
  }
}
