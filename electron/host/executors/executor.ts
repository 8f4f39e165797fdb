/**
 * What every kind of action has in common. An executor starts the thing, reports output, progress and an outcome, and can
 * be stopped; nothing else. Timeout, cancel, retry and stale detection live in run/, once, for all of them.
 */
import type { Action } from '@shared/model/action'
import type { Json } from '@shared/model/common'
import type { ProcessIdentity, Progress, Run, RunError, Survivor } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { LogWriter } from '../store/types'

export interface Execution<A extends Action = Action> {
  readonly run: Run
  readonly task: Task
  readonly action: A
  readonly log: LogWriter
  /** For the spool, status and input files of this run. */
  readonly spoolFolder: string
  /** Bytes of output to keep. */
  readonly logLimit: number
  readonly report: Report
}

export interface Report {
  /** Must resolve (identity on disk) before the action may begin; when it rejects, the action never begins. */
  started(process: ProcessIdentity): Promise<void>
  /** The action itself was seen to begin, at `at` (ms by the wall clock). */
  began(at: number): void
  progress(progress: Omit<Progress, 'updatedAt'>): void
  result(result: Json): void
  /** Called at most once a second while output comes: for counts and signs of life. */
  output(): void
  /** Some output was passed over: it came faster than it can be recorded. */
  dropped(): void
  /** The log did not take all output: the rest is in the run's spool alone. */
  unrecorded(reason: string): void
}

export interface Outcome {
  readonly exitCode: number | null
  /** As `SIGTERM`; null when none ended it. */
  readonly signal: string | null
  /** Null for success. */
  readonly error: RunError | null
  readonly stderrTail: string
  /** Processes of the run that still live though it has ended. */
  readonly survivors: readonly Survivor[]
  /** When it ended by the wall clock (ms), where that was noticed long after. */
  readonly endedAt?: number
}

export interface Started {
  /** Never rejects: what goes wrong is an outcome. All output is in the log by then. */
  readonly done: Promise<Outcome>
  /**
   * Ends the whole tree: TERM, after `grace` ms KILL, then a second look. Safe to call twice; a later, shorter grace
   * wins. `done` tells when it is over.
   */
  stop(grace: number): void
  /** Looks at once whether it has ended by itself, which a host that stood still has not heard: true when `done` will tell at once. */
  look(): Promise<boolean>
}

export interface Executor<A extends Action = Action> {
  readonly kind: A['kind']
  /** Never rejects and never throws: a start that fails is an outcome. */
  start(execution: Execution<A>): Started
  /**
   * After a restart of the host, for a run found unfinished: ends every process that still belongs to it (by identity,
   * group and marker, each checked by start time) and folds what its spool still holds into the log. Resolves with what
   * its status file tells, and null for the exit code where it tells nothing. Never rejects. Without a spool folder (the
   * disk does not give it) processes are ended all the same.
   */
  endLeftovers(
    leftover: Pick<Execution, 'run' | 'log' | 'logLimit'> & {
      readonly spoolFolder: string | null
      readonly report: Pick<Report, 'dropped' | 'unrecorded'>
    },
  ): Promise<Outcome>
}
