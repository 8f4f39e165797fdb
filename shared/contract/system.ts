import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { instant } from '../model/common'
import { belfryEvent } from '../model/event'
import { importAnswer } from '../model/import'
import { systemStatus } from '../model/system'
import { taskPage } from '../model/task'
import { asWritten } from '../model/as-written'
import { procedure } from './base'

export const system = {
  status: procedure.route({ method: 'GET', path: '/system/status' }).output(systemStatus),
  /** Pauses every task; manual runs still go. */
  pause: procedure
    .route({ method: 'POST', path: '/system/pause' })
    .input(asWritten(z.object({ until: instant.nullable().default(null) }).prefault({})))
    .output(systemStatus),
  resume: procedure.route({ method: 'POST', path: '/system/resume' }).output(systemStatus),
  /** The operator has read it. */
  dismissWarning: procedure
    .route({ method: 'POST', path: '/system/warnings/{id}/dismiss' })
    .input(asWritten(z.object({ id: z.string() })))
    .output(systemStatus),
  /** Six harmless tasks to look at; those that are there already stay as they are. */
  loadSamples: procedure.route({ method: 'POST', path: '/system/samples' }).output(taskPage),
  /**
   * Shows the page. The tray app brings its window forward and answers null; a headless host answers a URL with a one-time
   * token, for a browser of this machine.
   */
  open: procedure.route({ method: 'POST', path: '/system/open' }).output(z.object({ url: z.string().nullable() })),
}

export const imports = {
  /** A crontab's text; bad lines are named, the rest goes on. */
  crontab: procedure
    .route({ method: 'POST', path: '/import/crontab' })
    .input(
      asWritten(
        z.object({
          text: z.string().max(10_000_000),
          /** Where the text is from, to mark the tasks by; not given: given by hand. */
          path: z.string().max(4096).optional(),
          dryRun: z.boolean().default(false),
          enable: z.boolean().default(false),
        }),
      ),
    )
    .output(importAnswer),
  /** All that this machine schedules. `enable` without `replace` is refused: each job would run twice. */
  system: procedure
    .route({ method: 'POST', path: '/import/system' })
    .input(
      asWritten(
        z
          .object({
            dryRun: z.boolean().default(false),
            enable: z.boolean().default(false),
            /** Switch the originals off, with a copy kept. Only together with `enable`. */
            replace: z.boolean().default(false),
          })
          .prefault({}),
      ),
    )
    .output(importAnswer),
}

export const events = {
  /** One stream of all live changes; its first event is `ready`. */
  stream: procedure.route({ method: 'GET', path: '/events' }).output(eventIterator(belfryEvent)),
}
