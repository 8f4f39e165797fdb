/**
 * One task that nothing else can hold up, without planner and dispatcher: hundreds of times as fast. Says of whatever is not
 * plain that it is not for it. Instants are ms.
 */
import type { Settings } from '@shared/model/settings'
import type { Pause, Task } from '@shared/model/task'
import { isDelay, plainRun, type Fate } from '../schedule/decide'
import { nearly } from '../run/starts'
import { jitterOf } from '../schedule/jitter'
import { bothAt, decidedUpTo, nextOccurrence, type Marks, type Occurrence } from '../schedule/occurrences'
import { closedBy } from '../schedule/time-windows'
import { nextOfTrigger, wholeSecond, type Moment } from '../schedule/trigger-times'
import { noneCarried, type Carried } from './simulated-carried'
import type { SimulatedRun } from './simulated-runs'
import type { Tally } from './simulated-tally'

export interface AloneStretch {
  readonly task: Task
  readonly pausedAll: Pause | null
  /** Ms that a run lasts. */
  readonly duration: number
  /** The machine's. */
  readonly zone: string
  /** Awake. Within one UTC day. */
  readonly from: number
  readonly until: number
  /** What comes on that day, in order. */
  readonly plan: readonly PlannedTime[]
  readonly carried: Carried
  /** Only added to where it is for this. */
  readonly tally: Tally
}

/** `after` the beginning of its day, ms. */
export interface PlannedTime {
  readonly after: number
  /** Why it does not run. */
  readonly fate: Fate | undefined
}

/** What can come on another day, or is another's business, is not for it. */
export function canBeAlone({ policy, triggers, skips }: Task, groups: Settings['groups']): boolean {
  if (policy.group !== null && (groups[policy.group] ?? 1) < policy.maxInstances) return false
  if (triggers.some(({ kind }) => kind === 'after')) return false
  if (!triggers.some(isDelay)) return true
  const hasWindows = policy.active.length + policy.blackouts.length + skips.length > 0
  return triggers.length === 1 && policy.jitter === 0 && !hasWindows
}

/** More than so many in a day are looked at with a rest now and then, by the planner. */
const mostTimes = 10_000

/** What a task's triggers bring from `start` until before `end`; undefined where that is too much to tell at once. */
export function plannedTimes(task: Task, start: number, end: number, moment: Moment): PlannedTime[] | undefined {
  const skips = new Set(task.skips.map((at) => Date.parse(at)))
  const found: PlannedTime[] = []
  let marks = bothAt(start - 1)
  for (;;) {
    const next = nextOccurrence(task.triggers, marks, moment)
    if (next === undefined || next.at >= end) return found
    if (found.length === mostTimes) return undefined
    found.push({ after: next.at - start, fate: fateOf(task, next, skips, moment.zone) })
    marks = decidedUpTo(next.at, marks)
  }
}

function fateOf(task: Task, { at, lost }: Occurrence, skips: ReadonlySet<number>, zone: string): Fate | undefined {
  if (lost) return { state: 'skipped', reason: 'dst' }
  if (skips.has(at)) return { state: 'skipped', reason: 'skip_next' }
  const reason = closedBy(at, task.policy, zone)
  return reason === null ? undefined : { state: 'skipped', reason }
}

/** @returns what goes on; undefined where it is not that simple */
export function playAlone(stretch: AloneStretch, moment: Moment): Carried | undefined {
  const { task, pausedAll, from, until, carried, tally } = stretch
  const { id, policy } = task
  const mark = carried.marks.get(id)
  if (carried.events.length > 0 || carried.runs.some(({ endsAt }) => endsAt === null)) return undefined
  const [own, all] = [pausesAll(task.pause, from, until), pausesAll(pausedAll, from, until)]
  if (own === undefined || all === undefined || ((own || all) && (mark !== undefined || task.triggers.some(isDelay))))
    return undefined
  const runs = createRuns(stretch)
  if (task.triggers.some(isDelay)) return runs.after(moment)
  const due = [...pending(stretch, mark, moment), ...today(stretch)]
  const paused = own ? 'task' : all ? 'everything' : null
  const fates: { readonly at: number; readonly fate: Fate }[] = []
  let marks: Marks | undefined
  for (const [index, { at, fate }] of due.entries()) {
    if (paused !== null) {
      fates.push({ at, fate: { state: 'paused', reason: paused } })
      continue
    }
    const start = at + jitterOf(id, at, policy.jitter)
    if (start >= until) {
      marks = bothAt(at - 1)
      break
    }
    // It is decided together with what has come meanwhile.
    if ((due[index + 1]?.at ?? Infinity) <= start) return undefined
    if (fate !== undefined) fates.push({ at, fate })
    else if (!runs.offer(at, start)) return undefined
  }
  for (const { at, fate } of fates) tally.fate(id, { ...fate, from: at, until: at, count: 1 })
  return runs.end(marks)
}

/** Whether it holds all the time; undefined for some of it. */
function pausesAll(pause: Pause | null, from: number, until: number): boolean | undefined {
  if (pause === null) return false
  const [since, end] = [Date.parse(pause.since), pause.until === null ? Infinity : Date.parse(pause.until)]
  if (end <= from || since >= until) return false
  return since <= from && end >= until ? true : undefined
}

