/** The host: ports in; router, events, start and stop out. Both shells build it the same way. */
import { messageOf } from '@shared/errors'
import type { SystemStatus } from '@shared/model/system'
import { createRouter } from './api/router'
import { createEventBus, type EventBus } from './events'
import { createCommandExecutor } from './executors/command/command-executor'
import { createCommandRunner } from './import/command-runner'
import { createImportService } from './import/import-service'
import { createFailureNotices } from './observe/failure-notices'
import type { Ports } from './ports'
import { createRunService, type RunService } from './run/run-service'
import { createPlanner, type Planner } from './schedule/planner'
import { beginEpoch, latestOf, setBackMeanwhile, type EpochOptions } from './schedule/epochs'
import { createEventTriggers } from './schedule/event-triggers'
import { createAccount } from './schedule/account'
import { createLedger } from './schedule/ledger'
import { recordAndTell } from './schedule/record-fates'
import { createWaitingEvents } from './schedule/waiting-events'
import { acquireLock } from './store/lock'
import { openStore } from './store/open-store'
import { createSystemService, type SystemService } from './system/system-service'
import { createWarnings } from './system/warnings'
import { createInbox } from './tasks/inbox'
import { createTaskService, type TaskService } from './tasks/task-service'
import { createTriggerChecks } from './tasks/trigger-checks'
import { mostBelow } from './watch/folder-size'
import { createWatchTriggers } from './watch/watch-triggers'

/** Facts of the machine and of the user who runs the host. */
export interface Machine {
  readonly hostname: string
  readonly platform: NodeJS.Platform
  readonly pid: number
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly user: { readonly name: string; readonly uid: number }
}

export interface HostOptions {
  readonly dataFolder: string
  readonly kind: 'tray' | 'headless'
  readonly version: string
  readonly machine: Machine
  /** Where the CLI will find the host; written into the lock. */
  readonly control: { readonly path: string; readonly token: string | null }
  /** What `system.open` does: the tray brings its window forward (url null), a headless host makes a one-time URL. */
  readonly open: () => Promise<{ url: string | null }>
  /** The `belfry` command's folder, for the PATH of commands; null when there is none. */
  readonly binFolder: string | null
}

export type HostRouter = ReturnType<typeof createRouter>

export interface Host {
  /** For the doors: an oRPC handler with `handlerOptions` (api/handler-options.ts) serves it. */
  readonly router: HostRouter
  readonly events: EventBus
  /** For the tray, which asks as often as it redraws. */
  readonly tasks: TaskService
  readonly runs: RunService
  readonly system: SystemService
  /** Settles what the last host left, then begins to schedule. Doors open after it. */
  start(): Promise<void>
  /** No new starts; ends all runs within settings.shutdownGrace, flushes, releases the lock. A second call hurries. */
  stop(): Promise<void>
}

