/** How carefully a task is run. */
import { z } from 'zod'
import { duration } from './common'

export const policy = z.object({
  /** Milliseconds a run may take; null for no limit. */
  timeout: duration(100).nullable().default(null),
  /** Milliseconds between SIGTERM and SIGKILL, 0 to 1 hour. */
  killGrace: duration(0, 3_600_000).default(5000),
})
export type Policy = z.infer<typeof policy>
