/** What an event brings along, as parameters of its run. */
import { parameters, parameterVariable, type Json, type Parameters } from '@shared/model/common'
import type { Task } from '@shared/model/task'

/**
 * What fits of `brought`: it wins over the task's own parameter of the same variable, and takes its spelling. Nobody can be told
 * of a name that no parameter can have, or of two that would meet in one variable: it is left out, and the task runs.
 */
export function eventParameters(task: Pick<Task, 'parameters'>, brought: Readonly<Record<string, Json>>): Parameters {
  const own = new Map(Object.keys(task.parameters).map((name) => [parameterVariable(name), name]))
  const fit = new Map<string, readonly [string, Json]>()
  for (const [name, value] of Object.entries(brought)) {
    const variable = parameterVariable(name)
    if (fit.has(variable) || !parameters.safeParse({ [name]: value }).success) continue
    fit.set(variable, [own.get(variable) ?? name, value])
  }
  return Object.fromEntries(fit.values())
}
