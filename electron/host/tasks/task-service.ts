/** Tasks: made, changed, paused, looked at. Whatever resolves here is on disk, planned and told. */
import { BelfryError } from '@shared/errors'
import { lastBroken } from '@shared/model/attention'
import type { ImportCandidate } from '@shared/model/import'
import type { Pause, Task, TaskChange, TaskDefinition, TaskView } from '@shared/model/task'
import { beforeAll, laterOf } from '@shared/schedule/clock-instant'
import type { EventBus } from '../events'
import { oneAtATime } from '../one-at-a-time'
import type { Ports } from '../ports'
import type { Planner } from '../schedule/planner'
import type { Store } from '../store/types'
import { findTask } from './find-task'
import { follows } from './followers'
import { anchored, defined, newTask, pulledBack, resumed } from './task-changes'
import { taskView } from './task-view'
import { createTaskWarnings } from './task-warnings'
import type { TriggerChecks } from './trigger-checks'

export interface TaskServiceOptions {
  readonly ports: Pick<Ports, 'clock' | 'ids' | 'processes'>
  readonly store: Store
  readonly planner: Planner
  readonly activeOf: (taskId: string) => readonly string[]
  readonly events: EventBus
  readonly checks: TriggerChecks
  /** Resolves once all that was decided of the tasks is on disk. STORAGE. */
  readonly recorded: (taskIds: readonly string[]) => Promise<void>
}

export interface TaskService {
  all(): readonly TaskView[]
  /** By name. */
  list(filter: { readonly name?: string | undefined; readonly tag?: string | undefined }): TaskView[]
  /** By id or unambiguous name. NOT_FOUND, AMBIGUOUS. */
  find(wanted: string): Task
  view(task: Task): TaskView
  create(definition: TaskDefinition, id?: string): Promise<TaskView>
  createImported(candidates: readonly ImportCandidate[]): Promise<TaskView[]>
  update(wanted: string, change: TaskChange, revision?: number): Promise<TaskView>
  remove(wanted: string): Promise<TaskView>
  /** Takes a removal back. NOT_FOUND for what was not removed lately by this host. */
  restore(id: string): Promise<TaskView>
  setEnabled(wanted: string, enabled: boolean): Promise<TaskView>
  setPause(wanted: string, pause: Pause | null): Promise<TaskView>
  /** The clock was set back by `by` ms, to `at` at the earliest: nothing that has begun counts, pauses or has its anchor later. STORAGE. */
  pullBack(at: number, by: number): Promise<void>
  /** Ends the pause that ran out at `until` (ISO); a newer one, or a task that is gone, stays as it is. */
  endPause(id: string, until: string): Promise<void>
  acknowledge(wanted: string): Promise<TaskView>
  /** The next planned occurrence that nobody wants skipped yet will be. CONFLICT when nothing is planned. */
  skipNext(wanted: string): Promise<TaskView>
  /** Takes back the skip of an instant (ISO), or all. */
  unskip(wanted: string, at?: string): Promise<TaskView>
  /** What it has missed is settled up to now, without a run. NOT_FOUND when it has missed nothing. */
  settleMissed(wanted: string): Promise<TaskView>
  /** What keeps triggers of the task from firing, or is risky about them; [] for nothing. */
  warn(taskId: string, sentences: readonly string[]): void
  /** Tells listeners how the task stands now. */
  tell(taskId: string): void
}

