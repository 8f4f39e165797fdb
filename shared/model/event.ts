/** What the host tells whoever listens. A store that subscribes first and then fetches misses nothing. */
import { z } from 'zod'
import { id, instant } from './common'
import { run } from './run'
import { settings } from './settings'
import { systemStatus } from './system'
import { taskView } from './task'

export const belfryEvent = z.discriminatedUnion('type', [
  /** First on every stream: whatever happens from now on will be told. */
  z.object({ type: z.literal('ready'), at: instant }),
  z.object({ type: z.literal('task.changed'), task: taskView }),
  z.object({ type: z.literal('task.removed'), id }),
  z.object({ type: z.literal('run.changed'), run }),
  z.object({ type: z.literal('run.removed'), id }),
  z.object({ type: z.literal('settings.changed'), settings }),
  /** Also every 30 s as a sign of life. */
  z.object({ type: z.literal('system.changed'), status: systemStatus }),
])
export type BelfryEvent = z.infer<typeof belfryEvent>
