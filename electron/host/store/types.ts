/**
 * What is on disk, as the host sees it. Whatever resolves here is durable (written, synced); whatever rejects changed
 * nothing and carries STORAGE.
 */
import type { LateReason, OccurrenceEvent, OccurrenceRecord } from '@shared/model/occurrence'
import type { Page, Parameters } from '@shared/model/common'
import type { LogEvent, LogLine, LogPage, RecentRun, Run, RunStatus } from '@shared/model/run'
import type { Settings } from '@shared/model/settings'
import type { Warning } from '@shared/model/system'
import type { Task } from '@shared/model/task'
import type { Trigger, TriggerKind } from '@shared/model/trigger'
import type { ClockInstant } from '@shared/schedule/clock-instant'

export interface Store {
  readonly tasks: TaskStore
  readonly settings: { get(): Settings; set(settings: Settings): Promise<void> }
  readonly runs: RunStore
  readonly occurrences: OccurrenceStore
  readonly state: StateStore
  readonly logs: LogStore
  /** What was quarantined, recovered or cut off while opening; a log that could not be finished comes later. */
  readonly warnings: readonly Warning[]
  /** Flushes everything. */
  close(): Promise<void>
}

export interface TaskStore {
  /** In memory, in no order. */
  all(): readonly Task[]
  get(id: string): Task | undefined
  /** Adds or replaces all of them in one write. */
  put(tasks: readonly Task[]): Promise<void>
  remove(id: string): Promise<void>
}

export interface RunQuery {
  readonly taskId?: string
  readonly status?: readonly RunStatus[]
  /** ISO instants over createdAt: at or after, and before. */
  readonly since?: string
  readonly until?: string
  readonly limit: number
  readonly cursor?: string
}

export interface RunStore {
  /** Appends the record to the journal; it replaces the run's earlier one. `taskId` and `createdAt` never change. */
  put(run: Run): Promise<void>
  get(id: string): Promise<Run | undefined>
  /** Newest first by createdAt, then id. */
  list(query: RunQuery): Promise<Page<Run>>
  /** Every run that was not ended when the store was opened. */
  unfinished(): readonly string[]
  /** The last ended runs of a task, at most 20, oldest end first; from memory. */
  recent(taskId: string, count: number): readonly RecentRun[]
  /** The highest run number of the task, 0 when it has none. */
  lastNumber(taskId: string): number
  /** Runs that ended at or after `since` (ISO), counted by status; from memory. */
  countSince(since: string): Readonly<Record<RunStatus, number>>
  /** When a run of the task started last; undefined where none has. From memory. */
  lastStarted(taskId: string): ClockInstant | undefined
  /** When the last of the task's ended runs ended; undefined where none has. From memory. */
  lastEnded(taskId: string): ClockInstant | undefined
  /** What of the task, after `after`, had a run that waited too long to start, added up; from memory. */
  expired(taskId: string, after: ClockInstant): Unstarted | undefined
  /**
   * The task's runs that occurrences brought, by their instant and then id, latest first: those below `below` and not before
   * `since` (ms), at most `limit`.
   */
  planned(taskId: string, range: { since?: number; below?: Position; limit: number }): Promise<Run[]>
  /** Those of them at or after `at` (ms), earliest first. */
  plannedFrom(taskId: string, at: number, limit: number): Promise<Run[]>
  /** The task's runs that began, or were queued and still are, at or after `since` (ms); from memory. */
  startsSince(taskId: string, since: number): StartOfRun[]
  /** The task's runs that ended at or after `since` (ms), latest end first. */
  endedSince(taskId: string, since: number): Promise<Run[]>
  /** The run whose end was acknowledged last, per task: `mark` lines of the journal. */
  acknowledged(taskId: string): string | undefined
  acknowledge(taskId: string, runId: string): Promise<void>
}

export interface StartOfRun {
  readonly runId: string
  /** Ms: when it began, or else was queued. */
  readonly at: number
  readonly began: boolean
}

/** A place in an order by instant (ms), and by id where instants are equal. */
export interface Position {
  readonly at: number
  readonly id: string
  /** What stands there counts as below it, too. */
  readonly inclusive?: boolean
}

export interface OccurrenceQuery {
  readonly since?: number
  readonly before?: number
  readonly below?: Position
  readonly limit: number
}

