/** What keeps a task's triggers from firing, or is risky about them, in sentences. In memory: what still holds is found anew. */
import type { Task } from '@shared/model/task'
import { missingOf } from './followers'

export interface TaskWarnings {
  /** True when they are others than before; [] for none. */
  set(taskId: string, sentences: readonly string[]): boolean
  /** With the tasks that it follows and that are gone. */
  of(task: Task): string[]
}

/** @param formerName of a task that was removed, as far as it is remembered */
export function createTaskWarnings(
  exists: (id: string) => boolean,
  formerName: (id: string) => string | undefined,
): TaskWarnings {
  const known = new Map<string, readonly string[]>()
  return {
    set(taskId, sentences) {
      if ((known.get(taskId) ?? []).join('\n') === sentences.join('\n')) return false
      if (sentences.length === 0) known.delete(taskId)
      else known.set(taskId, sentences)
      return true
    },
    of: (task) => [
      ...(known.get(task.id) ?? []),
      ...missingOf(task, exists).map((id) => `it runs after "${formerName(id) ?? id}", which was removed`),
    ],
  }
}
