/** What of a task needs someone: the one rule for page, tray and host. */
import { isBroken, type RecentRun } from './run'
import type { TaskView } from './task'

/**
 * `broken`: its runs break, and nobody has said that they know. `missed`: it has missed what nobody has decided about.
 * `warning`: something keeps a trigger from firing.
 */
export type Matter = 'broken' | 'missed' | 'warning'

/** Each is a thing of its own to see to; the worst first. */
export function mattersOf({ streak, missed, warnings }: Pick<TaskView, 'streak' | 'missed' | 'warnings'>): Matter[] {
  const matters: Matter[] = []
  if (streak !== null && !streak.acknowledged) matters.push('broken')
  if (missed !== null) matters.push('missed')
  if (warnings.length > 0) matters.push('warning')
  return matters
}

export function needsAttention(task: Pick<TaskView, 'streak' | 'missed' | 'warnings'>): boolean {
  return mattersOf(task).length > 0
}

export interface Concern {
  readonly task: TaskView
  readonly matter: Matter
}

/** All that needs someone, in no order. */
export function concernsOf(tasks: Iterable<TaskView>): Concern[] {
  const found: Concern[] = []
  for (const task of tasks) for (const matter of mattersOf(task)) found.push({ task, matter })
  return found
}

/** What is broken first, then what was missed, then warnings; of each the latest first, then by name. */
export function byUrgency(a: Concern, b: Concern): number {
  return ranks[a.matter] - ranks[b.matter] || descending(since(a), since(b)) || names.compare(a.task.name, b.task.name)
}

const ranks = { broken: 0, missed: 1, warning: 2 } as const satisfies Record<Matter, number>
const names = new Intl.Collator('en', { numeric: true })

/** ISO instants sort as text. */
const descending = (a: string, b: string): number => (a === b ? 0 : a < b ? 1 : -1)

function since({ task, matter }: Concern): string {
  if (matter === 'broken') return lastBroken(task)?.finishedAt ?? ''
  return matter === 'missed' ? (task.missed?.until ?? '') : ''
}

/** The run that a streak is about: a later one that was cancelled or interrupted neither broke nor mended anything. */
export function lastBroken({ recent }: Pick<TaskView, 'recent'>): RecentRun | undefined {
  return recent.findLast(({ status }) => isBroken(status))
}
