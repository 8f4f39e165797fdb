/** Which other tasks would run at the same time. Instants are ms. */
import { BelfryError } from '@shared/errors'
import type { SchedulePreview } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import { bothAt } from './occurrences'
import { plannedRuns } from './planned'
import type { Moment } from './trigger-times'

export interface CollisionInput {
  /** When it will run, soonest first. */
  readonly coming: readonly number[]
  /** Ms that each run is taken to last. */
  readonly duration: number
  readonly others: readonly Task[]
  readonly moment: (task: Task) => Moment
  readonly durationOf: (taskId: string) => number
  /** Lets others have their turn where it is time; false: there is no time left. */
  readonly goOn: () => Promise<boolean>
}

export interface Collisions {
  readonly collisions: SchedulePreview['collisions']
  /** How many of `coming` were looked at. */
  readonly compared: number
}

const mostTold = 10
/** Looks at what comes next of a task, some µs each. */
const mostLooks = 20_000
/** Tasks between two looks at the time. */
const stepSize = 50

/** Most often first. With more tasks fewer of the coming runs are looked at, at least five. */
export async function collisionsOf(input: CollisionInput): Promise<Collisions> {
  const { others, durationOf } = input
  const compared = Math.min(input.coming.length, Math.max(5, Math.floor(mostLooks / Math.max(1, others.length))))
  const coming = input.coming.slice(0, compared)
  const found: SchedulePreview['collisions'] = []
  for (const [index, task] of others.entries()) {
    if (index % stepSize === 0 && !(await input.goOn())) break
    const met = plannable(() => meetings(task, input.moment(task), durationOf(task.id), coming, input.duration))
    const [first] = met
    if (first !== undefined)
      found.push({ taskId: task.id, taskName: task.name, count: met.length, first: new Date(first).toISOString() })
  }
  found.sort((a, b) => b.count - a.count || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  return { collisions: found.slice(0, mostTold), compared }
}

/** However it came to be stored: one that cannot be reckoned with never runs, and the host says so. */
function plannable(work: () => number[]): number[] {
  try {
    return work()
  } catch (error) {
    if (error instanceof BelfryError && error.code === 'INVALID') return []
    throw error
  }
}

/** Those of `coming` during which a run of the task goes on. */
function meetings(task: Task, moment: Moment, lasts: number, coming: readonly number[], duration: number): number[] {
  const met: number[] = []
  let next: number | undefined
  for (const at of coming) {
    const after = at - Math.max(1, lasts)
    if (next === undefined || next <= after) {
      next = nextRun(task, moment, after)
      if (next === undefined) break
    }
    if (next < at + Math.max(1, duration)) met.push(at)
  }
  return met
}

function nextRun({ triggers, policy }: Task, moment: Moment, after: number): number | undefined {
  const planned = { triggers, moment, windows: policy, duration: 0 }
  for (const { at } of plannedRuns(planned, bothAt(after), { count: 1, end: Infinity })) return at
  return undefined
}
