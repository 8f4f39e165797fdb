/** What only the machine and the other tasks can tell about a task's triggers, when it is saved. */
import { BelfryError } from '@shared/errors'
import type { Task } from '@shared/model/task'
import { openPathWords } from '@shared/schedule/preview-words'
import { holdsTooMany, tooManyWords } from '../watch/folder-size'
import { lookAt, watchedPath, type WatchPlace } from '../watch/path-state'
import { checkCircles, checkFollowed } from './followers'

export interface TriggerChecks {
  /**
   * INVALID, with field and reason: a path that cannot be watched, a task to follow that is not there, a circle of tasks. What was
   * checked when it was saved before is not checked again; a task that comes back only for circles.
   * @param before a task as it is, undefined where there is none
   * @returns sentences for the operator, per task
   */
  check(
    tasks: readonly Task[],
    before: (id: string) => Task | undefined,
    comesBack?: boolean,
  ): Promise<Map<string, string[]>>
}

export function createTriggerChecks(place: WatchPlace): TriggerChecks {
  const checkPaths = async (task: Task): Promise<string[]> => {
    const sentences: string[] = []
    for (const [index, trigger] of task.triggers.entries()) {
      if (trigger.kind !== 'watch') continue
      for (const [number, given] of trigger.paths.entries()) {
        const path = watchedPath(given, place.home)
        const state = await lookAt(path, place)
        const refuse = (problem: string): BelfryError =>
          new BelfryError('INVALID', `"${path}" ${problem}`, { field: `triggers.${index}.paths.${number}` })
        if (state.kind === 'none') throw refuse(state.problem)
        if (state.kind === 'folder' && (await holdsTooMany(path, place))) throw refuse(tooManyWords(place.most))
        if (state.open !== null) sentences.push(openPathWords(path, state.open, 'en'))
      }
    }
    return [...new Set(sentences)]
  }

  return {
    async check(tasks, before, comesBack = false) {
      const sentences = new Map<string, string[]>()
      const checked: Task[] = []
      const changed = new Map(tasks.map((task) => [task.id, task]))
      const after = (id: string): Task | undefined => changed.get(id) ?? before(id)
      for (const task of tasks) {
        const known = before(task.id)
        const enabledNow = task.enabled && known?.enabled !== true
        if (!enabledNow && known !== undefined && JSON.stringify(known.triggers) === JSON.stringify(task.triggers))
          continue
        checked.push(task)
        if (comesBack) continue
        checkFollowed(task, after)
        const told = await checkPaths(task)
        if (task.enabled) sentences.set(task.id, told)
      }
      checkCircles(checked, after)
      return sentences
    },
  }
}
