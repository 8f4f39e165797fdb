/** Why a task ran, or did not run, at an instant. */
import { z } from 'zod'
import { id, instant } from './common'
import { ledgerEntry } from './occurrence'
import { runStatus } from './run'
import { trigger } from './trigger'

/** In words: shared/schedule/why-words.ts. */
export const whyAnswer = z.object({
  taskId: id,
  taskName: z.string(),
  /** The instant that was asked for; where none was, that of the last occurrence, or now. */
  at: instant,
  /**
   * What became of the occurrence at it, or of the range that it lies in; where no time brought any, of the event that is nearest
   * within a minute; null: of none.
   */
  entry: ledgerEntry.nullable(),
  /**
   * Where there was none: what explains it. `not_yet`: not due, or not decided yet; `removed_history`: today's triggers plan
   * it, and nothing is on record; `not_then`: today's triggers count only since, or the task is disabled, and of those before
   * nothing is on record of `at`; `was_paused`: it came due in a pause that is on record as such only once it is over; `by_hand`: `run` was started by hand then, and nothing else is known of it.
   */
  absence: z
    .enum([
      'disabled',
      'paused',
      'was_paused',
      'before_counting',
      'not_then',
      'spent',
      'no_time_trigger',
      'not_planned',
      'not_yet',
      'removed_history',
      'by_hand',
    ])
    .nullable(),
  /**
   * What keeps the task from running now, where nobody asked for an instant and something is on record, or somebody for one in a
   * pause that still holds; null where nothing does.
   */
  standing: z
    .object({ by: z.enum(['disabled', 'task', 'everything']), since: instant.nullable(), until: instant.nullable() })
    .nullable(),
  /** Of `not_yet`, `paused` and `was_paused`: why what is planned will not run, as things stand; null where it will. */
  reason: ledgerEntry.shape.reason,
  /** When the pause ends; null for until resumed, and where there is none. */
  pausedUntil: instant.nullable(),
  /** The occurrence of today's triggers in the very second of `at`; null where they plan none. */
  planned: instant.nullable(),
  /** The occurrences before and after `at`, as planned by today's triggers, or (`not_then`) as on record; null where there are none. */
  previous: instant.nullable(),
  next: instant.nullable(),
  /** What became of those two, as far as it is on record. */
  previousEntry: ledgerEntry.nullable(),
  nextEntry: ledgerEntry.nullable(),
  /** The first after `at`, and after now, that is to run as things stand; null where none is. */
  nextRun: instant.nullable(),
  /** Local times (`02:30`) that the clocks jump over, and that are planned at `at` instead; at most 5. */
  moved: z.array(z.string()),
  /** Which events bring the task (but those of `upstream`); only where no time does. */
  events: z.array(trigger),
  /** What the task comes after, and how that last ended; only where no time brings the task. */
  upstream: z.array(
    z.object({
      taskName: z.string(),
      on: z.enum(['success', 'failure', 'finish']),
      last: z.object({ number: z.int(), status: runStatus, finishedAt: instant.nullable() }).nullable(),
    }),
  ),
  /** Number of the run that was in the way of `entry`. */
  inTheWay: z.int().nullable(),
  /** Nothing before it was due: see `countsFrom` of a task. */
  countsFrom: instant,
  /** The run of `entry`: its own, the one that stands for it, or the one that was in the way; or that by hand. */
  run: z
    .object({
      id,
      number: z.int(),
      status: runStatus,
      /** Null for a run by hand. */
      scheduledAt: instant.nullable(),
      startedAt: instant.nullable(),
      error: z.string().nullable(),
      /** From its instant (jitter counted) to its start, where that is 2 s or more; else null. */
      lateMs: z.number().nullable(),
    })
    .nullable(),
})
export type WhyAnswer = z.infer<typeof whyAnswer>
