/** An executor whose runs do what the test says. */
import type { CommandAction } from '@shared/model/action'
import type { Execution, Executor, Outcome, Started } from '../../electron/host/executors/executor'

export interface ScriptedRun {
  readonly execution: Execution<CommandAction>
  /** The graces that `stop` was called with. */
  readonly stops: number[]
  /** Its command is seen to have begun at `at` (ms). */
  begin(at: number): void
  finish(outcome?: Partial<Outcome>): void
  /** It has ended, and nobody hears of it unless somebody looks. */
  finishUnheard(outcome?: Partial<Outcome>): void
}

export interface ScriptedExecutor extends Executor<CommandAction> {
  /** Runs in the order of their start. */
  readonly runs: ScriptedRun[]
  /** What is started from now on begins when the test says so, rather than at once. */
  hesitate(): void
  /** The next run to start. */
  nextRun(): Promise<ScriptedRun>
}

const succeeded: Outcome = { exitCode: 0, signal: null, error: null, stderrTail: '', survivors: [] }
const killed: Outcome = {
  ...succeeded,
  exitCode: null,
  signal: 'SIGTERM',
  error: { code: 'SIGNAL', message: 'ended by SIGTERM' },
}

/** `stop` ends a run as a signal would. */
export function scriptedExecutor(): ScriptedExecutor {
  const runs: ScriptedRun[] = []
  const waiting: ((run: ScriptedRun) => void)[] = []
  let hesitates = false
  return {
    kind: 'command',
    runs,
    hesitate: () => void (hesitates = true),
    nextRun: () => new Promise((resolve) => waiting.push(resolve)),
    start(execution): Started {
      let settle: (outcome: Outcome) => void = () => undefined
      const finished = new Promise<Outcome>((resolve) => (settle = resolve))
      const unread: (() => void)[] = []
      const finish: ScriptedRun['finish'] = (outcome) => settle({ ...succeeded, ...outcome })
      const finishUnheard: ScriptedRun['finishUnheard'] = (outcome) => void unread.push(() => finish(outcome))
      const { began } = execution.report
      const run: ScriptedRun = { execution, stops: [], begin: began, finish, finishUnheard }
      const identity = { pid: 4000 + runs.length, startTime: '1', bootId: 'boot' }
      const done = execution.report.started(identity).then(
        () => {
          runs.push(run)
          if (!hesitates) began(Date.parse(execution.run.createdAt))
          waiting.shift()?.(run)
          return finished
        },
        (error: unknown): Outcome => ({
          ...succeeded,
          exitCode: null,
          error: { code: 'STORAGE', message: String(error) },
        }),
      )
      return {
        done,
        stop(grace) {
          run.stops.push(grace)
          settle(killed)
        },
        look: () => Promise.resolve(unread.splice(0).map((tell) => tell()).length > 0),
      }
    },
    endLeftovers: () => Promise.resolve(succeeded),
  }
}
