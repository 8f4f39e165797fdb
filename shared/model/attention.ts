/** What of a task needs someone: the one rule for page, tray and host. */
import { isBroken, type RecentRun } from './run'
import type { TaskView } from './task'

/** Its runs break, and nobody has said that they know; or it has missed what nobody has decided about. */
export function needsAttention({ streak, missed }: Pick<TaskView, 'streak' | 'missed'>): boolean {
  return (streak !== null && !streak.acknowledged) || missed !== null
}

/** The run that a streak is about: a later one that was cancelled or interrupted neither broke nor mended anything. */
export function lastBroken({ recent }: Pick<TaskView, 'recent'>): RecentRun | undefined {
  return recent.findLast(({ status }) => isBroken(status))
}
