import { z } from 'zod'
import { id, instant } from './common'

/** What triggers come to, before or after saving. */
export const schedulePreview = z.object({
  /** Soonest first. */
  next: z.array(z.object({ at: instant, /** Index of the trigger. */ trigger: z.int() })),
  /** Mean occurrences a day over the coming 30 days; null when the triggers plan nothing. */
  perDay: z.number().nullable(),
})
export type SchedulePreview = z.infer<typeof schedulePreview>

export const plannedOccurrence = z.object({ taskId: id, taskName: z.string(), at: instant })
export type PlannedOccurrence = z.infer<typeof plannedOccurrence>
