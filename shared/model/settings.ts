import { z } from 'zod'
import { duration } from './common'
import { pause } from './task'

export const settings = z.object({
  /** Processes at once over all tasks, 1 to 1000. */
  maxConcurrent: z.int().min(1).max(1000).default(20),
  /** Bytes kept of one run's log, 64 KiB to 10 GiB. */
  logLimit: z.int().min(65_536).max(10_737_418_240).default(10_485_760),
  /** Milliseconds from asking to stop until SIGKILL, 1 s to 10 minutes. */
  shutdownGrace: duration(1000, 600_000).default(10_000),
  /** Raise a notification at the first failure of a streak. */
  notifyFailures: z.boolean().default(true),
  locale: z.enum(['system', 'en', 'zh-CN']).default('system'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Everything is paused; manual runs still go. */
  paused: pause.nullable().default(null),
})
export type Settings = z.infer<typeof settings>

export const settingsPatch = settings.omit({ paused: true }).partial()
