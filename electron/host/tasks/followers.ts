/** Who runs after whom. Pure; walks without recursion, for chains of thousands. */
import { BelfryError } from '@shared/errors'
import type { Task } from '@shared/model/task'

export type Follower = Pick<Task, 'id' | 'name' | 'triggers'>

/** Where a trigger of a task names a task to follow. */
interface Link {
  readonly to: string
  /** As `triggers.0.tasks.1`. */
  readonly field: string
}

/**
 * Refuses what `task` follows, with the field and by name: a task that is not there, and a circle. INVALID.
 * @param others by id, all tasks as they will be, `task` among them
 * @param strict also a task that is not there is refused; else only circles are
 */
export function checkFollowed(task: Follower, others: ReadonlyMap<string, Follower>, strict: boolean): void {
  for (const { to, field } of linksOf(task)) {
    if (to === task.id) throw invalid(`"${task.name}" cannot run after itself`, field)
    if (!others.has(to)) {
      if (strict) throw invalid(`there is no task "${to}" to run after`, field)
      continue
    }
    const way = wayBack(to, task.id, others)
    if (way === undefined) continue
    const names = [task.id, ...way].map((id) => `"${others.get(id)?.name ?? id}"`)
    throw invalid(`the tasks would start each other for ever: ${shortened(names).join(' runs after ')}`, field)
  }
}

/** The ids that `task` follows and that are not there. */
export function missingOf(task: Follower, exists: (id: string) => boolean): string[] {
  return [...new Set(linksOf(task).map(({ to }) => to))].filter((id) => !exists(id))
}

/** True when one of the task's triggers follows `id`. */
export function follows(task: Follower, id: string): boolean {
  return linksOf(task).some(({ to }) => to === id)
}

function linksOf(task: Follower): Link[] {
  return task.triggers.flatMap((trigger, index) =>
    trigger.kind === 'after'
      ? trigger.tasks.map((to, place) => ({ to, field: `triggers.${index}.tasks.${place}` }))
      : [],
  )
}

/** The shortest way from `from` to `goal` along what is followed, both of them included. */
function wayBack(from: string, goal: string, others: ReadonlyMap<string, Follower>): string[] | undefined {
  const before = new Map<string, string | null>([[from, null]])
  const open = [from]
  for (let id = open[0], index = 0; id !== undefined; id = open[++index]) {
    if (id === goal) {
      const way: string[] = []
      for (let step: string | null = id; step !== null; step = before.get(step) ?? null) way.unshift(step)
      return way
    }
    const task = others.get(id)
    for (const { to } of task ? linksOf(task) : []) {
      if (before.has(to)) continue
      before.set(to, id)
      open.push(to)
    }
  }
  return undefined
}

/** A circle of a thousand need not be told in full. */
function shortened(names: readonly string[]): string[] {
  return names.length <= 8 ? [...names] : [...names.slice(0, 4), `… (${names.length - 7} more) …`, ...names.slice(-3)]
}

function invalid(message: string, field: string): BelfryError {
  return new BelfryError('INVALID', message, { field })
}
