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
import { stretchFrom } from './stretch'
import { closedBy } from './time-windows'
import { wholeSecond, type Moment } from './trigger-times'

export type { Fate, FateRange } from './fate-list'

/** An occurrence that is to run. */
export interface DueRun {
  readonly scheduledAt: number
  readonly triggeredBy: TriggerKind
  /** Earlier occurrences that it stands for, too, and the first of them. */
  readonly folded: number
  readonly foldedFrom: number | null
  /** The last of them, and why the first was late. */
  readonly foldedUntil: number | null
  readonly foldedReason: LateReason | null
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

/** A run that stands for nothing but its own occurrence. */
export const alone = { folded: 0, foldedFrom: null, foldedUntil: null, foldedReason: null } as const

/** The most late occurrences that are run one by one. */
export const replayLimit = 100
/** Ms; what is decided sooner after its instant is in time. */
const inTime = 2000
/** Ms: less is looked at one by one. */
const shortestLeap = 60_000
/** Ms: no more is counted at once. */
const furthestReach = 366 * 86_400_000

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

/**
 * Decides in steps, so that millions of missed seconds do not hold up the host; those that end alike are counted rather than
 * looked at, wherever that is possible.
 */
export function decideDue(task: Task, context: DueContext): OpenDecision {
  const { now, pausedAt, reasonAt } = context
  const { policy } = task
  const skips = new Set(task.skips.map((at) => Date.parse(at)))
  const grace = graceOf(task)
  /** Nothing up to here can run any more, and nothing after it waits for the jitter of what comes before. */
  const missedUntil = now - grace - 1 - 2 * policy.jitter
  /** What became of those that come before all that is to run. */
  const fates: FateRange[] = []
  /** What is to run, in its order with the fates that come after the first of it. */
  let tail: (Due | FateRange)[] = []
  let waiting = 0
  let folded = 0
  let foldedFrom: number | null = null
  let foldedUntil: number | null = null
  let foldedReason: LateReason | null = null
  let since = Number.NEGATIVE_INFINITY
  let { marks, moment } = context
  let delayOver = false
  /** Ms: how much is tried to be counted at once. */
  let reach = furthestReach

  const record = (range: FateRange): void => addFate<Due>(tail.length === 0 ? fates : tail, range)

  const fateOf = (occurrence: Occurrence): Fate | undefined => {
    if (occurrence.lost) return { state: 'skipped', reason: 'dst' }
    if (skips.has(occurrence.at)) return { state: 'skipped', reason: 'skip_next' }
    const closed = closedBy(occurrence.at, policy, moment.zone)
    if (closed !== null) return { state: 'skipped', reason: closed }
    return now - since > grace ? { state: 'missed', reason: reasonAt(since) } : undefined
  }

  /** Jitter may let several come at once, in time: those are not folded. */
  const isFolded = (due: Due): boolean => policy.coalesce && (policy.jitter === 0 || now - due.since >= inTime)

  const fold = (first: { readonly at: number; readonly since: number }, until: number, count: number): void => {
    if (foldedFrom === null) foldedReason = reasonAt(first.since)
    foldedFrom ??= first.at
    foldedUntil = until
    folded += count
  }

  const run = (due: Due): void => {
    const [before] = tail
    tail.push(due)
    waiting++
    if (waiting > replayLimit || (before !== undefined && isDue(before) && isFolded(before))) giveUpOldest()
  }

  /** The first of the tail runs with the next, or not any more. */
  const giveUpOldest = (): void => {
    const [oldest, ...rest] = tail
    if (oldest === undefined || !isDue(oldest)) return
    const next = rest.findIndex(isDue)
    const between = rest.slice(0, next).filter(isRange)
    tail = rest.slice(next)
    waiting--
    if (policy.coalesce) {
      fold(oldest, oldest.at, 1)
      fates.push(...between)
      return
    }
    for (const range of [{ state: 'missed', reason: reasonAt(oldest.since), ...only(oldest.at) } as const, ...between])
      addFate(fates, range)
  }

  /** Takes in at once what ends as the next does. False where it is to be looked at by itself. */
  const leap = (next: Occurrence): boolean => {
    const { at } = next
    if (now - at < shortestLeap) return false
    const isMissed = at <= missedUntil
    const paused = pausedAt(at, at)
    const closed = closedBy(at, policy, moment.zone)
    const goesOn = policy.jitter === 0 && (policy.coalesce || paused !== null || closed !== null)
    const end = Math.min(isMissed ? missedUntil : goesOn ? now : at, at + reach)
    if (end - at < shortestLeap) return false
    const stretch = stretchFrom(task, next, marks, end, moment)
    if (stretch === undefined || stretch.count === 1) return false
    const { until, count } = stretch
    const last = until + policy.jitter
    const reason = reasonAt(at)
    if (pausedAt(until, until) !== paused || pausedAt(at, last) !== paused || reasonAt(last) !== reason) {
      reach = Math.max(reach / 8, shortestLeap)
      return false
    }
    reach = Math.min(reach * 8, furthestReach)
    if (paused !== null) record({ state: 'paused', reason: paused, ...stretch })
    else if (closed !== null) record({ state: 'skipped', reason: closed, ...stretch })
    else if (isMissed) record({ state: 'missed', reason, ...stretch })
    else {
      since = until
      run({ ...next, at: until, since })
      fold({ at, since: at }, stretchFrom(task, next, marks, until - 1, moment)?.until ?? at, count - 1)
    }
    marks = decidedUpTo(until, marks)
    return true
  }

  const decideNext = (next: Occurrence): boolean => {
    since = Math.max(since, next.at + jitterOf(task.id, next.at, policy.jitter))
    const paused = pausedAt(next.at, Math.min(since, now))
    if (paused === null && since > now) return false
    const fate: Fate | undefined = paused === null ? fateOf(next) : { state: 'paused', reason: paused }
    if (fate) record({ ...fate, ...only(next.at) })
    else run({ ...next, since })
    marks = decidedUpTo(next.at, marks)
    if (isDelay(task.triggers[next.trigger])) {
      // One is due, however long nobody looked.
      moment = { ...moment, idleSince: null }
      delayOver = true
    }
    return true
  }

  const decision = (): Decision => {
    const late = tail.filter(isDue)
    const runs = late.map((due, index): DueRun => {
      const isFirst = index === 0
      return {
        scheduledAt: due.at,
        triggeredBy: due.kind,
        folded: isFirst ? folded : 0,
        foldedFrom: isFirst ? foldedFrom : null,
        foldedUntil: isFirst ? foldedUntil : null,
        foldedReason: isFirst ? foldedReason : null,
        late: lateness(due.since, now, reasonAt),
        replay: !policy.coalesce && late.length > 1,
      }
    })
    const ranges = tail.filter(isRange)
    return { runs, fates: [...fates, ...ranges], marks, delayOver }
  }

  return {
    step(count) {
      for (let looked = 0; looked < count; looked++) {
        const next = nextOccurrence(task.triggers, marks, moment)
        if (next === undefined || next.at > now) return decision()
        if (!leap(next) && !decideNext(next)) return decision()
      }
      return undefined
    },
  }
}

function isDue(one: Due | FateRange): one is Due {
  return 'since' in one
}

function isRange(one: Due | FateRange): one is FateRange {
  return !isDue(one)
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
  return isAlone && !lost && skips.every((skip) => Date.parse(skip) !== at) && closedBy(at, policy, zone) === null
}

/** Its run. */
export function plainRun({ at, kind }: Occurrence): DueRun {
  return { scheduledAt: at, triggeredBy: kind, ...alone, late: null, replay: false }
}
