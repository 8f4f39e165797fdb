/** What explains that nothing is on record of a task at an instant. Pure. */
import type { Pause, Task } from '@shared/model/task'
import type { Trigger } from '@shared/model/trigger'
import type { WhyAnswer } from '@shared/model/why'
import { isDelay } from './decide'
import { jitterOf } from './jitter'
import { bothAt, nextOccurrence, type Marks } from './occurrences'
import { pausedBetween, pausedUntil, type Pauses } from './pauses'
import { plannedRuns } from './planned'
import { closedBy } from './time-windows'
import { wholeSecond, type Moment } from './trigger-times'

export interface Around {
  /** Ms: today's triggers' occurrence in the second of the instant, the last before it, and the first after it. */
  readonly planned: number | undefined
  readonly previous: number | undefined
  readonly next: number | undefined
}

/** Ms; nobody asks for what was planned longer ago. */
const farthest = 20 * 366 * 86_400_000

/**
 * What the triggers plan around `at` (ms). A fixed delay hangs on runs, so that it tells only what comes next.
 * @param nextAt ms; the planner's own answer
 */
export function plannedAround(task: Task, at: number, moment: Moment, nextAt: number | undefined): Around {
  const triggers = task.triggers.filter((trigger) => !isDelay(trigger))
  const second = wholeSecond(at)
  const first = (after: number): number | undefined => nextOccurrence(triggers, bothAt(after), moment)?.at
  const here = first(second - 1)
  const planned = here !== undefined && here < second + 1000 ? here : undefined
  const timed = planned === undefined ? here : first(second + 999)
  const delayed = triggers.length < task.triggers.length && nextAt !== undefined && nextAt > at ? nextAt : undefined
  const later = [timed, delayed].filter((one) => one !== undefined)
  return {
    planned,
    previous: lastBefore(second, first),
    next: later.length === 0 ? undefined : Math.min(...later),
  }
}

/** The last occurrence before `end`, found from the first one after instants ever farther back, then ever nearer. */
function lastBefore(end: number, first: (after: number) => number | undefined): number | undefined {
  let last: number | undefined
  let clear = end
  for (let span = 60_000; last === undefined && span <= farthest; span *= 2) {
    const found = first(end - span - 1)
    if (found !== undefined && found < end) last = found
    else clear = end - span
  }
  // None is from `clear` on.
  while (last !== undefined && clear - last > 1000) {
    const middle = last + Math.floor((clear - last) / 2)
    const found = first(middle - 1)
    if (found !== undefined && found < end) {
      if (found === last) break
      last = found
    } else clear = middle
  }
  return last
}

export interface AbsenceFacts {
  readonly at: number
  readonly now: number
  readonly moment: Moment
  readonly around: Around
  readonly marks: Marks
  readonly pausedAll: Pause | null
}

/** Why nothing is on record, and of what is still to come, why it will not run. */
export interface Absence extends Pick<WhyAnswer, 'reason' | 'pausedUntil'> {
  readonly absence: NonNullable<WhyAnswer['absence']>
}

export function absenceOf(task: Task, facts: AbsenceFacts): Absence {
  const { at, now, around, marks } = facts
  const { planned, next } = around
  const told = (absence: Absence['absence']): Absence => ({ absence, reason: null, pausedUntil: null })
  if (at < Date.parse(task.countsFrom)) return told('before_counting')
  if (!task.enabled) return told('disabled')
  if (!task.triggers.some(isTimed)) return told('no_time_trigger')
  // What hangs on runs may have times to come that nobody knows yet.
  const mayGoOn = task.triggers.some((trigger) => isDelay(trigger) && !isOver(trigger, now))
  if (planned === undefined && next === undefined && !mayGoOn) return told('spent')
  if (planned === undefined) return told(at > now && task.triggers.some(isDelay) ? 'not_yet' : 'not_planned')
  const isDecided = planned <= Math.min(now, marks.fixed, marks.cadence)
  const coming = comingOf(task, planned, facts)
  if (coming.pausedBy !== null) {
    // What has come due in a pause is on record only once it is over.
    const absence = planned <= now ? 'was_paused' : 'paused'
    return { absence, reason: coming.pausedBy, pausedUntil: coming.pausedUntil }
  }
  if (isDecided) return told('removed_history')
  return { absence: 'not_yet', reason: coming.reason, pausedUntil: null }
}

/** What keeps the task from running now. */
export function standingOf(
  task: Task,
  { now, pausedAll }: Pick<AbsenceFacts, 'now' | 'pausedAll'>,
): WhyAnswer['standing'] {
  if (!task.enabled) return { by: 'disabled', since: null, until: null }
  const by = pausedBetween({ task: task.pause, everything: pausedAll }, now, Infinity)
  const pause = by === 'task' ? task.pause : pausedAll
  return by === null || pause === null ? null : { by, since: pause.since, until: pause.until }
}

/** Whether nothing that the task says today tells what was planned at `at` (ms): it was changed, or disabled, since. */
export function isBeforeChange(task: Task, at: number, { absence }: Pick<Absence, 'absence'>): boolean {
  if (absence === 'before_counting') return at >= Date.parse(task.createdAt)
  return absence === 'disabled' && at < Date.parse(task.updatedAt)
}

/** What will become of an occurrence that is planned at `at`, as things stand: in the order in which it will be decided. */
function comingOf(task: Task, at: number, { moment, pausedAll }: AbsenceFacts) {
  const pauses: Pauses = { task: task.pause, everything: pausedAll }
  const pausedBy = pausedBetween(pauses, at, at + jitterOf(task.id, at, task.policy.jitter))
  const until = (pausedBy === 'task' ? task.pause : pausedAll)?.until ?? null
  const isLost = nextOccurrence(
    task.triggers.filter((trigger) => !isDelay(trigger)),
    bothAt(at - 1),
    moment,
  )?.lost
  const reason = isLost
    ? 'dst'
    : task.skips.some((skip) => Date.parse(skip) === at)
      ? 'skip_next'
      : closedBy(at, task.policy, moment.zone)
  return { pausedBy, pausedUntil: until, reason } as const
}

/** Ms: the first after `after` that is to run as things stand; undefined where none is, or a fixed delay hangs on runs. */
export function nextRunAfter(
  task: Task,
  after: number,
  { now, moment, pausedAll }: Pick<AbsenceFacts, 'now' | 'moment' | 'pausedAll'>,
): number | undefined {
  if (!task.enabled) return undefined
  const paused = pausedUntil({ task: task.pause, everything: pausedAll }, now)
  if (paused === null) return undefined
  const from = Math.max(after, now, paused === undefined ? -Infinity : paused - 1)
  const triggers = task.triggers.filter((trigger) => !isDelay(trigger))
  const planned = { triggers, moment, windows: task.policy, skips: task.skips, duration: 0 }
  const [run] = plannedRuns(planned, bothAt(from), { count: 1, end: Infinity })
  return run?.at
}

function isOver(trigger: Trigger, now: number): boolean {
  return trigger.kind === 'interval' && trigger.until !== undefined && Date.parse(trigger.until) < now
}

function isTimed({ kind }: Trigger): boolean {
  return kind === 'cron' || kind === 'interval' || kind === 'date'
}
