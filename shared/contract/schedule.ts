import { z } from 'zod'
import { instant } from '../model/common'
import { missedRow } from '../model/occurrence'
import { policyChange } from '../model/policy'
import { plannedOccurrence, schedulePreview, simulation } from '../model/schedule'
import { taskView } from '../model/task'
import { trigger } from '../model/trigger'
import { asWritten } from '../model/as-written'
import { procedure } from './base'

export const schedule = {
  /** What these triggers would come to, from now. INVALID names the trigger and its field. */
  preview: procedure
    .route({ method: 'POST', path: '/schedule/preview' })
    .input(
      asWritten(
        z.object({
          triggers: z.array(trigger).max(50),
          /** What else decides when: DST, jitter, windows. */
          policy: policyChange.prefault({}),
          /** The task that is being edited: not compared with itself, and its usual duration counts. */
          task: z.string().optional(),
          count: z.int().min(1).max(100).default(10),
        }),
      ),
    )
    .output(schedulePreview),
  /** What all tasks plan between two instants, soonest first; at most `perTask` a task, and 20,000 in all. */
  upcoming: procedure
    .route({ method: 'GET', path: '/schedule/upcoming' })
    .input(
      asWritten(
        z.object({
          from: instant.optional(),
          until: instant,
          perTask: z.coerce.number().int().min(1).max(1000).default(100),
        }),
      ),
    )
    .output(z.object({ items: z.array(plannedOccurrence) })),
  /** What the whole schedule would do, by the same planner on a clock of its own; nothing runs. */
  simulate: procedure
    .route({ method: 'POST', path: '/schedule/simulate' })
    .input(
      asWritten(
        z
          .object({
            from: instant,
            /** At most 10 years later. */
            until: instant,
            /** While the machine is taken to sleep. */
            asleep: z
              .array(z.object({ from: instant, until: instant }))
              .max(1000)
              .default([]),
            /** How many of the first events to list. */
            limit: z.int().min(0).max(10_000).default(0),
          })
          .superRefine(({ from, until, asleep }, context) => {
            const refuse = (path: (string | number)[], message: string): void =>
              context.addIssue({ code: 'custom', path, message })
            const length = Date.parse(until) - Date.parse(from)
            if (length <= 0) refuse(['until'], 'must be after from')
            if (length > 10 * 366 * 86_400_000) refuse(['until'], 'must be at most 10 years after from')
            for (const [index, span] of asleep.entries())
              if (span.until <= span.from) refuse(['asleep', index, 'until'], 'must be after from')
          }),
      ),
    )
    .output(simulation),
}

/** Missed occurrences of tasks that have not run since. */
export const inbox = {
  list: procedure.route({ method: 'GET', path: '/inbox' }).output(z.object({ items: z.array(missedRow) })),
  /** Run it once now, or let it be; `remember` makes it the task's rule for next time. NOT_FOUND when nothing waits. */
  decide: procedure
    .route({ method: 'POST', path: '/inbox/{id}' })
    .input(
      asWritten(
        z.object({ id: z.string().min(1), decision: z.enum(['run', 'skip']), remember: z.boolean().default(false) }),
      ),
    )
    .output(taskView),
}
