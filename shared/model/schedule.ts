import { z } from 'zod'
import { id, instant, timeZone } from './common'

/** A change of the clocks that touches what is planned. */
export const dstNote = z.object({
  /** When the clocks change. */
  at: instant,
  zone: timeZone,
  /** `gap`: they skip; `overlap`: they show a stretch twice. */
  kind: z.enum(['gap', 'overlap']),
  /** Milliseconds by which they are set. */
  by: z.int(),
  /** `shifted`: runs once after the gap; `skipped`: what the gap swallows is lost; `none_lost`: a cadence goes on. */
  effect: z.enum(['shifted', 'skipped', 'none_lost', 'once', 'twice']),
  /** Local times (`02:30`) that are touched, at most 5, and how many there are. */
  times: z.array(z.string()),
  count: z.int().min(1),
  /** Index of the trigger. */
  trigger: z.int().min(0),
})
export type DstNote = z.infer<typeof dstNote>

/** What triggers come to, before or after saving. */
export const schedulePreview = z.object({
  /** Soonest first. `at` without jitter. */
  next: z.array(z.object({ at: instant, /** Index of the trigger. */ trigger: z.int() })),
  /** Mean occurrences a day over the coming 30 days; null when the triggers plan nothing. */
  perDay: z.number().nullable(),
  /** The next two changes of the clocks that matter to these triggers. */
  dst: z.array(dstNote),
  /** What the operator should know: instants that merge, a blackout over all of it, a day pattern that rarely comes. */
  warnings: z.array(z.string()),
  /** Other tasks that would run meanwhile, by their usual duration; most often first, at most 10. */
  collisions: z.array(
    z.object({
      taskId: id,
      taskName: z.string(),
      /** Of the coming occurrences that were looked at. */
      count: z.int().min(1),
      first: instant,
    }),
  ),
})
export type SchedulePreview = z.infer<typeof schedulePreview>

export const plannedOccurrence = z.object({ taskId: id, taskName: z.string(), at: instant })
export type PlannedOccurrence = z.infer<typeof plannedOccurrence>

const counts = z.object({
  ran: z.int(),
  ranLate: z.int(),
  coalesced: z.int(),
  missed: z.int(),
  skipped: z.int(),
  paused: z.int(),
  /** Still waiting or running at the end. */
  open: z.int(),
})
export type SimulatedCounts = z.infer<typeof counts>

/** What the whole schedule would do between two instants. */
export const simulation = z.object({
  from: instant,
  until: instant,
  total: counts,
  /** By name; tasks without an occurrence too. */
  tasks: z.array(
    counts.extend({
      taskId: id,
      taskName: z.string(),
      first: instant.nullable(),
      last: instant.nullable(),
      /** What each run was taken to last, ms: the median of its last runs. */
      duration: z.number(),
      /** Of skipped and missed occurrences, by reason. */
      reasons: z.record(z.string(), z.int()),
    }),
  ),
  /** The most runs at once, and when first. */
  busiest: z.object({ at: instant, running: z.int() }).nullable(),
  /** The first of what would happen, in order, at most as many as were asked for. */
  items: z.array(
    z.object({
      at: instant,
      taskId: id,
      taskName: z.string(),
      state: z.enum(['ran', 'ran_late', 'coalesced', 'missed', 'skipped', 'paused']),
      reason: z.string().nullable(),
      count: z.int().min(1),
    }),
  ),
})
export type Simulation = z.infer<typeof simulation>