/** Takes the lock (LOCKED when another host has the folder) and opens the store. */
export async function createHost(ports: Ports, options: HostOptions): Promise<Host> {
  const lock = await acquireLock(ports, options.dataFolder, { kind: options.kind, control: options.control })
  try {
    return await buildHost(ports, options, () => lock.release())
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function buildHost(ports: Ports, options: HostOptions, release: () => Promise<void>): Promise<Host> {
  const { clock, log } = ports
  const { dataFolder, machine } = options
  const store = await openStore(ports, dataFolder, options.version)
  const events = createEventBus()
  let state: SystemStatus['state'] = 'running'
  let stopped: Promise<void> | undefined

  const warnings = createWarnings(ports, () => system.tellSoon())
  let raised = 0
  /** The store has more to say as it goes: a log that could not be finished, say. */
  const raiseNew = (): void => {
    for (const { code, message } of store.warnings.slice(raised)) warnings.raise(code, message)
    raised = store.warnings.length
  }
  const settings = () => store.settings.get()
  const task = (id: string) => store.tasks.get(id)

  const unwritten = 'The ledger could not be written'
  const refused = (error: unknown): void => warnings.raise('STORAGE', `${unwritten}: ${messageOf(error)}`)
  const ledger = createLedger({ ports, store, refused, wrote: () => warnings.clear('STORAGE', unwritten) })
  /** Resolves once all that was decided of the tasks is on disk. Rejects with STORAGE; then it is tried again by and by. */
  const recorded = async (taskIds: readonly string[]): Promise<void> => {
    await Promise.all(taskIds.map((id) => runs.dueSettled(id)))
    await Promise.all(taskIds.map((id) => ledger.flush(id)))
  }
  const runs: RunService = createRunService({
    ports,
    store,
    ledger,
    executors: {
      command: createCommandExecutor({
        ...ports,
        ...machine,
        dataFolder,
        hostEnv: machine.env,
        belfryBin: options.binFolder,
      }),
    },
    task,
    settings,
    warnings,
    changed(run, turned) {
      events.emit({ type: 'run.changed', run })
      if (!turned) return
      watchTriggers.turned(run)
      if (task(run.taskId)?.triggers.some((trigger) => trigger.kind === 'interval' && trigger.mode === 'fixed-delay'))
        planner.track(run.taskId)
      tasks.tell(run.taskId)
      system.tellSoon()
      if (run.finishedAt !== null) {
        noticeFailure(run)
        eventTriggers.ended(run)
      }
      raiseNew()
    },
  })
  const planner: Planner = createPlanner({
    clock,
    bootTells: machine.platform === 'linux',
    task,
    idleSince: (id) => runs.idleSince(id),
    pausedAll: () => settings().paused,
    decided: (id) => store.state.decided(id),
    dispatch: (due) => {
      runs.startDue(due)
      // Those that are due and have not been decided yet go first.
      clock.after(0, () => due.forEach(({ taskId }) => tasks.tell(taskId)))
    },
    record: (fates) => fates.forEach((of) => recordAndTell(ledger, of, (id) => tasks.tell(id))),
    woke: (at) => eventTriggers.woke(at),
    setBack: (by, from) => beginEpoch(epochs, by, from),
    pauseEnded: (id, until) => {
      const ended = id === null ? system.endPause(until) : tasks.endPause(id, until)
      ended.catch((error: unknown) => log.error({ err: error }, 'the end of a pause could not be stored'))
    },
    moved: (ids) => {
      if (events.hasAudience()) for (const id of ids) tasks.tell(id)
      system.tellSoon()
    },
    unplannable: (id, error) => {
      log.error({ err: error, task: id }, 'a task cannot be planned')
      warnings.raise('UNPLANNED', `"${task(id)?.name ?? id}" has no next run: ${messageOf(error)}`)
    },
  })
  const epochs: EpochOptions = {
    clock,
    state: store.state,
    warnings,
    log,
    pullBack: async (from, by) => {
      await tasks.pullBack(from, by)
      await system.pullBack(from)
    },
    latest: () => latestOf(store.tasks.all(), settings().paused),
    isOver: () => state === 'stopping',
  }
  const waitingEvents = createWaitingEvents({ clock, store, planner, warnings, log })
  const eventTriggers = createEventTriggers({
    clock,
    store,
    events: waitingEvents,
    warnings,
    bootId: () => ports.processes.bootId(),
  })
  const place = { files: ports.files, ...machine, uid: machine.user.uid, dataFolder, most: mostBelow }
  const watchTriggers = createWatchTriggers({
    clock,
    place,
    watchFiles: ports.watchFiles,
    planner: waitingEvents,
    warn: (id, sentences) => tasks.warn(id, sentences),
  })
  const tasks = createTaskService({
    ports,
    store,
    planner,
    activeOf: (id) => runs.activeOf(id),
    events,
    checks: createTriggerChecks(place),
    recorded,
  })
  const system: SystemService = createSystemService({
    clock,
    store,
    tasks,
    runs,
    planner,
    recorded,
    warnings,
    events,
    facts: {
      version: options.version,
      kind: options.kind,
      pid: machine.pid,
      hostname: machine.hostname,
      platform: machine.platform,
      dataFolder,
    },
    state: () => state,
  })
  const noticeFailure = createFailureNotices({
    notifier: ports.notifier,
    settings,
    view: (one) => tasks.view(one),
    task,
  })
  const account = createAccount({ clock, store, ledger, planner })
  const inbox = createInbox(tasks, runs)
  const imports = createImportService({
    files: ports.files,
    clock,
    run: createCommandRunner(machine.env),
    tasks,
    user: machine.user,
    dataFolder,
  })
  const router = createRouter({
    clock,
    store,
    tasks,
    runs,
    account,
    inbox,
    system,
    imports,
    planner,
    place,
    warnings,
    events,
    open: options.open,
  })

  events.within((event) => {
    if (event.type === 'task.changed') for (const triggers of [eventTriggers, watchTriggers]) triggers.set(event.task)
    if (event.type === 'task.changed') runs.limitsChanged(event.task.id)
    if (event.type === 'task.removed') for (const triggers of [eventTriggers, watchTriggers]) triggers.forget(event.id)
    if (event.type === 'task.changed' || event.type === 'task.removed') system.tellSoon()
  })
  // A hint only: the planner's next look tells by the clocks what has come due.
  ports.power.onSuspend(() => planner.powerEvent())
  ports.power.onResume(() => planner.powerEvent())

  return {
    router,
    events,
    tasks,
    runs,
    system,
    async start() {
      // First: whatever recovery brings comes after it.
      const begin = { at: clock.now(), setBackBy: setBackMeanwhile(epochs) }
      raiseNew()
      await runs.recover()
      await eventTriggers.hostStarted()
      planner.start(
        store.tasks.all().map(({ id }) => id),
        begin,
      )
      watchTriggers.start(store.tasks.all())
      system.start()
      log.info({ tasks: store.tasks.all().length, dataFolder }, 'the host is scheduling')
    },
    stop() {
      if (stopped) void runs.stop()
      stopped ??= (async () => {
        state = 'stopping'
        watchTriggers.stop()
        planner.stop()
        system.tellSoon()
        await runs.stop()
        await ledger.stop()
        system.stop()
        await store.close()
        await release()
      })()
      return stopped
    },
  }
}
