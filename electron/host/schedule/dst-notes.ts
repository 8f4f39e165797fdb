/** What the next changes of the clocks do to triggers. Pure. Instants are ms. */
import type { DstNote } from '@shared/model/schedule'
import type { CronTrigger, DateTrigger, Trigger } from '@shared/model/trigger'
import { cronFields, dstRule, nextCron } from '@shared/schedule/cron'
import { timeField } from '@shared/schedule/cron-fields'
import { zoneTransitions, type ZoneTransition } from '@shared/schedule/zone-offsets'
import type { Moment } from './trigger-times'

/** Changes of the clocks that are told of. */
const mostChanges = 2
/** Local times that are named. */
const mostTimes = 5
const yearMs = 366 * 86_400_000
/** How far to look, over all zones: reading a zone's year takes its time. */
const mostYears = 24

/** One note for each trigger that the next two changes touch which touch any of them; soonest first. */
export function dstNotes(triggers: readonly Trigger[], now: number, moment: Moment): DstNote[] {
  const touched = triggers.flatMap((trigger, index) =>
    trigger.kind === 'cron' || (trigger.kind === 'date' && !trigger.at.endsWith('Z'))
      ? [{ trigger, index, zone: trigger.timezone ?? moment.zone }]
      : [],
  )
  const zones = [...new Set(touched.map(({ zone }) => zone))]
  const end = now + Math.max(2, Math.min(12, Math.floor(mostYears / Math.max(1, zones.length)))) * yearMs
  const changes = zones.flatMap((zone) => firstNotes(zone, touched, now, end, moment))
  const instants = [...new Set(changes.map(({ at }) => at))].toSorted().slice(0, mostChanges)
  return changes
    .filter(({ at }) => instants.includes(at))
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.trigger - b.trigger))
}

/** Local times that the clocks jump over, and that are planned at `at` (ms) instead; at most 5. */
export function movedTo(at: number, triggers: readonly Trigger[], moment: Moment): string[] {
  const zones = new Set(
    triggers.map((trigger) => ('timezone' in trigger ? trigger.timezone : undefined) ?? moment.zone),
  )
  if (![...zones].some((zone) => [...zoneTransitions(zone, at - 1, at)].length > 0)) return []
  const change = new Date(at).toISOString()
  const notes = dstNotes(triggers, at - 1, moment).filter((note) => note.at === change && note.effect === 'shifted')
  return [...new Set(notes.flatMap(({ times }) => times))].toSorted().slice(0, mostTimes)
}

interface Touched {
  readonly trigger: CronTrigger | DateTrigger
  readonly index: number
  readonly zone: string
}

function firstNotes(zone: string, all: readonly Touched[], now: number, end: number, moment: Moment): DstNote[] {
  const own = all.filter((one) => one.zone === zone)
  const notes: DstNote[] = []
  const changes = new Set<number>()
  for (const change of zoneTransitions(zone, now, end)) {
    for (const { trigger, index } of own) {
      const note = noteOf(trigger, change, moment)
      if (note === undefined) continue
      changes.add(change.at)
      notes.push({ ...note, zone, trigger: index })
    }
    if (changes.size >= mostChanges) break
  }
  return notes
}

function noteOf(
  trigger: CronTrigger | DateTrigger,
  change: ZoneTransition,
  moment: Moment,
): Omit<DstNote, 'zone' | 'trigger'> | undefined {
  const { at, offsetBefore, offsetAfter } = change
  const kind = offsetAfter > offsetBefore ? 'gap' : 'overlap'
  const from = at + Math.min(offsetBefore, offsetAfter)
  const until = at + Math.max(offsetBefore, offsetAfter)
  const { times, count } =
    trigger.kind === 'cron' ? cronTimes(trigger, change, from, until) : dateTimes(trigger, from, until)
  if (count === 0) return undefined
  return {
    ...{ at: new Date(at).toISOString(), kind, by: offsetAfter - offsetBefore },
    effect: effectOf(trigger, kind, moment),
    ...{ times, count },
  }
}

function effectOf(trigger: CronTrigger | DateTrigger, kind: DstNote['kind'], { dst }: Moment): DstNote['effect'] {
  if (trigger.kind === 'date') return kind === 'gap' ? 'shifted' : 'once'
  const rule = dstRule(cronFields(trigger.expression), dst)
  if (kind === 'overlap') return rule.overlap === 'both' ? 'twice' : 'once'
  return rule.gap === 'cadence' ? 'none_lost' : rule.gap === 'skip' ? 'skipped' : 'shifted'
}

interface LocalTimes {
  readonly times: string[]
  readonly count: number
}

/** What the expression means of `[from, until)`: local times, read as if they were UTC's. */
function cronTimes(trigger: CronTrigger, { at }: ZoneTransition, from: number, until: number): LocalTimes {
  if (trigger.from !== undefined && Date.parse(trigger.from) > at) return none
  if (trigger.until !== undefined && Date.parse(trigger.until) < at) return none
  const fields = cronFields(trigger.expression)
  const { minute, hour, day, month, weekday, year } = fields
  const seconds = [...timeField('second', fields.second).entries()].flatMap(([value, meant]) => (meant ? [value] : []))
  const each = ['0', minute, hour, day, month, weekday, year].join(' ')
  const times: string[] = []
  let count = 0
  for (
    let next = nextCron(each, 'UTC', from - 1);
    next !== undefined && next < until;
    next = nextCron(each, 'UTC', next)
  ) {
    count += seconds.length
    for (const second of seconds) if (times.length < mostTimes) times.push(clockOf(next + second * 1000))
  }
  return { times, count }
}

function dateTimes({ at }: DateTrigger, from: number, until: number): LocalTimes {
  const local = Date.parse(`${at}Z`)
  return local >= from && local < until ? { times: [clockOf(local)], count: 1 } : none
}

const none: LocalTimes = { times: [], count: 0 }

/** `02:30`, with seconds where there are some. */
function clockOf(local: number): string {
  return new Date(local).toISOString().slice(11, local % 60_000 === 0 ? 16 : 19)
}
