/** Which tasks to plan first when there are many: those that come most often are the soonest, and their text tells it. Pure. */
import type { Task } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** @param now ms */
export function oftenFirst(tasks: readonly Task[], now: number): Task[] {
  const paces = new Map(tasks.map((task) => [task, Math.min(...task.triggers.map((trigger) => paceOf(trigger, now)))]))
  return tasks.toSorted((a, b) => (paces.get(a) ?? 0) - (paces.get(b) ?? 0))
}

/** Ms, roughly: how long until it comes, or comes again. */
function paceOf(trigger: Trigger, now: number): number {
  if (trigger.kind === 'interval') return trigger.every
  if (trigger.kind === 'date') return Math.abs(Date.parse(trigger.at) - now) || day
  if (trigger.kind !== 'cron') return Infinity
  const fields = trigger.expression.trim().split(/\s+/)
  const [seconds = '0', minutes = '0', hours = '0'] = fields.length > 5 ? fields : ['0', ...fields]
  if (!isNumber(seconds)) return second
  if (!isNumber(minutes)) return minute
  return isNumber(hours) ? day : hour
}

function isNumber(field: string): boolean {
  return /^\d+$/.test(field)
}
