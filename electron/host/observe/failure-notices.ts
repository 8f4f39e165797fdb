/** Decides which failure the operator should hear of: the first of a streak. */
import { errorWords, isBroken, type Run } from '@shared/model/run'
import type { Settings } from '@shared/model/settings'
import type { Task, TaskView } from '@shared/model/task'
import type { Notifier } from '../ports'

export interface FailureNoticeOptions {
  readonly notifier: Notifier
  readonly settings: () => Settings
  readonly view: (task: Task) => TaskView
  readonly task: (id: string) => Task | undefined
}

/** Call it once with each run that has ended, after it was recorded. */
export function createFailureNotices({ notifier, settings, view, task }: FailureNoticeOptions): (run: Run) => void {
  return (run) => {
    const stored = task(run.taskId)
    if (!stored || !isBroken(run.status) || !settings().notifyFailures) return
    const seen = view(stored)
    if (seen.streak !== null && seen.streak.count > 1) return
    const how = run.status === 'timed_out' ? 'timed out' : 'failed'
    notifier.failed({
      task: seen,
      run,
      title: `${run.taskName} ${how}`,
      body: run.error === null ? '' : errorWords(run.error),
    })
  }
}
