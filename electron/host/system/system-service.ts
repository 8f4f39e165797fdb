/** The host's own state: status, settings, pausing everything, samples. */
import samples from '../../../resources/samples.json'
import { BelfryError } from '@shared/errors'
import { needsAttention } from '@shared/model/attention'
import type { Settings, SettingsChange } from '@shared/model/settings'
import type { SystemStatus } from '@shared/model/system'
import { taskDefinition, type Pause, type TaskView } from '@shared/model/task'
import type { EventBus } from '../events'
import { oneAtATime } from '../one-at-a-time'
import type { Clock } from '../ports'
import type { RunService } from '../run/run-service'
import type { Planner } from '../schedule/planner'
import type { Store } from '../store/types'
import type { TaskService } from '../tasks/task-service'
import type { Warnings } from './warnings'

export interface SystemServiceOptions {
  readonly clock: Clock
  readonly store: Store
  readonly tasks: TaskService
  readonly runs: RunService
  readonly planner: Planner
  /** Resolves once all that was decided of the tasks is on disk. STORAGE. */
  readonly recorded: (taskIds: readonly string[]) => Promise<void>
  readonly warnings: Warnings
  readonly events: EventBus
  readonly facts: Pick<SystemStatus, 'version' | 'kind' | 'pid' | 'hostname' | 'platform' | 'dataFolder'>
  readonly state: () => SystemStatus['state']
}

export interface SystemService {
  status(): SystemStatus
  settings(): Settings
  changeSettings(change: SettingsChange): Promise<Settings>
  /** Null resumes. `until` must be in the future. */
  setPause(pause: Pause | null): Promise<SystemStatus>
  /** The clock was set back to `at` (ms): a pause of everything that began later began then. STORAGE. */
  pullBack(at: number): Promise<void>
  /** Ends the pause of everything that ran out at `until` (ISO); a newer one stays as it is. */
  endPause(until: string): Promise<void>
  loadSamples(): Promise<TaskView[]>
  /** Tells the status soon; many calls become one event. */
  tellSoon(): void
  start(): void
  stop(): void
}

const tellEvery = 250
const signOfLife = 30_000
const day = 86_400_000

export function createSystemService(options: SystemServiceOptions): SystemService {
  const { clock, store, tasks, runs, planner, warnings, events } = options
  const alone = oneAtATime()
  const startedAt = new Date(clock.now()).toISOString()
  let telling: (() => void) | undefined
  let living: (() => void) | undefined

  /** Ids of those that need someone; undefined until it was asked for. Looking at all of them each time takes long. */
  let attention: Set<string> | undefined
  const keepAttention = (task: TaskView): void => {
    if (needsAttention(task)) attention?.add(task.id)
    else attention?.delete(task.id)
  }
  events.within((event) => {
    if (event.type === 'task.changed') keepAttention(event.task)
    else if (event.type === 'task.removed') attention?.delete(event.id)
  })
  const countAttention = (): number => {
    attention ??= new Set(tasks.all().flatMap((task) => (needsAttention(task) ? [task.id] : [])))
    return attention.size
  }

  const status = (): SystemStatus => {
    const next = planner.next()
    const nextTask = next && store.tasks.get(next.taskId)
    const ended = store.runs.countSince(new Date(clock.now() - day).toISOString())
    return {
      ...options.facts,
      timezone: clock.timeZone(),
      now: new Date(clock.now()).toISOString(),
      startedAt,
      state: options.state(),
      paused: store.settings.get().paused,
      tasks: store.tasks.all().length,
      activeRuns: runs.activeCount(),
      maxConcurrent: store.settings.get().maxConcurrent,
      next:
        next && nextTask ? { taskId: next.taskId, taskName: nextTask.name, at: new Date(next.at).toISOString() } : null,
      attention: countAttention(),
      lastDay: {
        succeeded: ended.succeeded,
        failed: ended.failed + ended.timed_out,
        other: ended.cancelled + ended.interrupted,
      },
      warnings: [...warnings.all()],
    }
  }

  const tell = (): void => events.emit({ type: 'system.changed', status: status() })

  /** To be called alone. */
  const keep = async (change: Partial<Settings>): Promise<Settings> => {
    const settings = { ...store.settings.get(), ...change }
    await store.settings.set(settings)
    events.emit({ type: 'settings.changed', settings })
    return settings
  }

  /** To be called alone. */
  const keepPause = async (paused: Pause | null): Promise<void> => {
    const ids = store.tasks.all().map(({ id }) => id)
    // What is due at this moment is due by the pause as it is now.
    await planner.settle(ids)
    await options.recorded(ids)
    await keep({ paused })
    planner.trackAll(ids)
    ids.forEach((id) => tasks.tell(id))
    tell()
  }

  const live = (): void => {
    living = clock.after(signOfLife, () => {
      tell()
      live()
    })
  }

  return {
    status,
    settings: () => store.settings.get(),
    async changeSettings(change) {
      const settings = await alone(() => keep(change))
      runs.limitsChanged()
      tell()
      return settings
    },
    async setPause(pause) {
      if (pause?.until && Date.parse(pause.until) <= clock.now())
        throw new BelfryError('INVALID', 'must be in the future', { field: 'until' })
      await alone(() => keepPause(pause))
      return status()
    },
    pullBack: (at) =>
      alone(async () => {
        const { paused } = store.settings.get()
        if (paused !== null && Date.parse(paused.since) > at)
          await keep({ paused: { ...paused, since: new Date(at).toISOString() } })
      }),
    endPause: (until) =>
      alone(async () => {
        if (store.settings.get().paused?.until === until) await keepPause(null)
      }),
    async loadSamples() {
      const present = new Set(store.tasks.all().map(({ id }) => id))
      const wanted = samples.map((sample, index) => ({
        id: `sample-${index + 1}`,
        definition: taskDefinition.parse(sample),
      }))
      for (const { id, definition } of wanted) if (!present.has(id)) await tasks.create(definition, id)
      return wanted.map(({ id }) => tasks.view(tasks.find(id)))
    },
    tellSoon() {
      telling ??= clock.after(tellEvery, () => {
        telling = undefined
        tell()
      })
    },
    start: live,
    stop() {
      telling?.()
      living?.()
    },
  }
}