export interface OccurrenceStore {
  /** Adds the records, or replaces the earlier ones with their ids; `taskId`, `from` and `epoch` never change. */
  put(records: readonly OccurrenceRecord[]): Promise<void>
  /** Those of a task that reach into `[since, before)` (ms), below `below`: by their beginning and then id, latest first. */
  list(taskId: string, range: OccurrenceQuery): Promise<OccurrenceRecord[]>
  /** Whether there are any of the task. */
  has(taskId: string): boolean
  /**
   * What the task has missed after `after`, added up with what its runs tell of it; from memory. Undefined for nothing.
   * @param expired missed as well, for the host was busy
   */
  missed(taskId: string, after: ClockInstant, expired?: Unstarted): MissedSum | undefined
}

/** Occurrences whose runs never started. */
export interface Unstarted {
  readonly count: number
  /** Ms. */
  readonly from: number
  readonly until: number
}

export interface MissedSum {
  readonly count: number
  /** ISO. */
  readonly from: string
  readonly until: string
  /** The most frequent. */
  readonly reason: LateReason
}

/** Since when an epoch of the clock counts. */
export interface ClockEpoch {
  readonly number: number
  /** Ms; 0 for the first. */
  readonly began: number
  /** Fixed times that were decided before it stay decided. */
  readonly fixedStay: boolean
}

/** An occurrence that an event has made, and that is not due yet. Ms. */
export interface WaitingEvent {
  readonly taskId: string
  readonly kind: TriggerKind
  readonly event: OccurrenceEvent
  /** Its trigger as it was then. */
  readonly trigger: Trigger
  readonly at: number
  readonly due: number
  /** When it began to wait. */
  readonly since: number
  readonly parameters: Parameters
}

/** Small things that must survive a restart. */
export interface StateStore {
  /** All of it is `mark` lines of the journal. The boot id is remembered per `startup on: boot` task. */
  rememberedBoot(taskId: string): string | undefined
  /** @param events what the boot brings: with it, they are `waiting` */
  rememberBoot(taskId: string, bootId: string, events?: readonly WaitingEvent[]): Promise<void>
  putWaiting(event: WaitingEvent): Promise<void>
  /** Those that no run and no fate answers yet, also such as nobody waits for any more; from memory. */
  waiting(): readonly WaitingEvent[]
  epoch(): ClockEpoch
  beginEpoch(epoch: ClockEpoch): Promise<void>
  /** Up to where a task's occurrences are decided, as all lines of the journals tell. */
  decided(taskId: string): { readonly fixed: number; readonly cadence: number }
  /** The latest instant (ms) of the epoch at which a line of the journals was written; its beginning where there is none. */
  lastWritten(): number
  /** Missed occurrences up to here were decided on by the operator. */
  missedSettled(taskId: string): ClockInstant | undefined
  /** @param until ISO, in this epoch */
  settleMissed(taskId: string, until: string): Promise<void>
}

export interface LogStore {
  /** Opens (or goes on with) the log of a run, for its executor. */
  open(run: Pick<Run, 'id' | 'createdAt'>, limit: number): Promise<LogWriter>
  /**
   * At most `limit` lines after number `after`; with `tail` the last so many of them, whatever `limit`. `total` and `ended`
   * are of the moment. A run without a log gives an empty page.
   */
  read(
    run: Pick<Run, 'id' | 'createdAt' | 'status'>,
    range: { after: number; limit: number; tail?: number },
  ): Promise<LogPage>
  /**
   * What is there after line `after`, then live lines, then an end when the writer closes, or without one when the run has
   * ended (the caller fills in the run). Waits for the log of a run that has not begun: abort when it never will.
   */
  follow(
    run: Pick<Run, 'id' | 'createdAt' | 'status'>,
    after: number,
    signal?: AbortSignal,
  ): AsyncIterable<Exclude<LogEvent, { type: 'end' }>>
  /** The folder for the run's spool, status and stdin files; made when it is not there. */
  spoolFolder(run: Pick<Run, 'id' | 'createdAt'>): Promise<string>
  /** Removes those files once the run has ended. */
  removeSpool(run: Pick<Run, 'id' | 'createdAt'>): Promise<void>
}

/**
 * One run's log: `<ISO time, ms> <o|e|b> <stream position after it> <bytes>` a line, live to whoever follows. Over its limit
 * the middle is dropped: a line of Belfry's own, numbered like the last dropped one, stands in its place, and numbers go on.
 */
export interface LogWriter {
  /**
   * Appends whole lines; `position` is the stream position after each (0 for Belfry's own). Resolves once written; rejects
   * with STORAGE, and then none was added.
   */
  append(lines: readonly (Omit<LogLine, 'number'> & { position: number })[]): Promise<void>
  /** `bytes` of the file; `lines` counts dropped ones, too. Final once the log is closed. */
  stats(): { bytes: number; lines: number; truncated: boolean }
  /** Stream positions that the log has already, for going on after a restart. */
  positions(): { out: number; err: number }
  close(): Promise<void>
}
