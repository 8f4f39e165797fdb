import type { TaskView } from '@shared/model/task'
import { makeTask } from './make-task'

/** A task of which nothing has run yet, with whatever the test cares about. */
export function makeTaskView(given: Partial<TaskView> = {}): TaskView {
  return {
    ...makeTask(),
    state: 'idle',
    nextAt: null,
    activeRuns: [],
    recent: [],
    streak: null,
    warnings: [],
    missed: null,
    ...given,
  }
}
