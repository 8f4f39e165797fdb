/** The groups of the settings, as they are listed and changed. */
import type { Settings } from '@shared/model/settings'
import type { TaskView } from '@shared/model/task'

type Groups = Settings['groups']

export interface GroupRow {
  readonly name: string
  /** Runs at once. */
  readonly limit: number
  /** The settings name it; else it has 1 because tasks name it. */
  readonly set: boolean
  /** How many tasks name it. */
  readonly tasks: number
}

const longestName = 100
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Those that the settings name, and those that only tasks do; by name. */
export function groupRows(groups: Groups, tasks: Iterable<Pick<TaskView, 'policy'>>): GroupRow[] {
  const used = new Map<string, number>(Object.keys(groups).map((name) => [name, 0]))
  for (const { policy } of tasks) if (policy.group !== null) used.set(policy.group, (used.get(policy.group) ?? 0) + 1)
  return [...used]
    .map(([name, amount]) => ({
      name,
      limit: Object.hasOwn(groups, name) ? (groups[name] ?? 1) : 1,
      set: Object.hasOwn(groups, name),
      tasks: amount,
    }))
    .sort((a, b) => names.compare(a.name, b.name))
}

export function withGroup(groups: Groups, name: string, limit: number): Groups {
  return { ...groups, [name]: limit }
}

export function withoutGroup(groups: Groups, name: string): Groups {
  return Object.fromEntries(Object.entries(groups).filter(([key]) => key !== name))
}

/** One more, with the limit of 1; or what is wrong with its name. */
export function addGroup(
  groups: Groups,
  given: string,
): { readonly groups: Groups } | { readonly problem: 'needsName' | 'tooLong' | 'taken' } {
  const name = given.trim()
  if (name === '') return { problem: 'needsName' }
  if (name.length > longestName) return { problem: 'tooLong' }
  return Object.hasOwn(groups, name) ? { problem: 'taken' } : { groups: withGroup(groups, name, 1) }
}
