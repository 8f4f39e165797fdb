/** How often triggers come, without looking at each second of a month. Pure. Instants are ms. */
import type { CronTrigger, IntervalTrigger, Trigger } from '@shared/model/trigger'
import { cronFields } from '@shared/schedule/cron'
import { timeField } from '@shared/schedule/cron-fields'
import { meetingsOf } from './meetings'
import { nextBoundary } from './openings'
import type { Planned } from './planned'
import { isOpen } from './time-windows'
import { nextOfTrigger, wholeSecond, type Moment } from './trigger-times'

export interface Pace {
  /** Occurrences a day, in the mean over the coming 30 days. */
  readonly running: number
  /** Likewise, those that windows, blackouts and gaps swallow. */
  readonly skipped: number
}

const dayMs = 86_400_000
const days = 30
/** So many are looked at one by one. */
const sample = 2000

/** With more than 2,000 in the 30 days, triggers that meet are counted each. */
export function paceOf(planned: Planned, now: number): Pace {
  const { triggers, moment } = planned
  const end = now + days * dayMs
  const counted = countAll(planned, now, end)
  if (counted !== undefined) return counted
  const dense = triggers.filter(({ kind }) => kind === 'cron').length
  // Each minute of a month is some 20 ms of work for one expression.
  const looked = Math.max(2, Math.floor(days / Math.max(1, dense)))
  const spans = openSpans(planned, now, now + looked * dayMs)
  let running = 0
  let total = 0
  for (const trigger of triggers)
    for (const { from, until, open } of spans) {
      const count = countIn(trigger, moment, from, until, planned.duration)
      total += count
      if (open) running += count
    }
  return { running: running / looked, skipped: (total - running) / looked }
}

/** One by one; undefined where there are too many. */
function countAll({ triggers, moment, windows }: Planned, now: number, end: number): Pace | undefined {
  let running = 0
  let total = 0
  for (const { at, lost } of meetingsOf(triggers, now, end, moment)) {
    if (++total > sample) return undefined
    if (!lost && isOpen(at, windows, moment.zone)) running++
  }
  return { running: running / days, skipped: (total - running) / days }
}

interface OpenSpan {
  readonly from: number
  readonly until: number
  readonly open: boolean
}

function openSpans({ windows, moment }: Planned, from: number, end: number): OpenSpan[] {
  const spans: OpenSpan[] = []
  for (let at = from; at < end;) {
    const until = Math.min(end, nextBoundary(at, windows, moment.zone))
    spans.push({ from: at, until, open: isOpen(at, windows, moment.zone) })
    at = until
  }
  return spans
}

function countIn(trigger: Trigger, moment: Moment, from: number, until: number, duration: number): number {
  switch (trigger.kind) {
    case 'cron':
      return cronIn(trigger, moment, from, until)
    case 'interval':
      return intervalIn(trigger, moment, from, until, duration)
    case 'date': {
      const at = nextOfTrigger(trigger, from - 1, moment)?.at
      return at !== undefined && at < until ? 1 : 0
    }
    default:
      return 0
  }
}

/** Minute by minute: the same seconds come in each. */
function cronIn(trigger: CronTrigger, moment: Moment, from: number, until: number): number {
  const fields = cronFields(trigger.expression)
  const seconds = timeField('second', fields.second).reduce((sum, meant) => sum + meant, 0)
  const { minute, hour, day, month, weekday, year } = fields
  const each = { ...trigger, expression: ['0', minute, hour, day, month, weekday, year].join(' ') }
  let count = 0
  for (let at = from - 1; ;) {
    const next = nextOfTrigger(each, at, moment)
    if (next === undefined || next.at >= until) return count
    if (!next.lost) count += seconds
    at = next.at
  }
}

function intervalIn(trigger: IntervalTrigger, moment: Moment, from: number, until: number, duration: number): number {
  const { every, mode, anchor } = trigger
  const end = trigger.until === undefined ? until : Math.min(until, Date.parse(trigger.until) + 1)
  if (end <= from) return 0
  const isDelay = mode === 'fixed-delay'
  const begin = isDelay
    ? (moment.idleSince ?? from)
    : anchor === undefined
      ? wholeSecond(moment.createdAt)
      : Date.parse(anchor)
  const period = isDelay ? every + duration : every
  const upTo = (at: number): number => Math.max(0, Math.floor((at - 1 - begin) / period))
  return upTo(end) - upTo(from)
}
