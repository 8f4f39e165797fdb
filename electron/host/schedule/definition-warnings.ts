/**
 * What the operator should know of a definition that is fine by itself: the one place where it is found, for the preview and for
 * the answer when it is saved. Instants are ms.
 */
import type { ScheduleWarning } from '@shared/model/schedule'
import type { CronTrigger, Trigger } from '@shared/model/trigger'
import { nextCron } from '@shared/schedule/cron'
import { canonicalZone } from '@shared/schedule/zone'
import { lookAt, watchedPath, type WatchPlace } from '../watch/path-state'
import { isDelay } from './decide'
import { meetingsOf } from './meetings'
import { bothAt } from './occurrences'
import { openings } from './openings'
import { longestClosed, plannedRuns, type Planned } from './planned'
import { nextOfTrigger, type Moment } from './trigger-times'

export interface Definition extends Planned {
  /** Ms that each occurrence comes later, at most. */
  readonly jitter: number
}

export interface WarningFacts {
  readonly now: number
  /** Where watched paths are. */
  readonly place: WatchPlace
  /** Lets others have their turn where it is time. */
  readonly turn: () => Promise<void>
}

const day = 86_400_000
const year = 366 * day
/** How far to look for triggers that meet, and for occurrences that are close. */
const lookedDays = 366
const mostLooks = 2000
/** Between two turns: some ms, with 50 triggers. */
const looksAtOnce = 100
const mostMeetings = 5

export async function definitionWarnings(definition: Definition, facts: WarningFacts): Promise<ScheduleWarning[]> {
  const { triggers, moment } = definition
  const { now, turn } = facts
  const told = await neverRuns(definition, facts)
  for (const [index, trigger] of triggers.entries()) {
    const isSwallowed = told.some((warning) => warning.code === 'swallowed' && warning.trigger === index)
    if (trigger.kind === 'cron' && !isSwallowed) told.push(...rareOne(trigger, index, moment, now))
    await turn()
  }
  const isClosed = told.some((warning) => warning.code === 'closed' && warning.trigger === null)
  if (!isClosed) told.push(...(await closeOnes(definition, facts)))
  for (const [index, trigger] of triggers.entries()) told.push(...aliasOf(trigger, index))
  return [...told, ...(await openPaths(triggers, facts.place))]
}

/** Triggers of which nothing will run, and why: one after the other, each some ms at most. */
async function neverRuns(definition: Definition, { now, turn }: WarningFacts): Promise<ScheduleWarning[]> {
  const { triggers, moment, windows, duration } = definition
  const times = triggers.flatMap((trigger, index) => (isTime(trigger) ? [{ trigger, index }] : []))
  const spent: ScheduleWarning[] = []
  const swallowed: ScheduleWarning[] = []
  const open: { readonly index: number; readonly trigger: Trigger; readonly first: number }[] = []
  for (const { trigger, index } of times) {
    const first = nextOfTrigger(trigger, now, moment)?.at
    const always = { triggers: [trigger], moment, duration, windows: { active: [], blackouts: [] } }
    if (first === undefined) spent.push({ code: 'spent', trigger: index })
    else if (moment.dst.gap === 'skip' && trigger.kind === 'cron' && !runs(always, now, Infinity))
      swallowed.push({ code: 'swallowed', trigger: index })
    else open.push({ trigger, index, first })
    await turn()
  }
  const told = [...spent, ...swallowed]
  if (windows.active.length + windows.blackouts.length === 0) return told
  const end = now + longestClosed
  const shared = { ...definition, openings: openings(windows, moment.zone) }
  const closed: ScheduleWarning[] = []
  for (const { trigger, index, first } of open) {
    if (first < end && !runs({ ...shared, triggers: [trigger] }, now, end))
      closed.push({ code: 'closed', trigger: index })
    await turn()
  }
  const isAll = closed.length > 0 && closed.length === open.length && times.length === triggers.length
  return [...told, ...(isAll ? [{ code: 'closed', trigger: null } as const] : closed)]
}

function runs(planned: Planned, now: number, end: number): boolean {
  return plannedRuns(planned, bothAt(now), { count: 1, end }).next().done !== true
}

function isTime({ kind }: Trigger): boolean {
  return kind === 'cron' || kind === 'interval' || kind === 'date'
}

/** By the expression alone: its bounds are the operator's own. */
function rareOne(trigger: CronTrigger, index: number, { zone, dst }: Moment, now: number): ScheduleWarning[] {
  const next = (after: number): number | undefined => nextCron(trigger.expression, trigger.timezone ?? zone, after, dst)
  const first = next(now)
  if (first === undefined) return []
  const second = next(first)
  if (first - now <= year && second !== undefined && second - first <= year) return []
  const then = second === undefined ? null : new Date(second).toISOString()
  return [{ code: 'rare', trigger: index, at: new Date(first).toISOString(), then }]
}

/** Each set of triggers that meet in one second, once; and whether jitter reaches as far as what comes next. */
async function closeOnes(
  { triggers, moment, jitter }: Definition,
  { now, turn }: WarningFacts,
): Promise<ScheduleWarning[]> {
  if (triggers.length < 2 && jitter === 0) return []
  const told = new Map<string, ScheduleWarning>()
  let looked = 0
  let before: number | undefined
  let closest: { readonly at: number; readonly distance: number } | undefined
  for (const { at, triggers: met } of meetingsOf(triggers, now, now + lookedDays * day, moment)) {
    if (++looked > mostLooks || (jitter === 0 && told.size === mostMeetings)) break
    const key = met.join()
    if (met.length > 1 && !told.has(key) && told.size < mostMeetings)
      told.set(key, { code: 'merged', triggers: [...met], at: new Date(at).toISOString() })
    // A fixed delay counts from the end of the run, jitter and all.
    const isTimed = met.some((index) => !isDelay(triggers[index]))
    if (isTimed && before !== undefined && (closest === undefined || at - before < closest.distance))
      closest = { at: before, distance: at - before }
    if (isTimed) before = at
    if (looked % looksAtOnce === 0) await turn()
  }
  if (jitter === 0 || closest === undefined || jitter < closest.distance) return [...told.values()]
  const { at, distance } = closest
  return [...told.values(), { code: 'jitter', jitter, distance, at: new Date(at).toISOString() }]
}

function aliasOf(trigger: Trigger, index: number): ScheduleWarning[] {
  if ((trigger.kind !== 'cron' && trigger.kind !== 'date') || trigger.timezone === undefined) return []
  const canonical = canonicalZone(trigger.timezone)
  return canonical === trigger.timezone ? [] : [{ code: 'alias', trigger: index, zone: trigger.timezone, canonical }]
}

/** Watched paths that others may change. Those that cannot be watched are refused when it is saved. */
async function openPaths(triggers: readonly Trigger[], place: WatchPlace): Promise<ScheduleWarning[]> {
  const told: ScheduleWarning[] = []
  for (const [index, trigger] of triggers.entries()) {
    if (trigger.kind !== 'watch') continue
    for (const [number, given] of trigger.paths.entries()) {
      const path = watchedPath(given, place.home)
      const state = await lookAt(path, place)
      if (state.kind !== 'none' && state.open !== null)
        told.push({ code: 'open_path', trigger: index, number, path, by: state.open })
    }
  }
  return told
}
