/** Tasks that have to do with each other: one follows another, or they share a group. Pure. */
import type { Task } from '@shared/model/task'

/** Indexes of the tasks of each part, in order; no task of one ever asks what those of another do, but for the limit of all. */
export function partsOf(tasks: readonly Task[]): number[][] {
  const parents = tasks.map((_, index) => index)
  const rootOf = (index: number): number => {
    let root = index
    while (parents[root] !== root) root = parents[root] ?? root
    parents[index] = root
    return root
  }
  const join = (one: number | undefined, other: number): void => {
    if (one !== undefined) parents[rootOf(other)] = rootOf(one)
  }
  const byId = new Map(tasks.map(({ id }, index) => [id, index]))
  const groups = new Map<string, number>()
  for (const [index, { triggers, policy }] of tasks.entries()) {
    for (const trigger of triggers)
      if (trigger.kind === 'after') for (const id of trigger.tasks) join(byId.get(id), index)
    if (policy.group === null) continue
    join(groups.get(policy.group), index)
    groups.set(policy.group, index)
  }
  const parts = new Map<number, number[]>()
  for (const index of tasks.keys()) {
    const root = rootOf(index)
    const part = parts.get(root)
    if (part) part.push(index)
    else parts.set(root, [index])
  }
  return [...parts.values()]
}
