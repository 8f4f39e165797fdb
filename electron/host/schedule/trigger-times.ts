/** When a trigger comes next. Pure: every fact it needs is given. Instants are ms since the epoch. */
import { assertNever } from '@shared/errors'
import type { IntervalTrigger, Trigger } from '@shared/model/trigger'
import {
  cronFields,
  endOfTime,
  isCadence,
  nextCronInstant,
  type CronInstant,
  type DstPolicy,
} from '@shared/schedule/cron'
import { localToInstant } from '@shared/schedule/local-time'

/** What is known at the moment of asking. */
export interface Moment {
  /** The machine's zone, for triggers that name none. */
  readonly zone: string
  readonly dst: DstPolicy
  /** For an interval without an anchor. */
  readonly createdAt: number
  /** A fixed delay counts from here: the end of the last run, or when counting began. Null while a run is active. */
  readonly idleSince: number | null
}

/**
 * The trigger's first instant strictly after `after`; undefined when none comes. Event triggers (manual, startup, …) have
 * none: nothing in time brings them. Throws INVALID for an expression that cannot be read.
 */
export function nextOfTrigger(trigger: Trigger, after: number, moment: Moment): CronInstant | undefined {
  switch (trigger.kind) {
    case 'cron': {
      const from = trigger.from === undefined ? after : Math.max(after, Date.parse(trigger.from) - 1)
      const next = nextCronInstant(trigger.expression, trigger.timezone ?? moment.zone, from, moment.dst)
      return isOver(trigger.until, next?.at) ? undefined : next
    }
    case 'interval': {
      const at = nextOfInterval(trigger, after, moment)
      return at === undefined || at >= endOfTime || isOver(trigger.until, at) ? undefined : { at, lost: false }
    }
    case 'date': {
      const at = /Z$/.test(trigger.at)
        ? Date.parse(trigger.at)
        : localToInstant(trigger.at, trigger.timezone ?? moment.zone)
      return at > after ? { at, lost: false } : undefined
    }
    case 'manual':
    case 'startup':
    case 'resume':
    case 'watch':
    case 'after':
      return undefined
    default:
      return assertNever(trigger)
  }
}

/** A rhythm rather than times of the day: it goes on when the clock is set back, where fixed times do not repeat. */
export function goesOn(trigger: Trigger): boolean {
  return trigger.kind === 'interval' || (trigger.kind === 'cron' && isCadence(cronFields(trigger.expression)))
}

function nextOfInterval(trigger: IntervalTrigger, after: number, moment: Moment): number | undefined {
  if (trigger.mode === 'fixed-delay') {
    if (moment.idleSince === null) return undefined
    const at = moment.idleSince + trigger.every
    return at > after ? at : after + trigger.every
  }
  const anchor = trigger.anchor === undefined ? wholeSecond(moment.createdAt) : Date.parse(trigger.anchor)
  return anchor + Math.max(1, Math.floor((after - anchor) / trigger.every) + 1) * trigger.every
}

function isOver(end: string | undefined, at: number | undefined): boolean {
  return at !== undefined && end !== undefined && at > Date.parse(end)
}

export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000
}
