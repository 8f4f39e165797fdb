import { z } from 'zod'
import { instant, parameters } from '../model/common'
import { run } from '../model/run'
import { taskChange, taskDefinition, taskPage, taskView } from '../model/task'
import { procedure } from './base'

const byId = z.object({ id: z.string().min(1) })

export const tasks = {
  /** All tasks, by name. `name` and `tag` narrow it. */
  list: procedure
    .route({ method: 'GET', path: '/tasks' })
    .input(z.object({ name: z.string().optional(), tag: z.string().optional() }).optional())
    .output(taskPage),
  /** `id` may also be an unambiguous name, here and in every procedure that takes a task. Errors: NOT_FOUND, AMBIGUOUS. */
  get: procedure.route({ method: 'GET', path: '/tasks/{id}' }).input(byId).output(taskView),
  create: procedure
    .route({ method: 'POST', path: '/tasks', successStatus: 201 })
    .input(taskDefinition)
    .output(taskView),
  /** Replaces the given fields. With `revision`, CONFLICT when somebody changed the task meanwhile. */
  update: procedure
    .route({ method: 'PATCH', path: '/tasks/{id}' })
    .input(z.object({ id: z.string().min(1), revision: z.int().optional(), change: taskChange }))
    .output(taskView),
  /** Its runs stay on record. CONFLICT while a run is active. Answers the definition that went. */
  remove: procedure.route({ method: 'DELETE', path: '/tasks/{id}' }).input(byId).output(taskView),
  /** Takes a removal back, all of the task as it was. NOT_FOUND when the host has been started anew since. */
  restore: procedure.route({ method: 'POST', path: '/tasks/{id}/restore' }).input(byId).output(taskView),
  enable: procedure.route({ method: 'POST', path: '/tasks/{id}/enable' }).input(byId).output(taskView),
  disable: procedure.route({ method: 'POST', path: '/tasks/{id}/disable' }).input(byId).output(taskView),
  /** Occurrences meanwhile are recorded as paused and never caught up. Not given: until resumed. */
  pause: procedure
    .route({ method: 'POST', path: '/tasks/{id}/pause' })
    .input(byId.extend({ until: instant.nullable().default(null) }))
    .output(taskView),
  resume: procedure.route({ method: 'POST', path: '/tasks/{id}/resume' }).input(byId).output(taskView),
  /** Starts a run now, also of a paused or disabled task. CONFLICT while one is active. */
  run: procedure
    .route({ method: 'POST', path: '/tasks/{id}/run' })
    .input(byId.extend({ parameters: parameters.optional() }))
    .output(run),
  /** The broken streak has been seen: it no longer asks for attention. */
  acknowledge: procedure.route({ method: 'POST', path: '/tasks/{id}/acknowledge' }).input(byId).output(taskView),
}
