/** A task: triggers (when), an action (what), a policy (how carefully). */
import { z } from 'zod'
import { action } from './action'
import { named } from './as-written'
import { id, instant, page, parameters } from './common'
import { missedRow } from './occurrence'
import { policy, policyChange } from './policy'
import { recentRun } from './run'
import { trigger } from './trigger'

/** Where an imported task came from; importing the same entry again finds it by these. */
export const importSource = z.object({
  kind: z.enum(['crontab', 'system-crontab', 'cron.d', 'run-parts', 'systemd']),
  /** The file or unit; null for text given by hand. */
  path: z.string().nullable(),
  /** Who it runs as there; null when the file does not say. */
  user: z.string().nullable(),
  /** The entry's own text, and the zone it stood in. */
  text: z.string(),
  timezone: z.string().nullable(),
  /** Among equals, from 0. */
  ordinal: z.int().min(0),
})
export type ImportSource = z.infer<typeof importSource>

/** Characters. */
export const longestTaskName = 200

const tag = named(z.string().trim().min(1).max(50))

const fields = {
  name: named(z.string().trim().min(1, 'a task needs a name').max(longestTaskName)),
  description: z.string().max(2000),
  notes: z.string().max(20_000),
  tags: z
    .array(tag)
    .max(50)
    .transform((tags) => [...new Set(tags)]),
  enabled: z.boolean(),
  triggers: z.array(trigger).max(50),
  action,
  policy: policy.prefault({}),
  /** Defaults; a manual run may give others. */
  parameters,
}

/** What the operator writes. */
export const taskDefinition = z.object({
  ...fields,
  description: fields.description.default(''),
  notes: fields.notes.default(''),
  tags: fields.tags.default([]),
  enabled: fields.enabled.default(true),
  triggers: fields.triggers.default([]),
  parameters: fields.parameters.default({}),
})
export type TaskDefinition = z.infer<typeof taskDefinition>
export type TaskInput = z.input<typeof taskDefinition>

/** Fields to replace; of the policy, too, only those that are given. */
export const taskChange = z.object({ ...fields, policy: policyChange }).partial()
export type TaskChange = z.infer<typeof taskChange>
export type TaskChangeInput = z.input<typeof taskChange>

export const pause = z.object({
  since: instant,
  /** Null: until resumed. */
  until: instant.nullable(),
})
export type Pause = z.infer<typeof pause>

/** As stored in tasks.json. */
export const task = taskDefinition.extend({
  id,
  /** Counts changes of the definition from 1. */
  revision: z.int().min(1),
  createdAt: instant,
  updatedAt: instant,
  /** Nothing before this instant is due: creation, the last change of a trigger, enabling or resuming. */
  countsFrom: instant,
  pause: pause.nullable(),
  /** Planned instants that the operator does not want. */
  skips: z.array(instant).max(100).default([]),
  source: importSource.nullable(),
  /** Why the operator may not enable it (another user's job); null when they may. */
  locked: z.string().nullable(),
})
export type Task = z.infer<typeof task>

/** What the whole interface calls a task's condition, worst first. */
export const taskState = z.enum([
  'failed',
  'timed_out',
  'interrupted',
  'running',
  'paused',
  'disabled',
  'succeeded',
  'cancelled',
  'expired',
  'idle',
])
export type TaskState = z.infer<typeof taskState>

/** A task with what is known about it now. */
export const taskView = task.extend({
  state: taskState,
  /** The next planned instant that is not to be skipped; null when none is (disabled, paused, manual only, spent). */
  nextAt: instant.nullable(),
  /** What keeps a trigger from firing: a watched path that is gone, an expression that this Belfry cannot read. */
  warnings: z.array(z.string()),
  /** What it missed since it last ran, unless the operator has decided; null for nothing. */
  missed: missedRow.omit({ taskId: true, taskName: true }).nullable(),
  /** Ids of runs that have not ended. */
  activeRuns: z.array(id),
  /** The last 20 that ended, oldest first. */
  recent: z.array(recentRun),
  /** How many runs in a row have broken, and since when; null when the last one did not. */
  streak: z.object({ count: z.int().min(1), since: instant, acknowledged: z.boolean() }).nullable(),
})
export type TaskView = z.infer<typeof taskView>

export const taskPage = page(taskView)
