/**
 * What becomes of the occurrences of a task that have come due: run, folded into a run, missed, skipped or paused. Pure: every
 * fact is given, and the answer is data.
 */
import type { LateReason } from '@shared/model/occurrence'
import type { Task } from '@shared/model/task'
import type { Trigger, TriggerKind } from '@shared/model/trigger'
import { addFate, type Fate, type FateRange } from './fate-list'
import { jitterOf } from './jitter'
import { decidedUpTo, nextOccurrence, type Marks, type Occurrence } from './occurrences'
import { steadyStretch, type Stretch } from './stretch'
import { isOpen } from './time-windows'
import { wholeSecond, type Moment } from './trigger-times'

export type { Fate, FateRange } from './fate-list'

/** An occurrence that is to run. */
export interface DueRun {
  readonly scheduledAt: number
  readonly triggeredBy: TriggerKind
  /** Earlier occurrences that it stands for, too, and the first of them. */
  readonly folded: number
  readonly foldedFrom: number | null
  /** Decided 2 s or more after its instant. */
  readonly late: { readonly ms: number; readonly reason: LateReason } | null
  /** One of several that run one after another. */
  readonly replay: boolean
}

export interface Decision {
  readonly runs: readonly DueRun[]
  readonly fates: readonly FateRange[]
  readonly marks: Marks
  /** A fixed delay was among what came due: it counts anew from now, or from the end of its run. */
  readonly delayOver: boolean
}

export interface DueContext {
  readonly now: number
  readonly moment: Moment
  readonly marks: Marks
  /** Why what was due at an instant (ms) is late now. */
  readonly reasonAt: (at: number) => LateReason
  /** Whether the task, or everything, was paused at any moment of `[from, until]` (ms). */
  readonly pausedAt: (from: number, until: number) => 'task' | 'everything' | null
}

export interface OpenDecision {
  /** Looks at so many occurrences at most; gives the decision once all that are due were looked at. */
  step(count: number): Decision | undefined
}

/** The most late occurrences that are run one by one. */
export const replayLimit = 100
/** Ms; what is decided sooner after its instant is in time. */
const inTime = 2000

/** One that is due, and since when (ms): jitter counted, and not before those that come before it. */
interface Due extends Occurrence {
  readonly since: number
}

/** How late an occurrence is, as its run records it: null in time. */
export function lateness(since: number, now: number, reasonAt: (at: number) => LateReason): DueRun['late'] {
  return now - since >= inTime ? { ms: now - since, reason: reasonAt(since) } : null
}

/** Ms after which what is late is not run any more. What is in time is never missed, however short the grace: no timer is exact. */
export function graceOf({ policy }: Pick<Task, 'policy'>): number {
  const { onMissed, misfireGrace } = policy
  return onMissed === 'run' || misfireGrace === null ? Number.POSITIVE_INFINITY : Math.max(misfireGrace, inTime - 1)
}

