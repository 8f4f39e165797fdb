/**
 * What the specification promises of a task's occurrences, by brute force: every instant is looked for one by one, and every
 * fate is worked out anew. Pure.
 */
import { strict as assert } from 'node:assert'
import type { Pause, Task } from '@shared/model/task'
import type { TimeWindow } from '@shared/model/time-window'
import type { Trigger } from '@shared/model/trigger'
import { jitterOf } from '../../electron/host/schedule/jitter'

/** What became of one occurrence. `ran` and `folded` (into the run for `owner`) are told by a run, the others by the ledger. */
export interface Fate {
  readonly at: number
  readonly epoch: number
  readonly state: 'ran' | 'folded' | 'missed' | 'skipped' | 'paused'
  readonly reason: string
  readonly owner?: number
}

/** A task, and up to where its fixed times and its rhythms are decided (ms). */
export interface Known {
  task: Task
  fixed: number
  cadence: number
  countsFrom: number
  pause: Pause | null
  skips: Set<number>
  fates: Map<string, Fate>
}

const second = 1000
const minute = 60_000
const hour = 3_600_000
/** Ms: how far what comes next is looked for. */
export const horizon = 86_400_000
/** No zone here has summer time: what that comes to is proved elsewhere. */
const offsets: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Kolkata': 19_800_000 }

export const secondEnd = (at: number): number => Math.floor(at / second) * second + 999
export const instant = (at: number): string => new Date(at).toISOString()
export const startOf = ({ task }: Known, at: number): number => at + jitterOf(task.id, at, task.policy.jitter)

/** The next that is to run, if it comes within the horizon. */
export function nextToRun(known: Known, pauseOfAll: Pause | null, now: number): number | undefined {
  const { task } = known
  const holding = [known.pause, pauseOfAll].filter((pause) => pause && holds(pause, now, Infinity))
  if (!task.enabled || holding.some((pause) => pause?.until === null)) return undefined
  const from = Math.max(...holding.map((pause) => Date.parse(pause?.until ?? '')), -Infinity)
  return plannedUntil(known, now + horizon).find((at) => at >= from && !known.skips.has(at) && !isClosed(task, at))
}

function plannedUntil({ task, fixed, cadence, countsFrom }: Known, end: number): number[] {
  const found = new Map<number, number>()
  for (const trigger of task.triggers) {
    const after = Math.max(goesOn(trigger) ? cadence : fixed, countsFrom - 1)
    for (const at of instantsOf(trigger, after, end)) found.set(Math.floor(at / second), at)
  }
  return [...found.values()].sort((a, b) => a - b)
}

/** What becomes, at `now`, of everything that is due. */
export function decideAll(known: Known, pauseOfAll: Pause | null, epoch: number, now: number): Fate[] {
  const { task } = known
  const { policy } = task
  const grace = policy.onMissed === 'run' ? Infinity : Math.max(1999, policy.misfireGrace ?? Infinity)
  const fates: Fate[] = []
  /** When each of them was due. */
  const dueAt = new Map<number, number>()
  let since = -Infinity
  for (const at of plannedUntil(known, now)) {
    // Jitter does not change the order.
    since = Math.max(since, startOf(known, at))
    dueAt.set(at, since)
    const upTo = Math.min(since, now)
    const fate = (state: Fate['state'], reason: string) => void fates.push({ at, epoch, state, reason })
    if (known.pause && holds(known.pause, at, upTo)) fate('paused', 'task')
    else if (pauseOfAll && holds(pauseOfAll, at, upTo)) fate('paused', 'everything')
    else if (since > now) break
    else {
      if (known.skips.has(at)) fate('skipped', 'skip_next')
      else if (isClosed(task, at)) fate('skipped', 'blackout')
      else fate(now - since > grace ? 'missed' : 'ran', '')
    }
  }
  const due = fates.filter(({ state }) => state === 'ran')
  const latest = due.slice(-100)
  if (!policy.coalesce)
    return fates.map((fate) => (fate.state !== 'ran' || latest.includes(fate) ? fate : { ...fate, state: 'missed' }))
  // What jitter has let come at the same time, in time, runs each for itself.
  const isInTime = ({ at }: Fate): boolean => policy.jitter > 0 && now - (dueAt.get(at) ?? 0) < 2000
  const runs = due.filter((fate) => fate === due.at(-1) || (latest.includes(fate) && isInTime(fate)))
  const owner = runs[0]?.at ?? 0
  return fates.map((fate) => (fate.state !== 'ran' || runs.includes(fate) ? fate : { ...fate, state: 'folded', owner }))
}

function holds({ since, until }: Pause, from: number, to: number): boolean {
  return Date.parse(since) <= to && (until === null || Date.parse(until) > from)
}

function goesOn(trigger: Trigger): boolean {
  return trigger.kind === 'interval' || (trigger.kind === 'cron' && trigger.expression.split(' ')[1] === '*')
}

/** Every rhythm of the model has begun: one whose anchor lies ahead since the clock was set back goes on in step. */
export function goingOn(trigger: Trigger, began: number): Trigger {
  if (trigger.kind !== 'interval' || trigger.anchor === undefined) return trigger
  let anchor = Date.parse(trigger.anchor)
  while (anchor > began) anchor -= trigger.every
  return { ...trigger, anchor: instant(anchor) }
}

function instantsOf(trigger: Trigger, after: number, end: number): number[] {
  const found: number[] = []
  if (trigger.kind === 'date') {
    const at = Date.parse(trigger.at)
    if (at > after && at <= end) found.push(at)
  } else if (trigger.kind === 'interval') {
    const anchor = Date.parse(trigger.anchor ?? '')
    const passed = Math.max(0, Math.floor((after - anchor) / trigger.every))
    for (let at = anchor + passed * trigger.every; at <= end; at += trigger.every)
      if (at > after && at > anchor) found.push(at)
  } else if (trigger.kind === 'cron') {
    const [minutes = '', hours = '', ...days] = trigger.expression.split(' ')
    assert.deepEqual(days, ['*', '*', '*'])
    const offset = offsets[trigger.timezone ?? 'UTC'] ?? 0
    for (let at = Math.max(0, Math.ceil(after / minute)) * minute; at <= end; at += minute) {
      const local = at + offset
      if (!matches(minutes, Math.floor(local / minute) % 60) || !matches(hours, Math.floor(local / hour) % 24)) continue
      if (at > after) found.push(at)
    }
  }
  return found
}

function matches(field: string, value: number): boolean {
  if (field === '*') return true
  if (field.startsWith('*/')) return value % Number(field.slice(2)) === 0
  return field.split(',').some((part) => Number(part) === value)
}

const two = (value: number): string => String(value).padStart(2, '0')

function isClosed({ policy }: Task, at: number): boolean {
  const isIn = ({ times }: TimeWindow): boolean => {
    const now = `${two(Math.floor(at / hour) % 24)}:${two(Math.floor(at / minute) % 60)}`
    assert.ok(times && times.from < times.until)
    return now >= times.from && now < times.until
  }
  return policy.blackouts.some(isIn)
}
