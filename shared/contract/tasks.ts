import { z } from 'zod'
import { instant, parameters } from '../model/common'
import { ledgerPage } from '../model/occurrence'
import { run } from '../model/run'
import { savedWarning } from '../model/schedule'
import { taskChange, taskDefinition, taskPage, taskView } from '../model/task'
import { whyAnswer } from '../model/why'
import { asWritten } from '../model/as-written'
import { procedure } from './base'

/** With what is doubtful of it though it is valid; [] for nothing. */
const savedTask = taskView.extend({ scheduleWarnings: z.array(savedWarning) })

const byId = z.object({ id: z.string().min(1) })

export const tasks = {
  /** All tasks, by name. `name` and `tag` narrow it. */
  list: procedure
    .route({ method: 'GET', path: '/tasks' })
    .input(asWritten(z.object({ name: z.string().optional(), tag: z.string().optional() }).optional()))
    .output(taskPage),
  /** `id` may also be an unambiguous name, here and in every procedure that takes a task. Errors: NOT_FOUND, AMBIGUOUS. */
  get: procedure.route({ method: 'GET', path: '/tasks/{id}' }).input(asWritten(byId)).output(taskView),
  create: procedure
    .route({ method: 'POST', path: '/tasks', successStatus: 201 })
    .input(asWritten(taskDefinition))
    .output(savedTask),
  /** Replaces the given fields. With `revision`, CONFLICT when somebody changed the task meanwhile. */
  update: procedure
    .route({ method: 'PATCH', path: '/tasks/{id}' })
    .input(asWritten(z.object({ id: z.string().min(1), revision: z.int().optional(), change: taskChange })))
    .output(savedTask),
  /** Its runs stay on record. CONFLICT while a run is active. Answers the definition that went. */
  remove: procedure.route({ method: 'DELETE', path: '/tasks/{id}' }).input(asWritten(byId)).output(taskView),
  /** Takes a removal back, all of the task as it was. NOT_FOUND when the host has been started anew since. */
  restore: procedure.route({ method: 'POST', path: '/tasks/{id}/restore' }).input(asWritten(byId)).output(taskView),
  enable: procedure.route({ method: 'POST', path: '/tasks/{id}/enable' }).input(asWritten(byId)).output(taskView),
  disable: procedure.route({ method: 'POST', path: '/tasks/{id}/disable' }).input(asWritten(byId)).output(taskView),
  /** Occurrences meanwhile are recorded as paused and never caught up. Not given: until resumed. */
  pause: procedure
    .route({ method: 'POST', path: '/tasks/{id}/pause' })
    .input(asWritten(byId.extend({ until: instant.nullable().default(null) })))
    .output(taskView),
  resume: procedure.route({ method: 'POST', path: '/tasks/{id}/resume' }).input(asWritten(byId)).output(taskView),
  /** Starts a run now, also of a paused or disabled task. CONFLICT at `maxInstances`, unless `force`. */
  run: procedure
    .route({ method: 'POST', path: '/tasks/{id}/run' })
    .input(asWritten(byId.extend({ parameters: parameters.optional(), force: z.boolean().default(false) })))
    .output(run),
  /** The next planned occurrence that is not yet to be skipped will be. CONFLICT when nothing is planned. */
  skipNext: procedure.route({ method: 'POST', path: '/tasks/{id}/skip-next' }).input(asWritten(byId)).output(taskView),
  /** Takes back one skip, or all where no instant is given. */
  unskip: procedure
    .route({ method: 'POST', path: '/tasks/{id}/unskip' })
    .input(asWritten(byId.extend({ at: instant.optional() })))
    .output(taskView),
  /** What became of its occurrences, latest first. */
  ledger: procedure
    .route({ method: 'GET', path: '/tasks/{id}/ledger' })
    .input(
      asWritten(
        byId.extend({
          /** Entries that reach into it: at or after, and before. */
          since: instant.optional(),
          until: instant.optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(50),
          cursor: z.string().optional(),
        }),
      ),
    )
    .output(ledgerPage),
  /** Why it ran or did not: the occurrence at `at` (not given: the last one), or what explains that there was none. */
  why: procedure
    .route({ method: 'GET', path: '/tasks/{id}/why' })
    .input(asWritten(byId.extend({ at: instant.optional() })))
    .output(whyAnswer),
  /** The broken streak has been seen: it no longer asks for attention. */
  acknowledge: procedure
    .route({ method: 'POST', path: '/tasks/{id}/acknowledge' })
    .input(asWritten(byId))
    .output(taskView),
}
