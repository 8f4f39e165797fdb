/** A task at the turns of its life. Pure: what it was goes in, what it is now comes out. */
import type { Task, TaskDefinition } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'
import { wholeSecond } from '../schedule/trigger-times'

/** @param at ms: it is made then, and counts from then */
export function newTask(
  given: Pick<Task, 'id'> & Partial<Pick<Task, 'source' | 'locked'>>,
  definition: TaskDefinition,
  at: number,
): Task {
  const now = new Date(at).toISOString()
  return {
    ...definition,
    triggers: definition.triggers.map((trigger) => anchored(trigger, at)),
    revision: 1,
    createdAt: now,
    updatedAt: now,
    countsFrom: now,
    pause: null,
    skips: [],
    source: null,
    locked: null,
    ...given,
  }
}

/** An interval that says no anchor has the whole second in which it was made, `at` (ms). */
export function anchored(trigger: Trigger, at: number): Trigger {
  return trigger.kind === 'interval' && trigger.mode === 'fixed-rate' && trigger.anchor === undefined
    ? { ...trigger, anchor: new Date(wholeSecond(at)).toISOString() }
    : trigger
}

/** What came due during its pause is not caught up; after one that ran out, what counts counts from its end. */
export function resumed(task: Task, at: string): Task {
  const next = { ...task, pause: null, updatedAt: at }
  if (task.pause === null) return next
  const { until } = task.pause
  if (until === null || until > at) return { ...next, countsFrom: at }
  // Enabled, or given another trigger, after the end of its pause, it counts from then.
  return { ...next, countsFrom: until > task.countsFrom ? until : task.countsFrom }
}

/**
 * The task with nothing ahead of `at` (ms), the earliest that the clock can have shown since it was set back by `by` ms, and
 * without the skips that were used; undefined where that is how it is.
 */
export function pulledBack(task: Task, skips: string[], at: number, by: number): Task | undefined {
  const earlier = (instant: string): string => (Date.parse(instant) < at ? instant : new Date(at).toISOString())
  const countsFrom = earlier(task.countsFrom)
  const pause = task.pause && { ...task.pause, since: earlier(task.pause.since) }
  const created = Date.parse(task.createdAt)
  // What the clock has shown, as far as anybody knows: a step back while no host ran may be known to nobody.
  const shown = Math.max(at + by, created, Date.parse(task.updatedAt))
  const triggers = task.triggers.map((trigger) => reanchored(trigger, created, at, shown))
  const same =
    countsFrom === task.countsFrom &&
    pause?.since === task.pause?.since &&
    skips.length === task.skips.length &&
    triggers.every((trigger, index) => trigger === task.triggers[index])
  return same ? undefined : { ...task, countsFrom, pause, skips, triggers }
}

/** A rhythm that had begun does not wait until the clock comes to its anchor again: it has an earlier one, in step. */
function reanchored(trigger: Trigger, createdAt: number, at: number, shown: number): Trigger {
  if (trigger.kind !== 'interval' || trigger.mode !== 'fixed-rate') return trigger
  const anchor = trigger.anchor === undefined ? wholeSecond(createdAt) : Date.parse(trigger.anchor)
  if (anchor <= at || anchor > shown) return trigger
  const back = Math.ceil((anchor - at) / trigger.every) * trigger.every
  return { ...trigger, anchor: new Date(anchor - back).toISOString() }
}

/** Without the keys whose value is undefined, so that a spread does not erase what they do not name. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, given]) => given !== undefined)) as never
}
