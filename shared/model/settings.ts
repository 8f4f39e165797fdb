import { z } from 'zod'
import { named } from './as-written'
import { duration } from './common'
import { pause } from './task'

const fields = {
  /** Processes at once over all tasks, 1 to 1000. */
  maxConcurrent: z.int().min(1).max(1000),
  /** How many runs at once over all tasks of a group, 1 to 1000; a group that is not named here has 1. */
  groups: z.record(named(z.string().trim().min(1).max(100)), z.int().min(1).max(1000)),
  /** Bytes kept of one run's log, 64 KiB to 10 GiB. */
  logLimit: z.int().min(65_536).max(10_737_418_240),
  /** Milliseconds from asking to stop until SIGKILL, 1 s to 10 minutes. */
  shutdownGrace: duration(1000, 600_000),
  /** Raise a notification at the first failure of a streak. */
  notifyFailures: z.boolean(),
  locale: z.enum(['system', 'en', 'zh-CN']),
  theme: z.enum(['system', 'light', 'dark']),
}

export const settings = z.object({
  maxConcurrent: fields.maxConcurrent.default(20),
  groups: fields.groups.default({}),
  logLimit: fields.logLimit.default(10_485_760),
  shutdownGrace: fields.shutdownGrace.default(10_000),
  notifyFailures: fields.notifyFailures.default(true),
  locale: fields.locale.default('system'),
  theme: fields.theme.default('system'),
  /** Everything is paused; manual runs still go. */
  paused: pause.nullable().default(null),
})
export type Settings = z.infer<typeof settings>

/** Pausing has procedures of its own. */
export const settingsChange = z.object(fields).partial()
export type SettingsChange = z.infer<typeof settingsChange>

/** How many runs of the group may go at once. */
export function groupLimit({ groups }: Pick<Settings, 'groups'>, group: string): number {
  // A group may be called "constructor".
  return (Object.hasOwn(groups, group) ? groups[group] : undefined) ?? 1
}
