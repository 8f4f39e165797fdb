import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { instant } from '../model/common'
import { logEvent, logPage, run, runPage, runStatus } from '../model/run'
import { asWritten } from '../model/as-written'
import { procedure } from './base'

const byId = z.object({ id: z.string().min(1) })
/** Query strings carry text. */
const count = (minimum: number, maximum: number) => z.coerce.number().int().min(minimum).max(maximum)

export const runs = {
  /** Newest first. `task` is an id or an unambiguous name; `status` may be given several times. */
  list: procedure
    .route({ method: 'GET', path: '/runs' })
    .input(
      asWritten(
        z
          .object({
            task: z.string().optional(),
            status: z.union([runStatus.transform((one) => [one]), z.array(runStatus)]).optional(),
            /** Created at or after, and before. */
            since: instant.optional(),
            until: instant.optional(),
            limit: count(1, 1000).default(50),
            cursor: z.string().optional(),
          })
          .prefault({}),
      ),
    )
    .output(runPage),
  get: procedure.route({ method: 'GET', path: '/runs/{id}' }).input(asWritten(byId)).output(run),
  /** Ends it: SIGTERM, then SIGKILL, the whole tree. Answers before it has ended; CONFLICT when it has already. */
  cancel: procedure.route({ method: 'POST', path: '/runs/{id}/cancel' }).input(asWritten(byId)).output(run),
  /** Lines after number `after`, at most `limit`; with `tail`, the last so many of them, whatever `limit` says. */
  log: procedure
    .route({ method: 'GET', path: '/runs/{id}/log' })
    .input(
      asWritten(
        byId.extend({
          after: count(0, Number.MAX_SAFE_INTEGER).default(0),
          tail: count(1, 10_000).optional(),
          limit: count(1, 10_000).default(1000),
        }),
      ),
    )
    .output(logPage),
  /** What is there after line `after`, then each line as it comes, then the end. */
  follow: procedure
    .route({ method: 'GET', path: '/runs/{id}/follow' })
    .input(asWritten(byId.extend({ after: count(0, Number.MAX_SAFE_INTEGER).default(0) })))
    .output(eventIterator(logEvent)),
}
