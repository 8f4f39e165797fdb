/** Why a task ran, or did not run, at an instant. */
import { z } from 'zod'
import { id, instant } from './common'
import { ledgerEntry } from './occurrence'
import { runStatus } from './run'

/** In words: shared/schedule/why-words.ts. */
export const whyAnswer = z.object({
  taskId: id,
  taskName: z.string(),
  /** The instant that was asked for; where none was, that of the last occurrence, or now. */
  at: instant,
  /** What became of the occurrence at or, within a minute, nearest to it, or of the range that it lies in; null: of none. */
  entry: ledgerEntry.nullable(),
  /**
   * Where there was none: what explains it. `not_yet`: not due, or not decided yet; `removed_history`: today's triggers plan
   * it, and nothing is on record.
   */
  absence: z
    .enum([
      'disabled',
      'paused',
      'before_counting',
      'spent',
      'no_time_trigger',
      'not_planned',
      'not_yet',
      'removed_history',
    ])
    .nullable(),
  /** The occurrence of today's triggers in the very second of `at`; null where they plan none. */
  planned: instant.nullable(),
  /** The occurrences before and after `at`, as planned by today's triggers; null where there are none. */
  previous: instant.nullable(),
  next: instant.nullable(),
  /** Nothing before it was due: see `countsFrom` of a task. */
  countsFrom: instant,
  /** The run of `entry`: its own, the one that stands for it, or the one that was in the way. */
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
