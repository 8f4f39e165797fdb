/** Which tasks the list shows, and in what order. */
import type { TaskState, TaskView } from '@shared/model/task'

export const taskFilters = ['all', 'failing', 'running', 'paused', 'disabled'] as const
export type TaskFilter = (typeof taskFilters)[number]
export interface TaskSort {
  readonly by: 'state' | 'name' | 'next' | 'last'
  readonly descending: boolean
}
export interface TaskQuery {
  readonly search: string
  readonly filter: TaskFilter
  /** A task with any of these; none: all. */
  readonly tags: readonly string[]
}

export function inFilter(task: TaskView, filter: TaskFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'failing':
      return task.state === 'failed' || task.state === 'timed_out' || (task.streak !== null && task.enabled)
    case 'running':
      return task.activeRuns.length > 0
    case 'paused':
      return task.pause !== null
    case 'disabled':
      return !task.enabled
  }
}

export function matches(task: TaskView, query: TaskQuery): boolean {
  if (!inFilter(task, query.filter)) return false
  if (query.tags.length > 0 && !query.tags.some((tag) => task.tags.includes(tag))) return false
  const words = query.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return words.every(
    (word) =>
      task.name.toLowerCase().includes(word) ||
      task.tags.some((tag) => tag.toLowerCase().includes(word)) ||
      task.description.toLowerCase().includes(word),
  )
}

const ranks: Readonly<Record<TaskState, number>> = {
  failed: 0,
  timed_out: 1,
  interrupted: 2,
  running: 3,
  paused: 4,
  succeeded: 5,
  cancelled: 5,
  expired: 5,
  idle: 5,
  disabled: 6,
}

/** What a task is sorted by; while it is the same, a live update does not move its row. */
export function sortKey(task: TaskView, by: TaskSort['by']): string {
  switch (by) {
    case 'state':
      return String(ranks[task.state])
    case 'name':
      return ''
    case 'next':
      return task.nextAt ?? '~'
    case 'last':
      return task.recent.at(-1)?.finishedAt ?? ''
  }
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Those that match, sorted; then by name. */
export function listTasks(tasks: Iterable<TaskView>, query: TaskQuery, sort: TaskSort): TaskView[] {
  const direction = sort.descending ? -1 : 1
  return [...tasks]
    .filter((task) => matches(task, query))
    .map((task) => ({ task, key: sortKey(task, sort.by) }))
    .sort((a, b) =>
      a.key === b.key
        ? (sort.by === 'name' ? direction : 1) * collator.compare(a.task.name, b.task.name)
        : a.key < b.key
          ? -direction
          : direction,
    )
    .map(({ task }) => task)
}
