/** `watch` triggers: paths under watch, quiet again after changes, make an occurrence. */
import type { Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { WatchTrigger } from '@shared/model/trigger'
import type { Clock, FileNews, WatchFiles } from '../ports'
import type { Planner } from '../schedule/planner'
import { createChangedFiles } from './changed-files'
import { createOwnWrites, tick, type OwnWrites } from './own-writes'
import { watchedPath, type WatchPlace } from './path-state'
import { createWatchedPath, type WatchedPath } from './watched-path'

export interface WatchTriggersOptions {
  readonly clock: Clock
  readonly place: WatchPlace
  readonly watchFiles: WatchFiles
  readonly planner: Pick<Planner, 'fire'>
  /** What keeps the task's paths from being watched, or is risky about them; [] for nothing. */
  readonly warn: (taskId: string, sentences: readonly string[]) => void
}

export interface WatchTriggers {
  /** Begins to watch for these tasks. */
  start(tasks: readonly Task[]): void
  /** The task is new or may have changed. */
  set(task: Task): void
  forget(taskId: string): void
  /** A run has begun or ended. */
  turned(run: Run): void
  stop(): void
}

interface Watched {
  /** Of the triggers: unchanged, the watch goes on as it is. */
  readonly signature: string
  readonly paths: readonly WatchedPath[]
  readonly own: OwnWrites
  end(): void
}

/** Ms. */
const lookEvery = 2000

export function createWatchTriggers(options: WatchTriggersOptions): WatchTriggers {
  const { clock, place } = options
  const watched = new Map<string, Watched>()
  let startedAt = Number.POSITIVE_INFINITY
  let disarm: (() => void) | undefined

  const begin = (task: Task, signature: string, own: OwnWrites): void => {
    const sentences = new Map<string, readonly string[]>()
    const ends: (() => void)[] = []
    // Rather a change too many than one too few, right after the task was made.
    const since = Math.max(Date.parse(task.countsFrom), startedAt) - tick
    const paths = task.triggers.flatMap((trigger, index) => {
      if (trigger.kind !== 'watch') return []
      const quiet = createQuiet(clock, trigger, (at, parameters) =>
        options.planner.fire({
          taskId: task.id,
          kind: 'watch',
          at,
          event: { trigger: index, id: `changed ${new Date(at).toISOString()}` },
          parameters,
        }),
      )
      ends.push(quiet.end)
      return [...new Set(trigger.paths.map((path) => watchedPath(path, place.home)))].map((path) =>
        createWatchedPath({
          path,
          place,
          clock,
          watchFiles: options.watchFiles,
          since,
          news: (news) =>
            own.judge({
              key: `${index} ${news.path}`,
              at: news.at,
              heard: clock.now(),
              count: () => quiet.add(news),
            }),
          told: (told) => {
            sentences.set(`${index} ${path}`, told)
            options.warn(task.id, [...new Set([...sentences.values()].flat())])
          },
        }),
      )
    })
    const end = (): void => {
      for (const path of paths) path.close()
      for (const endOne of ends) endOne()
    }
    watched.set(task.id, { signature, paths, own, end })
    void lookAtAll(paths)
    arm()
  }

  const arm = (): void => {
    disarm ??= clock.after(lookEvery, () => {
      void lookAtAll([...watched.values()].flatMap(({ paths }) => paths)).then(() => {
        disarm = undefined
        if (watched.size > 0) arm()
      })
    })
  }

  const forget = (taskId: string): void => {
    watched.get(taskId)?.end()
    if (watched.delete(taskId)) options.warn(taskId, [])
  }

  const set = (task: Task): void => {
    if (startedAt === Number.POSITIVE_INFINITY) return
    const triggers = task.triggers.map((trigger) => (trigger.kind === 'watch' ? trigger : null))
    if (!task.enabled || triggers.every((trigger) => trigger === null)) return forget(task.id)
    const signature = JSON.stringify(triggers)
    const before = watched.get(task.id)
    if (before?.signature === signature) return
    before?.end()
    begin(task, signature, before?.own ?? createOwnWrites())
  }

  return {
    start(tasks) {
      startedAt = clock.now()
      tasks.forEach(set)
    },
    set,
    forget,
    turned: (run) => watched.get(run.taskId)?.own.turned(run),
    stop() {
      startedAt = Number.POSITIVE_INFINITY
      disarm?.()
      disarm = undefined
      for (const { end } of watched.values()) end()
      watched.clear()
    },
  }
}

/** One after another: thousands of paths need not be looked at in the same instant. */
async function lookAtAll(paths: readonly WatchedPath[]): Promise<void> {
  for (const path of paths) await path.look()
}

/** Gathers changes and tells them once nothing has changed for the trigger's `settle`. */
function createQuiet(
  clock: Clock,
  { settle, events }: WatchTrigger,
  tell: (at: number, parameters: NonNullable<ReturnType<ReturnType<typeof createChangedFiles>['take']>>) => void,
): { add(news: Omit<FileNews, 'found'>): void; end(): void } {
  const changed = createChangedFiles()
  let disarm: (() => void) | undefined
  let ended = false
  return {
    add({ kind, path }) {
      if (ended) return
      changed.add(kind, path)
      disarm?.()
      disarm = clock.after(settle, () => {
        disarm = undefined
        const parameters = changed.take(events)
        if (parameters !== undefined) tell(clock.now(), parameters)
      })
    },
    end() {
      ended = true
      disarm?.()
    },
  }
}
