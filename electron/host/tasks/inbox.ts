/** Missed occurrences of tasks that have not run since, one row per task: run it now, let it be, and remember that for next time. */
import type { MissedRow } from '@shared/model/occurrence'
import type { TaskView } from '@shared/model/task'
import type { RunService } from '../run/run-service'
import type { TaskService } from './task-service'

export interface Inbox {
  /** Latest missed first. */
  list(): MissedRow[]
  /** NOT_FOUND when nothing of the task waits. */
  decide(wanted: string, decision: 'run' | 'skip', remember: boolean): Promise<TaskView>
}

export function createInbox(tasks: TaskService, runs: Pick<RunService, 'startManual'>): Inbox {
  return {
    list: () =>
      tasks
        .all()
        .flatMap(({ id, name, missed }) => (missed === null ? [] : [{ taskId: id, taskName: name, ...missed }]))
        .toSorted((a, b) => (a.until < b.until ? 1 : -1)),
    async decide(wanted, decision, remember) {
      const { id } = tasks.find(wanted)
      const waits = (): boolean => tasks.view(tasks.find(id)).missed !== null
      // First: as long as it cannot run, the question stands.
      const runNow = decision === 'run' && waits()
      if (runNow) await runs.startManual(tasks.find(id), {})
      // A run settles what lies before it by itself.
      if (!runNow || waits()) await tasks.settleMissed(id)
      if (remember) await tasks.update(id, { policy: { onMissed: decision } })
      return tasks.view(tasks.find(id))
    },
  }
}
