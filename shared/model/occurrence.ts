/** The ledger: what became of every planned instant. */
import { z } from 'zod'
import { id, instant, page } from './common'

/** Why something was late. `busy`: the host ran, and had no time or no room for it; `disk_full`: it could not be recorded. */
export const lateReason = z.enum(['asleep', 'not_running', 'clock', 'busy', 'disk_full'])
export type LateReason = z.infer<typeof lateReason>

export const skipReason = z.enum(['overlap', 'queue_full', 'blackout', 'inactive', 'rate_limit', 'skip_next', 'dst'])
export type SkipReason = z.infer<typeof skipReason>

/** What a run waits for once it is queued: an active run of its task, room in its group, a process, its rate limit, or a host. */
export const waitReason = z.enum(['overlap', 'group', 'slots', 'rate_limit', 'not_running'])
export type WaitReason = z.infer<typeof waitReason>

/** An occurrence that no time has brought. */
export const occurrenceEvent = z.object({
  /** Index of the trigger. */
  trigger: z.int().min(0),
  /** What it saw: a boot, a wake, the run that ended. */
  id: z.string().max(200),
})
export type OccurrenceEvent = z.infer<typeof occurrenceEvent>

const common = {
  id,
  taskId: id,
  /** The first and the last, and how many there are between; the same instant for one. */
  from: instant,
  until: instant,
  count: z.int().min(1),
  epoch: z.int(),
  /** The active run that was in the way, if one was. */
  runId: id.nullable(),
  event: occurrenceEvent.nullable().default(null),
  recordedAt: instant,
}

/** Consecutive occurrences of one task that have no run of their own and share their fate. */
export const occurrenceRecord = z.preprocess(
  // As it was written before ranges were.
  (given) =>
    typeof given === 'object' && given !== null && 'scheduledAt' in given && !('until' in given)
      ? { ...given, from: given.scheduledAt, until: given.scheduledAt }
      : given,
  z.discriminatedUnion('state', [
    z.object({ ...common, state: z.literal('skipped'), reason: skipReason }),
    z.object({ ...common, state: z.literal('missed'), reason: lateReason }),
    z.object({ ...common, state: z.literal('paused'), reason: z.enum(['task', 'everything']) }),
  ]),
)
export type OccurrenceRecord = z.infer<typeof occurrenceRecord>

/** One line of a task's ledger: a range of occurrences and what became of them. */
export const ledgerEntry = z.object({
  /** `queued`: its run still waits; `coalesced`: the run stands for it, too. */
  state: z.enum(['ran', 'ran_late', 'queued', 'coalesced', 'missed', 'skipped', 'paused']),
  /** `cancelled`: its run, by somebody, before it started. */
  reason: z.enum([...lateReason.options, ...skipReason.options, 'cancelled', 'task', 'everything']).nullable(),
  /** Where `busy` is that its run waited: for what. */
  waited: waitReason.exclude(['not_running']).nullable(),
  /** Where it is skipped for `overlap`: its own run was to wait, and a later one took its place before it started. */
  replaced: z.literal(true).optional(),
  /** The first and the last of them. */
  from: instant,
  until: instant,
  count: z.int().min(1),
  epoch: z.int(),
  /** Its run, or the one that was in the way. */
  runId: id.nullable(),
  event: occurrenceEvent.nullable(),
})
export type LedgerEntry = z.infer<typeof ledgerEntry>
export const ledgerPage = page(ledgerEntry)

/** A task's missed occurrences since it last ran: a row of the operator's inbox. */
export const missedRow = z.object({
  taskId: id,
  taskName: z.string(),
  count: z.int().min(1),
  from: instant,
  until: instant,
  /** The most frequent. */
  reason: lateReason,
})
export type MissedRow = z.infer<typeof missedRow>
