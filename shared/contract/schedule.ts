import { z } from 'zod'
import { instant } from '../model/common'
import { plannedOccurrence, schedulePreview } from '../model/schedule'
import { trigger } from '../model/trigger'
import { procedure } from './base'

export const schedule = {
  /** What these triggers would come to, from now. INVALID names the trigger and its field. */
  preview: procedure
    .route({ method: 'POST', path: '/schedule/preview' })
    .input(z.object({ triggers: z.array(trigger).max(50), count: z.int().min(1).max(100).default(10) }))
    .output(schedulePreview),
  /** What all tasks plan between two instants, soonest first; at most `perTask` a task, and 20,000 in all. */
  upcoming: procedure
    .route({ method: 'GET', path: '/schedule/upcoming' })
    .input(
      z.object({
        from: instant.optional(),
        until: instant,
        perTask: z.coerce.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.object({ items: z.array(plannedOccurrence) })),
}
