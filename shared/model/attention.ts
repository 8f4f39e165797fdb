/** What of a task needs someone: the one rule for page, tray and host. */
import { isBroken, type RecentRun } from './run'
import type { TaskView } from './task'

/** Its runs break, and nobody has said that they know. */
export function needsAttention({ streak }: Pick<TaskView, 'streak'>): boolean {
  return streak !== null && !streak.acknowledged
}

/** The run that a streak is about: a later one that was cancelled or interrupted neither broke nor mended anything. */
export function lastBroken({ recent }: Pick<TaskView, 'recent'>): RecentRun | undefined {
  return recent.findLast(({ status }) => isBroken(status))
}
