/** The fates of occurrences that have no run of their own. */
import { z } from 'zod'
import { id, instant } from './common'

export const occurrenceRecord = z.object({
  id,
  taskId: id,
  scheduledAt: instant,
  epoch: z.int(),
  state: z.literal('skipped'),
  reason: z.literal('overlap'),
  /** How many occurrences, the last at `scheduledAt`. */
  count: z.int().min(1),
  /** The active run that was in the way, if one was. */
  runId: id.nullable(),
  recordedAt: instant,
})
export type OccurrenceRecord = z.infer<typeof occurrenceRecord>
