/** One execution of a task, as recorded and as shown. */
import { z } from 'zod'
import { errorShape } from '../errors'
import { id, instant, json, page, recordedParameters } from './common'
import { lateReason, occurrenceEvent, waitReason } from './occurrence'
import { triggerKind } from './trigger'

export const runStatus = z.enum([
  'queued',
  'running',
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'interrupted',
  /** It waited longer than its task's misfire grace, and never started. */
  'expired',
])
export type RunStatus = z.infer<typeof runStatus>

export const endedStatuses = [
  'succeeded',
  'failed',
  'timed_out',
  'cancelled',
  'interrupted',
  'expired',
] as const satisfies RunStatus[]
export type EndedStatus = (typeof endedStatuses)[number]

export function hasEnded(status: RunStatus): status is EndedStatus {
  return status !== 'queued' && status !== 'running'
}

/** What makes a streak of failures. Cancelled and interrupted runs neither break nor mend anything. */
export function isBroken(status: RunStatus): boolean {
  return status === 'failed' || status === 'timed_out'
}

/** A process is known by all three: pids are recycled, start times are counted from a boot. */
export const processIdentity = z.object({
  pid: z.int().min(2),
  /** As the platform gives it (Linux: clock ticks since boot); compared, never computed with. */
  startTime: z.string(),
  bootId: z.string(),
})
export type ProcessIdentity = z.infer<typeof processIdentity>

export const progress = z.object({
  /** 0 to 100. */
  percent: z.number().min(0).max(100).nullable(),
  processed: z.number().nullable(),
  total: z.number().nullable(),
  item: z.string().nullable(),
  message: z.string().nullable(),
  updatedAt: instant,
})
export type Progress = z.infer<typeof progress>

export const survivor = processIdentity.extend({ command: z.string() })
export type Survivor = z.infer<typeof survivor>

export const runError = z.object({
  /** EXIT_CODE, SIGNAL, TIMEOUT, CANCELLED, REPLACED, EXPIRED, INTERRUPTED, LOST, NOT_FOUND, NOT_EXECUTABLE, CWD, SPAWN, STORAGE. */
  code: z.string(),
  /** For the operator: the last line of standard error that says something, else what happened. */
  message: z.string(),
  detail: z.string().optional(),
})
export type RunError = z.infer<typeof runError>

/** The whole of it in a line: `intranet down (exit code 3)`. */
export function errorWords({ message, detail }: RunError): string {
  return detail === undefined ? message : `${message} (${detail})`
}

export const attempt = z.object({
  number: z.int().min(1),
  status: runStatus,
  startedAt: instant,
  finishedAt: instant.nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  error: runError.nullable(),
  process: processIdentity.nullable(),
})
export type Attempt = z.infer<typeof attempt>

export const endReason = z.enum(['cancel', 'replace', 'timeout', 'expire', 'shutdown'])
/** Why Belfry itself ends a run. */
export type EndReason = z.infer<typeof endReason>

export const run = z.object({
  id,
  /** Counts the task's runs from 1. */
  number: z.int().min(1),
  taskId: id,
  taskName: z.string(),
  /** The revision of the task that it ran with. */
  taskRevision: z.int(),
  status: runStatus,
  /** The kind of trigger that brought it. */
  triggeredBy: triggerKind,
  /** The planned instant, or that of the event; null for a manual run. */
  scheduledAt: instant.nullable(),
  /** Clock epoch of `scheduledAt`; task, instant and epoch are the occurrence's key, for events also `event`. */
  epoch: z.int(),
  /** What brought it, where that was no time: the index of the trigger, and what it saw. */
  event: occurrenceEvent.nullable().default(null),
  /** Occurrences, beside its own, that this run stands for, the first and the last of them, and why the first was late. */
  folded: z.int().min(0),
  foldedFrom: instant.nullable().default(null),
  foldedUntil: instant.nullable().default(null),
  foldedReason: lateReason.nullable().default(null),
  /** Why it was decided 2 s or more after its instant (jitter counted), and by how many ms; null when in time. */
  late: z
    .object({ ms: z.number().min(0), reason: lateReason })
    .nullable()
    .default(null),
  /** What kept it waiting, once queued; for the longest, as far as that is known. `runId`: the active run that was in the way. */
  waited: z.object({ for: waitReason, runId: id.nullable() }).nullable().default(null),
  /** One of several late ones that run one after another, whatever `overlap` says. */
  replay: z.boolean().default(false),
  priority: z.int().default(0),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  updatedAt: instant,
  /** Milliseconds from start to finish by the monotonic clock. */
  durationMs: z.number().min(0).nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  error: runError.nullable(),
  /** The last 4 KiB of standard error. */
  stderrTail: z.string(),
  progress: progress.nullable(),
  result: json,
  parameters: recordedParameters,
  attempts: z.array(attempt),
  process: processIdentity.nullable(),
  /** Why Belfry is ending or has ended it; null while nobody asked. */
  ending: endReason.nullable(),
  /** Processes of this run that outlived its end. */
  survivors: z.array(survivor),
  log: z.object({ bytes: z.int(), lines: z.int(), truncated: z.boolean() }),
})
export type Run = z.infer<typeof run>

export const runPage = page(run)

export const logLine = z.object({
  /** Counts the log's lines from 1. */
  number: z.int().min(1),
  at: instant,
  stream: z.enum(['out', 'err', 'belfry']),
  text: z.string(),
})
export type LogLine = z.infer<typeof logLine>

export const logPage = z.object({
  lines: z.array(logLine),
  /** Give it as `after` to go on. */
  last: z.int().min(0),
  /** Lines in the log so far. */
  total: z.int().min(0),
  /** No more will come. */
  ended: z.boolean(),
})
export type LogPage = z.infer<typeof logPage>

/** What a follower of a log gets: lines as they come, then one end. */
export const logEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('lines'), lines: z.array(logLine) }),
  z.object({ type: z.literal('end'), run }),
  z.object({ type: z.literal('error'), error: errorShape }),
])
export type LogEvent = z.infer<typeof logEvent>

/** A run in a task's short history. */
export const recentRun = run
  .pick({ id: true, number: true, status: true, startedAt: true, finishedAt: true, durationMs: true })
  .extend({
    error: z.string().nullable(),
  })
export type RecentRun = z.infer<typeof recentRun>