export function createTaskService(options: TaskServiceOptions): TaskService {
  const { ports, store, planner, activeOf, events, checks, recorded } = options
  const { clock, ids, processes } = ports
  const alone = oneAtATime()
  /** For taking a removal back; forgotten with the host. */
  const removed = new Map<string, Task>()
  const warnings = createTaskWarnings(
    (id) => store.tasks.get(id) !== undefined,
    (id) => removed.get(id)?.name,
  )
  const now = (): string => new Date(clock.now()).toISOString()

  const view = (task: Task): TaskView =>
    taskView(task, {
      nextAt: planner.nextAt(task.id),
      activeRuns: activeOf(task.id),
      recent: store.runs.recent(task.id, 20),
      acknowledged: store.runs.acknowledged(task.id),
      warnings: warnings.of(task),
      missed: missedOf(task),
    })

  /** What the task has missed since it last started, or since the operator decided. */
  const missedOf = (task: Task): TaskView['missed'] => {
    if (task.policy.onMissed === 'skip') return null
    const { runs, state } = store
    const since = laterOf(runs.lastStarted(task.id) ?? beforeAll, state.missedSettled(task.id) ?? beforeAll)
    return store.occurrences.missed(task.id, since, store.runs.expired(task.id, since)) ?? null
  }

  const find = (wanted: string): Task => findTask(store.tasks.all(), wanted)

  const keep = async (tasks: readonly Task[], comesBack = false): Promise<TaskView[]> => {
    const sentences = await checks.check(tasks, (id) => store.tasks.get(id), comesBack)
    // First: a mark without its task says nothing, a task without its mark would start too early.
    for (const task of tasks) if (task.enabled) await rememberBoot(task)
    await store.tasks.put(tasks)
    for (const [id, told] of sentences) warnings.set(id, told)
    tasks.forEach(({ id }) => planner.track(id))
    const views = tasks.map(view)
    views.forEach((task) => events.emit({ type: 'task.changed', task }))
    return views
  }

  const keepOne = async (task: Task, comesBack = false): Promise<TaskView> => {
    await keep([task], comesBack)
    return view(task)
  }

  /** A task that runs once per boot and is enabled now has its first boot still to come. */
  const rememberBoot = async (task: Task): Promise<void> => {
    const wanted = task.triggers.some((trigger) => trigger.kind === 'startup' && trigger.on === 'boot')
    if (wanted && task.countsFrom === task.updatedAt) await store.state.rememberBoot(task.id, processes.bootId())
  }

  const make = (definition: TaskDefinition, given: Partial<Pick<Task, 'id' | 'source' | 'locked'>>): Task =>
    newTask({ id: ids.next(clock.now()), ...given }, definition, clock.now())

  /** What is due of it is decided by what the task is now, and recorded: afterwards nobody could decide it anew. */
  const settle = async (id: string): Promise<void> => {
    await planner.settle([id])
    await recorded([id])
  }

  const change = (wanted: string, next: (task: Task) => Task): Promise<TaskView> =>
    alone(async () => {
      await settle(find(wanted).id)
      const task = find(wanted)
      // What was skipped as it was asked for has done its work.
      return keepOne(next({ ...task, skips: undecided(task) }))
    })

  const tell = (taskId: string): void => {
    const task = store.tasks.get(taskId)
    if (task) events.emit({ type: 'task.changed', task: view(task) })
  }

  const tellFollowers = (id: string): void => {
    for (const task of store.tasks.all()) if (follows(task, id)) tell(task.id)
  }

  const undecided = ({ id, skips }: Task): string[] => {
    const { fixed, cadence } = planner.marks(id)
    return skips.filter((at) => Date.parse(at) > Math.min(fixed, cadence))
  }

  const refuseLocked = (task: Task, enabled: boolean): void => {
    if (enabled && task.locked !== null)
      throw new BelfryError('FORBIDDEN', `"${task.name}" cannot be enabled: ${task.locked}`, { field: 'enabled' })
  }

  return {
    all: () => store.tasks.all().map(view),
    list: ({ name, tag }) =>
      store.tasks
        .all()
        .filter((task) => (name === undefined || task.name === name) && (tag === undefined || task.tags.includes(tag)))
        .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
        .map(view),
    find,
    view,
    create: (definition, id) =>
      alone(async () => {
        if (id !== undefined && store.tasks.get(id))
          throw new BelfryError('CONFLICT', `there is a task with the id "${id}" already`, { field: 'id' })
        return keepOne(make(definition, id === undefined ? {} : { id }))
      }),
    createImported: (candidates) =>
      alone(() => keep(candidates.map(({ source, locked, ...definition }) => make(definition, { source, locked })))),
    update: (wanted, given, revision) =>
      change(wanted, (task) => {
        if (revision !== undefined && revision !== task.revision) {
          throw new BelfryError(
            'CONFLICT',
            `"${task.name}" was changed meanwhile: it is at revision ${task.revision}, not ${revision}`,
            { field: 'revision' },
          )
        }
        const { policy, triggers, ...rest } = given
        const enabled = rest.enabled ?? task.enabled
        refuseLocked(task, enabled)
        const at = now()
        const retimed = triggers !== undefined && JSON.stringify(triggers) !== JSON.stringify(task.triggers)
        const next: Task = {
          ...task,
          ...defined(rest),
          policy: { ...task.policy, ...defined(policy ?? {}) },
          triggers: retimed ? triggers.map((trigger) => anchored(trigger, clock.now())) : task.triggers,
          revision: task.revision + 1,
          updatedAt: at,
        }
        return retimed || (enabled && !task.enabled) ? { ...next, countsFrom: at } : next
      }),
    remove: (wanted) =>
      alone(async () => {
        await settle(find(wanted).id)
        const task = find(wanted)
        // Also one that what was due has started.
        const [active] = activeOf(task.id)
        if (active !== undefined) {
          throw new BelfryError('CONFLICT', `"${task.name}" is running; cancel run ${active} first`, {
            field: 'id',
            detail: { runId: active },
          })
        }
        const last = view(task)
        await store.tasks.remove(task.id)
        removed.set(task.id, task)
        planner.forget(task.id)
        warnings.set(task.id, [])
        events.emit({ type: 'task.removed', id: task.id })
        tellFollowers(task.id)
        return last
      }),
    restore: (id) =>
      alone(async () => {
        const task = removed.get(id)
        if (task === undefined)
          throw new BelfryError('NOT_FOUND', `no task "${id}" was removed lately`, { field: 'id' })
        // What was due while it was gone was due to nobody.
        const restored = await keepOne({ ...task, countsFrom: now() }, true)
        removed.delete(id)
        tellFollowers(id)
        return restored
      }),
    setEnabled: (wanted, enabled) =>
      change(wanted, (task) => {
        refuseLocked(task, enabled)
        const at = now()
        return task.enabled === enabled
          ? task
          : { ...task, enabled, updatedAt: at, countsFrom: enabled ? at : task.countsFrom }
      }),
    setPause: (wanted, pause) =>
      change(wanted, (task) => {
        const at = now()
        if (pause?.until && pause.until <= at)
          throw new BelfryError('INVALID', 'must be in the future', { field: 'until' })
        return pause === null ? resumed(task, at) : { ...task, pause, updatedAt: at }
      }),
    pullBack: (at, by) =>
      alone(async () => {
        const all = store.tasks.all()
        // Once the new epoch has begun nobody could decide it anew.
        await recorded(all.map(({ id }) => id))
        const changed = all.flatMap((task) => pulledBack(task, undecided(task), at, by) ?? [])
        if (changed.length > 0) await store.tasks.put(changed)
      }),
    endPause: (id, until) =>
      alone(async () => {
        if (store.tasks.get(id)?.pause?.until !== until) return
        await settle(id)
        const task = store.tasks.get(id)
        if (task) await keep([resumed(task, now())])
      }),
    acknowledge: async (wanted) => {
      const task = find(wanted)
      const last = lastBroken(view(task))
      if (last) await store.runs.acknowledge(task.id, last.id)
      events.emit({ type: 'task.changed', task: view(task) })
      return view(task)
    },
    skipNext: (wanted) =>
      change(wanted, (task) => {
        const at = planner.nextToSkip(task.id)
        if (at === undefined)
          throw new BelfryError('CONFLICT', `nothing is planned of "${task.name}" that could be skipped`, {
            field: 'id',
          })
        const skips = [...task.skips, new Date(at).toISOString()]
        if (skips.length > 100)
          throw new BelfryError(
            'CONFLICT',
            `the next 100 occurrences of "${task.name}" are skipped already; pause it`,
            { field: 'id' },
          )
        return { ...task, skips, updatedAt: now() }
      }),
    unskip: (wanted, at) =>
      change(wanted, (task) => {
        if (at !== undefined && !task.skips.includes(at))
          throw new BelfryError('NOT_FOUND', `"${task.name}" does not skip ${at}`, { field: 'at' })
        return { ...task, skips: at === undefined ? [] : task.skips.filter((skip) => skip !== at), updatedAt: now() }
      }),
    async settleMissed(wanted) {
      const task = find(wanted)
      if (missedOf(task) === null)
        throw new BelfryError('NOT_FOUND', `"${task.name}" has missed nothing that is not settled`, { field: 'id' })
      await store.state.settleMissed(task.id, now())
      events.emit({ type: 'task.changed', task: view(task) })
      return view(task)
    },
    warn(taskId, sentences) {
      if (warnings.set(taskId, sentences)) tell(taskId)
    },
    tell,
  }
}