interface Due {
  readonly at: number
  readonly fate: Fate | undefined
}

/** Of days before, and not decided yet: it comes later by its jitter. */
function pending({ task, from, zone }: AloneStretch, mark: Marks | undefined, moment: Moment): Due[] {
  if (mark === undefined) return []
  const skips = new Set(task.skips.map((at) => Date.parse(at)))
  const found: Due[] = []
  let marks = mark
  for (;;) {
    const next = nextOccurrence(task.triggers, marks, moment)
    if (next === undefined || next.at >= from) return found
    found.push({ at: next.at, fate: fateOf(task, next, skips, zone) })
    marks = decidedUpTo(next.at, marks)
  }
}

function today({ plan, from, until }: AloneStretch): Due[] {
  const start = Math.floor(from / day) * day
  const found: Due[] = []
  for (const { after, fate } of plan)
    if (start + after >= from && start + after < until) found.push({ at: start + after, fate })
  return found
}

const day = 86_400_000

/** The task's own runs, and its limits. Numbers only: a year has millions of them. */
function createRuns({ task, duration, from, until, carried, tally }: AloneStretch) {
  const { id, policy } = task
  const before = carried.runs.toSorted((a, b) => Number(a.endsAt) - Number(b.endsAt))
  /** Ends of all, soonest first; so many of them are over. */
  const ends = before.map(({ endsAt }) => Number(endsAt))
  let over = 0
  /** Of those that are new: their occurrences, and when they start. */
  const ran: number[] = []
  const starts: number[] = []
  const skipped: { readonly at: number; readonly reason: 'overlap' | 'rate_limit' }[] = []
  let recent = carried.starts.get(id) ?? []

  const leave = (now: number): void => {
    while (over < ends.length && Number(ends[over]) <= now) over++
  }
  /** Ms until its rate limit lets it start. */
  const waitAt = (now: number): number => {
    const { rateLimit } = policy
    if (rateLimit === null) return 0
    recent = recent.filter((at) => at > now - rateLimit.per)
    const first = recent[recent.length - rateLimit.max]
    return first === undefined ? 0 : first + rateLimit.per - now
  }

  const offer = (at: number, start: number): boolean => {
    leave(start)
    if (ends.length - over >= policy.maxInstances) {
      if (policy.overlap !== 'skip') return false
      skipped.push({ at, reason: 'overlap' })
      return true
    }
    const wait = waitAt(start)
    if (wait >= nearly) skipped.push({ at, reason: 'rate_limit' })
    else if (wait > 0) return false
    else {
      if (policy.rateLimit !== null) recent = [...recent, start]
      ran.push(at)
      starts.push(start)
      ends.push(start + duration)
    }
    return true
  }

  const runOf = (at: number, since: number, endsAt: number): SimulatedRun => {
    const run = plainRun({ at, trigger: 0, kind: task.triggers[0]?.kind ?? 'cron', lost: false })
    return { due: { ...run, taskId: id, event: null, parameters: {} }, since, until: null, waits: false, endsAt }
  }

  const end = (marks: Marks | undefined, idle?: number): Carried => {
    leave(until - 1)
    for (const { due } of before.slice(0, over)) tally.ended(due)
    tally.ranPlainly(id, ran, Math.max(0, over - before.length))
    for (const at of starts) tally.starts.push(at)
    for (let index = 0; index < over; index++) tally.ends.push(Number(ends[index]))
    for (const { at, reason } of skipped) tally.fate(id, { state: 'skipped', reason, from: at, until: at, count: 1 })
    waitAt(until - 1)
    const active = ends.slice(over).map((endsAt, index) => {
      const number = over + index - before.length
      return before[over + index] ?? runOf(Number(ran[number]), Number(starts[number]), endsAt)
    })
    return {
      ...noneCarried,
      runs: active,
      ...(recent.length > 0 ? { starts: new Map([[id, recent]]) } : {}),
      ...(marks === undefined ? {} : { marks: new Map([[id, marks]]) }),
      ...(idle === undefined ? {} : { idle: new Map([[id, idle]]) }),
    }
  }

  return {
    offer,
    end,
    /** A fixed delay after the end of each. */
    after(moment: Moment): Carried | undefined {
      const [trigger] = task.triggers
      if (trigger === undefined) return undefined
      const counts = Date.parse(task.countsFrom)
      let idle = Math.max(carried.idle.get(id) ?? 0, counts)
      for (let marks = from - 1; ;) {
        // One that is active ends first.
        idle = Math.max(idle, ends.at(-1) ?? 0)
        leave(Math.min(idle, until - 1))
        const next = idle < until ? nextOfTrigger(trigger, marks, { ...moment, idleSince: idle }) : undefined
        if (next === undefined || next.at >= until) break
        const before = ran.length
        if (!offer(next.at, next.at)) return undefined
        marks = wholeSecond(next.at) + 999
        if (ran.length === before) idle = next.at
      }
      return end(undefined, idle < until && idle > counts ? idle : undefined)
    },
  }
}
