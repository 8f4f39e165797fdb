import type { TaskView } from '@shared/model/task'

/** What is planned next of all. */
export function soonest(
  tasks: readonly TaskView[],
): { readonly name: string; readonly at: string; readonly id: string } | undefined {
  let found: TaskView | undefined
  for (const task of tasks) {
    if (task.nextAt !== null && (found?.nextAt == null || task.nextAt < found.nextAt)) found = task
  }
  return found?.nextAt == null ? undefined : { name: found.name, at: found.nextAt, id: found.id }
}
