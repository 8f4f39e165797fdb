/** How carefully a task is run. */
import { z } from 'zod'
import { named } from './as-written'
import { duration } from './common'
import { timeWindow } from './time-window'

/** One message for whatever else is given. */
const whole = (minimum: number, maximum: number) =>
  z
    .int({ error: `must be a whole number from ${minimum} to ${maximum}` })
    .min(minimum)
    .max(maximum)

const rateLimit = z.object({
  /** Runs, 1 to 100,000. */
  max: whole(1, 100_000),
  /** Milliseconds, 1 s to 31 days: never more than `max` runs start within any such span; those by hand count, and are neither refused nor kept waiting. */
  per: duration(1000, 31 * 86_400_000),
})

const dst = z.object({
  /** What a spring gap swallows: `skip` loses it, `shift` runs it once after the gap. `auto`: see shared/schedule/cron.ts. */
  gap: z.enum(['auto', 'skip', 'shift']).default('auto'),
  /** What an autumn overlap shows twice: run on the first pass only, or on both. */
  overlap: z.enum(['auto', 'first', 'both']).default('auto'),
})

const fields = {
  /** Milliseconds a run may take; null for no limit. */
  timeout: duration(100).nullable(),
  /** Milliseconds between SIGTERM and SIGKILL, 0 to 1 hour. */
  killGrace: duration(0, 3_600_000),
  /** Milliseconds: what is later than this is not run but recorded as missed, but less than 2 s is never late. Null: however late. */
  misfireGrace: duration(0).nullable(),
  /** Of several occurrences that are due and within grace, one run for the latest; else each, the latest 100 of them. */
  coalesce: z.boolean(),
  /** Missed occurrences: wait in the inbox, run once however late, or are only recorded. */
  onMissed: z.enum(['ask', 'run', 'skip']),
  /** Runs of this task at once, 1 to 1000. */
  maxInstances: whole(1, 1000),
  /** At `maxInstances`: no run, wait for one to end, or cancel the oldest. */
  overlap: z.enum(['skip', 'queue', 'replace']),
  /** How many may wait by `overlap: queue`, 1 to 1000. */
  queueLimit: whole(1, 1000),
  /** Shares its limit (settings.groups, 1 where not set) with all tasks that name it. */
  group: named(z.string().trim().min(1).max(100)).nullable(),
  /** Higher starts first where runs wait for a slot, -100 to 100. */
  priority: whole(-100, 100),
  rateLimit: rateLimit.nullable(),
  /** Milliseconds, 0 to 1 day: each occurrence comes 0…jitter later, always the same for the same instant. */
  jitter: duration(0, 86_400_000),
  dst: dst.prefault({}),
  /** Occurrences outside all of them are skipped; none: always active. */
  active: z.array(timeWindow).max(50),
  /** Occurrences inside any of them are skipped. */
  blackouts: z.array(timeWindow).max(50),
}

export const policy = z.object({
  timeout: fields.timeout.default(null),
  killGrace: fields.killGrace.default(5000),
  misfireGrace: fields.misfireGrace.default(3_600_000),
  coalesce: fields.coalesce.default(true),
  onMissed: fields.onMissed.default('ask'),
  maxInstances: fields.maxInstances.default(1),
  overlap: fields.overlap.default('skip'),
  queueLimit: fields.queueLimit.default(10),
  group: fields.group.default(null),
  priority: fields.priority.default(0),
  rateLimit: fields.rateLimit.default(null),
  jitter: fields.jitter.default(0),
  dst: fields.dst,
  active: fields.active.default([]),
  blackouts: fields.blackouts.default([]),
})
export type Policy = z.infer<typeof policy>

export const policyChange = z.object({ ...fields, dst }).partial()
