/** What the planner is given, and what it tells. */
import type { OccurrenceEvent } from '@shared/model/occurrence'
import type { Parameters } from '@shared/model/common'
import type { Pause, Task } from '@shared/model/task'
import type { Trigger, TriggerKind } from '@shared/model/trigger'
import type { Clock } from '../ports'
import type { DueRun, FateRange } from './decide'
import type { Marks } from './occurrences'
import type { Moment } from './trigger-times'

/** An occurrence that is to run. */
export interface DueTask extends DueRun {
  readonly taskId: string
  readonly event: OccurrenceEvent | null
  /** What the event brings along. */
  readonly parameters: Parameters
}

export interface TaskFates {
  readonly taskId: string
  readonly event: OccurrenceEvent | null
  readonly ranges: readonly FateRange[]
}

/** Something other than time that makes an occurrence. */
export interface PlannerEvent {
  readonly taskId: string
  readonly kind: TriggerKind
  readonly event: OccurrenceEvent
  /** Ms. */
  readonly at: number
  readonly parameters?: Parameters
  /** Its trigger as it was, and when it is due (ms), jitter counted: of one that waits already. */
  readonly trigger?: Trigger
  readonly due?: number
}

export interface PlannerOptions {
  readonly clock: Clock
  /** See clock-watch.ts. */
  readonly bootTells: boolean
  /** Ms between two looks at the clocks, a second where nothing is given: a clock that nobody can move needs none. */
  readonly longestSleep?: number
  readonly task: (id: string) => Task | undefined
  /** When the task's last run ended (ms), undefined when it never ran, null while one is active. */
  readonly idleSince: (taskId: string) => number | null | undefined
  readonly pausedAll: () => Pause | null
  /** What earlier hosts, and earlier epochs of the clock, have decided of the task. Asked until something is decided of it. */
  readonly decided: (taskId: string) => Marks
  /** Takes what is to run, soonest first. Must not throw. */
  readonly dispatch: (due: readonly DueTask[]) => void
  /** Takes what became of the others. Must not throw. */
  readonly record: (fates: readonly TaskFates[]) => void
  /**
   * The pause until `until` (ISO) has run out: of a task, or (null) of everything. A newer one may be under way. Told again
   * every 30 s until it is no more.
   */
  readonly pauseEnded: (taskId: string | null, until: string) => void
  /** The next instant of these tasks may have changed, without anybody asking for it. */
  readonly moved: (taskIds: readonly string[]) => void
  /** The machine woke at `at` (ms). */
  readonly woke: (at: number) => void
  /**
   * The clock was set back, by so many ms; what it shows from `from` (ms) on counts. Resolves once the new epoch is on disk, and nothing that is stored about
   * tasks and pauses lies ahead of that any more, with whether fixed times at or before the watermark stay decided.
   * Nothing is decided until then. Must not reject.
   */
  readonly setBack: (by: number, from: number) => Promise<{ readonly fixedStay: boolean }>
  /** The task has no next instant because its triggers cannot be reckoned with; the others go on. */
  readonly unplannable: (taskId: string, error: unknown) => void
}

export interface Planner {
  /**
   * Begins. What came due while no host ran is decided at once, as far as it is planned; many tasks are planned in slices.
   * What was fired before goes by the clock as it is now.
   * @param begin.at ms: when the host has begun, not after what was fired
   * @param begin.setBackBy ms by which the clock was set back while no host ran
   */
  start(taskIds: readonly string[], begin?: { readonly at?: number; readonly setBackBy?: number }): void
  stop(): void
  /** Looks now rather than when the timer would. */
  look(): void
  /** The system says that it goes to sleep, or woke: looks now. A hint only, the clocks decide. */
  powerEvent(): void
  /** The task is new, has changed, or has ended a run: plan it anew. */
  track(taskId: string): void
  /**
   * Decides what is due of the tasks at this moment, before they are changed: at once, or in slices where it is very much. While
   * the clock is being set back: what had come before.
   */
  settle(taskIds: readonly string[]): Promise<void>
  /** Everything was paused or goes on: plan all of them anew. */
  trackAll(taskIds: readonly string[]): void
  forget(taskId: string): void
  /** An event makes an occurrence, at once or at its instant. */
  fire(event: PlannerEvent): void
  /** The task's next planned instant in ms, jitter counted, that is to run; undefined when there is none. */
  nextAt(taskId: string): number | undefined
  /** The same occurrence in ms without jitter: the next that nobody wants skipped yet. */
  nextToSkip(taskId: string): number | undefined
  /** The soonest of all tasks. */
  next(): { readonly taskId: string; readonly at: number } | undefined
  moment(task: Task): Moment
  marks(taskId: string): Marks
}
