/**
 * What becomes of the occurrences of a task that have come due: run, folded into a run, missed, skipped or paused. Pure: every
 * fact is given, and the answer is data.
 */
import type { LateReason, SkipReason } from '@shared/model/occurrence'
import type { Task } from '@shared/model/task'
import type { Trigger, TriggerKind } from '@shared/model/trigger'
import { jitterOf } from './jitter'
import { decidedUpTo, nextOccurrence, type Marks, type Occurrence } from './occurrences'
import { isOpen } from './time-windows'
import { wholeSecond, type Moment } from './trigger-times'

export type Fate =
  | { readonly state: 'skipped'; readonly reason: SkipReason }
  | { readonly state: 'missed'; readonly reason: LateReason }
  | { readonly state: 'paused'; readonly reason: 'task' | 'everything' }

/** Consecutive occurrences with one fate; ms. */
export type FateRange = Fate & { readonly from: number; readonly until: number; readonly count: number }

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
  /** Whether the task, or everything, was paused at an instant. */
  readonly pausedAt: (at: number) => 'task' | 'everything' | null
}

/** The most late occurrences that are run one by one. */
export const replayLimit = 100
/** Ms; what is decided sooner after its instant is in time. */
export const inTime = 2000

/**
 * Decides in steps, so that millions of missed seconds do not hold up the host: `step` looks at so many occurrences at most,
 * and gives the decision once all that are due were looked at.
 */
export function decideDue(task: Task, context: DueContext): { step(count: number): Decision | undefined } {
  const { now } = context
  const { policy } = task
  const skips = new Set(task.skips.map((at) => Date.parse(at)))
  const grace = policy.onMissed === 'run' || policy.misfireGrace === null ? Infinity : policy.misfireGrace
  const fates: (Fate & { from: number; until: number; count: number })[] = []
  const due: Occurrence[] = []
  let folded = 0
  let foldedFrom: number | null = null
  let { marks, moment } = context
  let delayOver = false

  const record = (at: number, fate: Fate): void => {
    const last = fates.at(-1)
    if (last?.state === fate.state && last.reason === fate.reason) {
      last.until = at
      last.count++
    } else fates.push({ ...fate, from: at, until: at, count: 1 })
  }

  const take = (occurrence: Occurrence, effective: number): void => {
    const { at } = occurrence
    const paused = context.pausedAt(at)
    if (paused !== null) return record(at, { state: 'paused', reason: paused })
    if (occurrence.lost) return record(at, { state: 'skipped', reason: 'dst' })
    if (skips.has(at)) return record(at, { state: 'skipped', reason: 'skip_next' })
    if (!isOpen(at, policy, moment.zone)) return record(at, { state: 'skipped', reason: 'blackout' })
    if (now - effective > grace) return record(at, { state: 'missed', reason: context.reasonAt(effective) })
    due.push(occurrence)
    if (policy.coalesce && due.length > 1) {
      foldedFrom ??= due[0]?.at ?? null
      folded++
      due.shift()
    } else if (due.length > replayLimit) {
      const oldest = due.shift()
      if (oldest) record(oldest.at, { state: 'missed', reason: context.reasonAt(oldest.at) })
    }
  }

  const runOf = (occurrence: Occurrence): DueRun => {
    const effective = occurrence.at + jitterOf(task.id, occurrence.at, policy.jitter)
    const ms = now - effective
    return {
      scheduledAt: occurrence.at,
      triggeredBy: occurrence.kind,
      folded,
      foldedFrom,
      late: ms >= inTime ? { ms, reason: context.reasonAt(effective) } : null,
      replay: due.length > 1,
    }
  }

  return {
    step(count) {
      for (let looked = 0; looked < count; looked++) {
        const next = nextOccurrence(task.triggers, marks, moment)
        const effective = next && next.at + jitterOf(task.id, next.at, policy.jitter)
        if (next === undefined || effective === undefined || effective > now)
          return { runs: due.map(runOf), fates, marks, delayOver }
        take(next, effective)
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

function isDelay(trigger: Trigger | undefined): boolean {
  return trigger?.kind === 'interval' && trigger.mode === 'fixed-delay'
}

/** True when nothing else of the task can be due at `now` but this one: its second is not over, and no jitter reorders. */
export function isAlone(occurrence: Occurrence, now: number, jitter: number): boolean {
  return jitter === 0 && now < wholeSecond(occurrence.at) + 1000
}