/** Decides in steps, so that millions of missed seconds do not hold up the host. */
export function decideDue(task: Task, context: DueContext): OpenDecision {
  const { now } = context
  const { policy } = task
  const skips = new Set(task.skips.map((at) => Date.parse(at)))
  const grace = graceOf(task)
  const fates: FateRange[] = []
  /** What is to run, and where not all of it is folded into one, in its order with the fates that come after the first of it. */
  let tail: (Due | FateRange)[] = []
  let waiting = 0
  /** What runs, or is folded, lies between the last fate and the next. */
  let isApart = false
  let folded = 0
  let foldedFrom: number | null = null
  let since = Number.NEGATIVE_INFINITY
  let { marks, moment } = context
  let delayOver = false

  const record = (range: FateRange): void => {
    const last = tail.at(-1)
    if (policy.coalesce && isApart) fates.push(range)
    else if (last === undefined || policy.coalesce) addFate(fates, range)
    else if (isDue(last)) tail.push(range)
    else {
      const merged = [last]
      addFate(merged, range)
      tail.splice(-1, 1, ...merged)
    }
    isApart = false
  }

  const fateOf = (occurrence: Occurrence): Fate | undefined => {
    if (occurrence.lost) return { state: 'skipped', reason: 'dst' }
    if (skips.has(occurrence.at)) return { state: 'skipped', reason: 'skip_next' }
    if (!isOpen(occurrence.at, policy, moment.zone)) return { state: 'skipped', reason: 'blackout' }
    return now - since > grace ? { state: 'missed', reason: context.reasonAt(since) } : undefined
  }

  const run = (due: Due): void => {
    isApart = true
    const [before] = tail
    if (policy.coalesce && before !== undefined && isDue(before)) {
      foldedFrom ??= before.at
      folded++
      tail = [due]
      return
    }
    tail.push(due)
    if (++waiting > replayLimit) giveUpOldest()
  }

  const giveUpOldest = (): void => {
    const [oldest, ...rest] = tail
    if (oldest === undefined || !isDue(oldest)) return
    addFate(fates, { state: 'missed', reason: context.reasonAt(oldest.since), ...only(oldest.at) })
    const next = rest.findIndex(isDue)
    for (const range of rest.slice(0, next)) if (!isDue(range)) addFate(fates, range)
    tail = rest.slice(next)
    waiting--
  }

  /** A rhythm that nobody looked at for long: all that can only be missed, and all that is folded into one run, at once. */
  const leap = (): void => {
    const missed = steadyStretch(task, marks, now - grace - 1, moment)
    if (missed !== undefined) {
      const reason = context.reasonAt(missed.from)
      if (isPausedIn(missed) || context.reasonAt(missed.until) !== reason) return
      addFate(fates, { state: 'missed', reason, ...missed })
      marks = decidedUpTo(missed.until, marks)
    }
    const due = policy.coalesce ? steadyStretch(task, marks, now, moment) : undefined
    if (due === undefined || due.count === 1 || isPausedIn(due)) return
    since = due.until
    tail = [{ at: due.until, trigger: 0, kind: 'interval', lost: false, since }]
    folded = due.count - 1
    foldedFrom = due.from
    isApart = true
    marks = decidedUpTo(due.until, marks)
  }

  const isPausedIn = ({ from, until }: Stretch): boolean => context.pausedAt(from, until) !== null

  const runOf = (due: Due): DueRun => ({
    scheduledAt: due.at,
    triggeredBy: due.kind,
    folded,
    foldedFrom,
    late: lateness(due.since, now, context.reasonAt),
    replay: waiting > 1,
  })

  const decision = (): Decision => {
    const runs: DueRun[] = []
    for (const one of tail) {
      if (isDue(one)) runs.push(runOf(one))
      else fates.push(one)
    }
    return { runs, fates, marks, delayOver }
  }

  leap()
  return {
    step(count) {
      for (let looked = 0; looked < count; looked++) {
        const next = nextOccurrence(task.triggers, marks, moment)
        if (next === undefined || next.at > now) return decision()
        since = Math.max(since, next.at + jitterOf(task.id, next.at, policy.jitter))
        const paused = context.pausedAt(next.at, Math.min(since, now))
        if (paused !== null) record({ state: 'paused', reason: paused, ...only(next.at) })
        else if (since > now) return decision()
        else {
          const fate = fateOf(next)
          if (fate) record({ ...fate, ...only(next.at) })
          else run({ ...next, since })
        }
        marks = decidedUpTo(next.at, marks)
        if (isDelay(task.triggers[next.trigger])) {
          // One is due, however long nobody looked.
          moment = { ...moment, idleSince: null }
          delayOver = true
        }
      }
      return undefined
    },
  }
}

function isDue(one: Due | FateRange): one is Due {
  return 'since' in one
}

function only(at: number): { readonly from: number; readonly until: number; readonly count: 1 } {
  return { from: at, until: at, count: 1 }
}

export function isDelay(trigger: Trigger | undefined): boolean {
  return trigger?.kind === 'interval' && trigger.mode === 'fixed-delay'
}

/**
 * True where an occurrence that has come (pauses aside) can only run, and nothing else of the task can be due: it is on time, its
 * second is not over, and no jitter reorders. By far the most are such.
 */
export function isPlain({ policy, skips }: Task, { at, lost }: Occurrence, now: number, zone: string): boolean {
  const isAlone = policy.jitter === 0 && at <= now && now < wholeSecond(at) + 1000
  return isAlone && !lost && skips.length === 0 && isOpen(at, policy, zone)
}

/** Its run. */
export function plainRun({ at, kind }: Occurrence): DueRun {
  return { scheduledAt: at, triggeredBy: kind, folded: 0, foldedFrom: null, late: null, replay: false }
}
