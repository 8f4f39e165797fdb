/** The task that the operator means: an id, or a name that only one task has. */
import { BelfryError } from '@shared/errors'
import type { Task } from '@shared/model/task'
import type { Store } from '../store/types'

/** Throws NOT_FOUND, or AMBIGUOUS with the candidates in `detail`. Letter case counts only where it decides. */
export function findTask(tasks: readonly Task[], wanted: string, field = 'id'): Task {
  const byId = tasks.find((task) => task.id === wanted)
  if (byId) return byId
  const exact = tasks.filter((task) => task.name === wanted)
  const found = exact.length > 0 ? exact : tasks.filter((task) => task.name.toLowerCase() === wanted.toLowerCase())
  const [first, ...others] = found
  if (!first) throw new BelfryError('NOT_FOUND', `there is no task "${wanted}"`, { field })
  if (others.length > 0) {
    throw new BelfryError(
      'AMBIGUOUS',
      `${found.length} tasks are called "${wanted}"; use an id: ${found.map(({ id }) => id).join(', ')}`,
      {
        field,
        detail: found.map(({ id, name }) => ({ id, name })),
      },
    )
  }
  return first
}

/** The id under which the history that is meant is kept: a removed task's is still there under its own. See `findTask`. */
export function findRunsTask(
  { runs, occurrences, tasks }: Pick<Store, 'runs' | 'occurrences' | 'tasks'>,
  wanted: string,
): string {
  return runs.lastNumber(wanted) > 0 || occurrences.has(wanted) ? wanted : findTask(tasks.all(), wanted).id
}
