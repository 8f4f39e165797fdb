/** How carefully a task is run. */
import { z } from 'zod'
import { duration } from './common'

const fields = {
  /** Milliseconds a run may take; null for no limit. */
  timeout: duration(100).nullable(),
  /** Milliseconds between SIGTERM and SIGKILL, 0 to 1 hour. */
  killGrace: duration(0, 3_600_000),
}

export const policy = z.object({ timeout: fields.timeout.default(null), killGrace: fields.killGrace.default(5000) })

export const policyChange = z.object(fields).partial()
