/** The run's record at each turn of its life. Pure: what happened goes in, the next record comes out. */
import { assertNever, invalidInput } from '@shared/errors'
import { parameters, type Parameters } from '@shared/model/common'
import type { OccurrenceEvent } from '@shared/model/occurrence'
import {
  errorWords,
  type Attempt,
  type EndedStatus,
  type EndReason,
  type ProcessIdentity,
  type Run,
  type RunError,
} from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { TriggerKind } from '@shared/model/trigger'
import { formatDuration } from '@shared/schedule/duration'
import type { Outcome } from '../executors/executor'

export interface NewRun {
  readonly id: string
  readonly number: number
  readonly task: Task
  readonly triggeredBy: TriggerKind
  /** Ms since the epoch; null for a manual run. */
  readonly scheduledAt: number | null
  readonly epoch: number
  readonly event: OccurrenceEvent | null
  readonly folded: number
  readonly foldedFrom: number | null
  readonly foldedUntil: number | null
  readonly foldedReason: Run['foldedReason']
  readonly late: Run['late']
  readonly replay: boolean
  /** All of them: the task's own, and over them those of this run. */
  readonly parameters: Parameters
}

/** What brings a run that somebody asks for. */
export const byHand = {
  triggeredBy: 'manual',
  scheduledAt: null,
  event: null,
  folded: 0,
  foldedFrom: null,
  foldedUntil: null,
  foldedReason: null,
  late: null,
  replay: false,
} as const

const iso = (at: number): string => new Date(at).toISOString()

/** The task's own parameters with those of one run over them. INVALID where two would meet in one variable. */
export function mergedParameters(task: Task, given: Parameters): Parameters {
  if (Object.keys(given).length === 0) return task.parameters
  const merged = parameters.safeParse({ ...task.parameters, ...given })
  if (!merged.success) throw invalidInput(merged.error, 'parameters')
  return merged.data
}

export function queuedRun(start: NewRun, now: number): Run {
  return {
    id: start.id,
    number: start.number,
    taskId: start.task.id,
    taskName: start.task.name,
    taskRevision: start.task.revision,
    status: 'queued',
    triggeredBy: start.triggeredBy,
    scheduledAt: start.scheduledAt === null ? null : iso(start.scheduledAt),
    epoch: start.epoch,
    event: start.event,
    folded: start.folded,
    foldedFrom: start.foldedFrom === null ? null : iso(start.foldedFrom),
    foldedUntil: start.foldedUntil === null ? null : iso(start.foldedUntil),
    foldedReason: start.foldedReason,
    late: start.late,
    waited: null,
    replay: start.replay,
    priority: start.task.policy.priority,
    createdAt: iso(now),
    startedAt: null,
    finishedAt: null,
    updatedAt: iso(now),
    durationMs: null,
    exitCode: null,
    signal: null,
    error: null,
    stderrTail: '',
    progress: null,
    result: null,
    parameters: start.parameters,
    attempts: [],
    process: null,
    ending: null,
    survivors: [],
    log: { bytes: 0, lines: 0, truncated: false },
  }
}

export function runningRun(run: Run, process: ProcessIdentity, now: number): Run {
  const attempt: Attempt = {
    number: run.attempts.length + 1,
    status: 'running',
    startedAt: iso(now),
    finishedAt: null,
    exitCode: null,
    signal: null,
    error: null,
    process,
  }
  return {
    ...run,
    status: 'running',
    startedAt: iso(now),
    updatedAt: iso(now),
    process,
    attempts: [...run.attempts, attempt],
  }
}

export interface Ending {
  readonly status: EndedStatus
  readonly outcome: Outcome
  /** By the monotonic clock; null when it never started. */
  readonly durationMs: number | null
  /** Ms that have passed since; 0 unless told. */
  readonly behind?: number
  readonly log: Run['log']
}

export function endedRun(run: Run, { status, outcome, durationMs, behind = 0, log }: Ending, now: number): Run {
  const facts = {
    status,
    finishedAt: iso(now - behind),
    exitCode: outcome.exitCode,
    signal: outcome.signal,
    error: outcome.error,
  }
  return {
    ...run,
    ...facts,
    updatedAt: iso(now),
    durationMs,
    stderrTail: outcome.stderrTail,
    survivors: [...outcome.survivors],
    attempts: run.attempts.map((attempt) => (attempt.finishedAt === null ? { ...attempt, ...facts } : attempt)),
    log,
  }
}

/** Ms for which nobody had noticed that the run had ended: between none and all since its start, whatever became of the clock. */
export function noticedLate({ startedAt }: Run, { endedAt }: Outcome, now: number): number {
  if (endedAt === undefined || startedAt === null) return 0
  return Math.max(0, Math.min(Math.round(now - endedAt), now - Date.parse(startedAt)))
}

/** What an outcome means, given why Belfry was ending the run, if it was. */
export function statusOf(ending: EndReason | null, outcome: Outcome): EndedStatus {
  switch (ending) {
    case 'cancel':
    case 'replace':
      return 'cancelled'
    case 'expire':
      return 'expired'
    case 'timeout':
      return 'timed_out'
    case 'shutdown':
      return 'interrupted'
    case null:
      return outcome.error === null ? 'succeeded' : 'failed'
    default:
      return assertNever(ending)
  }
}

/**
 * The error of a run that Belfry ended says so, rather than what the signal left behind.
 * @param timeout in ms; null when it is not known any more
 */
export function endingError(ending: EndReason, run: Run, timeout: number | null): RunError {
  const code = {
    cancel: 'CANCELLED',
    replace: 'REPLACED',
    timeout: 'TIMEOUT',
    expire: 'EXPIRED',
    shutdown: 'INTERRUPTED',
  }[ending]
  const message = {
    cancel: 'cancelled by the operator',
    replace: 'replaced by a later run',
    timeout: timeout === null ? 'timed out' : `timed out after ${formatDuration(timeout)}`,
    expire: 'waited longer than its misfire grace',
    shutdown: 'the host was stopped',
  }[ending]
  const tooEarly = run.startedAt === null && ending !== 'expire'
  return { code, message: tooEarly ? `${message} before it started` : message }
}

/** The last line of a run's log. */
export function closingLine(status: EndedStatus, error: RunError | null, durationMs: number | null): string {
  const words = status.replace('_', ' ')
  const after = durationMs === null ? '' : ` after ${formatDuration(durationMs)}`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${after}${error === null ? '' : `: ${errorWords(error)}`}`
}

/**
 * Ms since the epoch: later than this a run does not start any more; null for however late, as one by hand.
 * @param grace ms, or infinite
 */
export function startsUntil({ triggeredBy, createdAt }: Run, grace: number): number | null {
  return triggeredBy === 'manual' || grace === Number.POSITIVE_INFINITY ? null : Date.parse(createdAt) + grace
}

/** Of a run whose log lacks something. */
export function notWhole({ taskName }: Run, reason: string): string {
  return `The log of a run of "${taskName}" is not whole: ${reason}`
}

/** The outcome of a run that never had a process. */
export function noOutcome(error: RunError): Outcome {
  return { exitCode: null, signal: null, error, stderrTail: '', survivors: [] }
}
