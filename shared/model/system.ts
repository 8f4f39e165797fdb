/** The host itself: what it is, how it fares, what it has to say. */
import { z } from 'zod'
import { instant } from './common'
import { pause } from './task'

/** Something the operator should know that belongs to no task: a quarantined file, a full disk. */
export const warning = z.object({
  id: z.string(),
  code: z.enum(['QUARANTINED', 'RECOVERED', 'STORAGE', 'SURVIVORS', 'UNPLANNED', 'CLOCK']),
  message: z.string(),
  at: instant,
})
export type Warning = z.infer<typeof warning>

export const systemStatus = z.object({
  version: z.string(),
  /** `tray`: inside the desktop app; `headless`: plain Node. */
  kind: z.enum(['tray', 'headless']),
  pid: z.int(),
  hostname: z.string(),
  platform: z.string(),
  dataFolder: z.string(),
  /** The machine's zone. */
  timezone: z.string(),
  now: instant,
  startedAt: instant,
  /** `stopping`: no new runs start. */
  state: z.enum(['running', 'stopping']),
  paused: pause.nullable(),
  tasks: z.int(),
  activeRuns: z.int(),
  maxConcurrent: z.int(),
  next: z.object({ taskId: z.string(), taskName: z.string(), at: instant }).nullable(),
  /** Tasks whose last run broke and was not acknowledged, or that have missed something. */
  attention: z.int(),
  /** Runs that ended in the last 24 h. */
  lastDay: z.object({ succeeded: z.int(), failed: z.int(), other: z.int() }),
  warnings: z.array(warning),
})
export type SystemStatus = z.infer<typeof systemStatus>
