import type { TaskInput, TaskView } from '@shared/model/task'

/** The definition, with its id, that puts a removed task back. */
export function restoreInput(task: TaskView): TaskInput & { id: string } {
  const { id, name, description, notes, tags, enabled, triggers, action, policy, parameters } = task
  return { id, name, description, notes, tags, enabled, triggers, action, policy, parameters }
}
