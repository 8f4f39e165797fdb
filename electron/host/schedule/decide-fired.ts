/** What becomes of an occurrence that an event has made, as of those that time brings. Pure. */
import { isDeepStrictEqual } from 'node:util'
import type { Task } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'
import { alone, graceOf, lateness, type DueContext, type DueRun, type Fate, type FateRange } from './decide'
import type { PlannerEvent } from './planner-types'
import { closedBy } from './time-windows'

export interface Fired {
  readonly event: PlannerEvent
  /** Its trigger as it was then: one that was changed since counts from then. */
  readonly trigger: Trigger | undefined
}

export interface FiredContext extends Pick<DueContext, 'now' | 'reasonAt' | 'pausedAt'> {
  readonly zone: string
  /** Ms: when it is due, jitter counted. */
  readonly due: number
}

/** Whether the task as it is now has still to do with it. */
export function concerns({ event, trigger }: Fired, task: Task): boolean {
  if (!task.enabled || event.at < Date.parse(task.countsFrom)) return false
  return trigger !== undefined && isDeepStrictEqual(trigger, task.triggers[event.event.trigger])
}

/** A run, a fate, or nothing for what the task as it is now has nothing to do with. */
export function decideFired(
  { event, trigger }: Fired,
  task: Task,
  { now, due, zone, reasonAt, pausedAt }: FiredContext,
): { readonly run: DueRun } | { readonly fate: FateRange } | undefined {
  const { kind, at } = event
  if (!concerns({ event, trigger }, task)) return undefined
  const fate = (of: Fate) => ({ fate: { ...of, from: at, until: at, count: 1 } })
  const paused = pausedAt(at, due)
  const late = lateness(due, now, reasonAt)
  if (paused !== null) return fate({ state: 'paused', reason: paused })
  const closed = closedBy(at, task.policy, zone)
  if (closed !== null) return fate({ state: 'skipped', reason: closed })
  if (late && late.ms > graceOf(task)) return fate({ state: 'missed', reason: late.reason })
  return { run: { scheduledAt: at, triggeredBy: kind, ...alone, late, replay: false } }
}
