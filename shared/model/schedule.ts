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

/** Who may change a path beside the operator: a user by number, or all of the machine. */
const whoElse = z.union([z.int(), z.literal('everybody')])
export type WhoElse = z.infer<typeof whoElse>

/** What the operator should know of triggers that are fine by themselves. In words: shared/schedule/preview-words.ts. */
export const scheduleWarning = z.discriminatedUnion('code', [
  /** These triggers (indexes) meet in one second, first at `at`; together they make one occurrence. */
  z.object({ code: z.literal('merged'), triggers: z.array(z.int().min(0)).min(2), at: instant }),
  /** Active windows and blackouts leave nothing of this trigger for the coming 5 years; null: of none of them. */
  z.object({ code: z.literal('closed'), trigger: z.int().min(0).nullable() }),
  /** The trigger's instants are all in the past, or never come. */
  z.object({ code: z.literal('spent'), trigger: z.int().min(0) }),
  /** It comes less than once a year: next at `at`, then at `then` (null: never again). */
  z.object({ code: z.literal('rare'), trigger: z.int().min(0), at: instant, then: instant.nullable() }),
  /** The zone is an old or second name of `canonical`. */
  z.object({ code: z.literal('alias'), trigger: z.int().min(0), zone: timeZone, canonical: timeZone }),
  /** The task's own DST rule loses each of its instants: they come only where the clocks skip them. */
  z.object({ code: z.literal('swallowed'), trigger: z.int().min(0) }),
  /** Jitter (ms) is as long as the least `distance` (ms) between two occurrences, first from `at` on, or longer. */
  z.object({ code: z.literal('jitter'), jitter: z.int().min(1), distance: z.int().min(1), at: instant }),
  /** A watched path, the trigger's `number`th from 0, that others may change, and so start the task. */
  z.object({
    code: z.literal('open_path'),
    trigger: z.int().min(0),
    number: z.int().min(0),
    path: z.string(),
    by: whoElse,
  }),
])
export type ScheduleWarning = z.infer<typeof scheduleWarning>

/** As the answer carries it when a definition is saved. */
export const savedWarning = z.object({
  /** Of the definition, such as `triggers.0.timezone`. */
  field: z.string(),
  /** A sentence in English. */
  reason: z.string(),
  warning: scheduleWarning,
})
export type SavedWarning = z.infer<typeof savedWarning>

/** What triggers come to, before or after saving. */
export const schedulePreview = z.object({
  /** Those that will run, soonest first: what windows, blackouts and DST skip is left out. `at` without jitter. */
  next: z.array(z.object({ at: instant, /** Index of the trigger. */ trigger: z.int() })),
  /** Each of them comes 0 to so many ms later. */
  jitter: z.int().min(0),
  /** Mean occurrences that run a day over the coming 30 days; null when the triggers plan nothing. */
  perDay: z.number().nullable(),
  /** Likewise, those that windows, blackouts and DST skip. */
  skippedPerDay: z.number(),
  /** What the next two changes of the clocks that matter to these triggers do to each of them. In words: `dstWords`. */
  dst: z.array(dstNote),
  warnings: z.array(scheduleWarning),
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
  /** How many of the coming occurrences were compared with other tasks. */
  compared: z.int().min(0),
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
