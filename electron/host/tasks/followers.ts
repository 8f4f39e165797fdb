/** Who runs after whom. Pure; walks without recursion, for chains of thousands. */
import { BelfryError } from '@shared/errors'
import type { Task } from '@shared/model/task'

export type Follower = Pick<Task, 'id' | 'name' | 'triggers'>

/** A task as it will be; undefined where there is none. */
export type Lookup = (id: string) => Follower | undefined

/** Where a trigger of a task names a task to follow. */
interface Link {
  readonly to: string
  /** As `triggers.0.tasks.1`. */
  readonly field: string
}

/** Refuses a task to follow that is not there, with the field. INVALID. */
export function checkFollowed(task: Follower, others: Lookup): void {
  for (const { to, field } of linksOf(task))
    if (others(to) === undefined) throw invalid(`there is no task "${to}" to run after`, field)
}

/** Refuses a circle that one of the tasks closes, with the field and all names. INVALID. */
export function checkCircles(tasks: readonly Follower[], others: Lookup): void {
  if (!leadIntoCircle(tasks, others)) return
  for (const task of tasks)
    for (const { to, field } of linksOf(task)) {
      if (to === task.id) throw invalid(`"${task.name}" cannot run after itself`, field)
      const way = wayBack(to, task.id, others)
      if (way === undefined) continue
      const names = [task.id, ...way].map((id) => `"${others(id)?.name ?? id}"`)
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

/** Once over all that is followed, whatever its size: most have no circle. */
function leadIntoCircle(tasks: readonly Follower[], others: Lookup): boolean {
  const seen = new Map<string, 'open' | 'done'>()
  for (const { id } of tasks) {
    const way = seen.has(id) ? [] : [enter(id, others, seen)]
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const next = step.rest.pop()
      if (next === undefined) {
        seen.set(step.id, 'done')
        way.pop()
      } else if (seen.get(next) === 'open') return true
      else if (!seen.has(next)) way.push(enter(next, others, seen))
    }
  }
  return false
}

function enter(id: string, others: Lookup, seen: Map<string, 'open' | 'done'>): { id: string; rest: string[] } {
  seen.set(id, 'open')
  const task = others(id)
  return { id, rest: task ? linksOf(task).map(({ to }) => to) : [] }
}

/** The shortest way from `from` to `goal` along what is followed, both of them included. */
function wayBack(from: string, goal: string, others: Lookup): string[] | undefined {
  const before = new Map<string, string | null>([[from, null]])
  const open = [from]
  for (let id = open[0], index = 0; id !== undefined; id = open[++index]) {
    if (id === goal) {
      const way: string[] = []
      for (let step: string | null = id; step !== null; step = before.get(step) ?? null) way.unshift(step)
      return way
    }
    const task = others(id)
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
