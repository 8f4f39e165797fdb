import { task as taskModel, type Task, type TaskInput } from '@shared/model/task'

/** A valid task with whatever the test cares about. */
export function makeTask(
  given: Partial<Omit<Task, 'triggers' | 'action' | 'policy'>> &
    Partial<Pick<TaskInput, 'triggers' | 'action' | 'policy'>> = {},
): Task {
  return taskModel.parse({
    id: 'task-1',
    name: 'a task',
    action: { kind: 'command', command: 'true' },
    revision: 1,
    createdAt: '2027-01-01T00:00:00.000Z',
    updatedAt: '2027-01-01T00:00:00.000Z',
    countsFrom: '2027-01-01T00:00:00.000Z',
    pause: null,
    source: null,
    locked: null,
    ...given,
  })
}
