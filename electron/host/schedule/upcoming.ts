/** What all tasks plan, for showing. */
import TinyQueue from 'tinyqueue'
import type { PlannedOccurrence } from '@shared/model/schedule'
import type { TaskView } from '@shared/model/task'
import { bothAt, type Occurrence } from './occurrences'
import { plannedRuns } from './planned'
import type { Moment } from './trigger-times'
import { usualDuration } from './usual-duration'

/** However many tasks there are: about two megabytes of answer and a second of work. */
const mostUpcoming = 20_000
/** Occurrences reckoned before others have their turn; some 30 ms. */
const atOnce = 500

export interface UpcomingRange {
  /** Ms since the epoch, inclusive. */
  readonly from: number
  readonly until: number
  /** At most so many of one task. */
  readonly perTask: number
}

export interface UpcomingFacts {
  /** What the task's triggers are reckoned by. */
  readonly moment: (task: TaskView) => Moment
  /** The next instant (ms, without jitter) that is planned and wanted; undefined for a task that is paused, say. */
  readonly next: (taskId: string) => number | undefined
}

/**
 * The planned occurrences in the range, soonest first, at most `mostUpcoming`: of more, the soonest. Those that windows or a
 * gap swallow, and those to be skipped, are left out.
 * @param breathe lets others have their turn
 */
export async function upcomingOccurrences(
  tasks: readonly TaskView[],
  facts: UpcomingFacts,
  { from, until, perTask }: UpcomingRange,
  breathe: () => Promise<void>,
): Promise<PlannedOccurrence[]> {
  const soonest = new TinyQueue<Coming>([], (a, b) => a.at - b.at || (a.task.id < b.task.id ? -1 : 1))
  const advance = (task: TaskView, coming: Iterator<Occurrence>): void => {
    const next = coming.next()
    if (next.done !== true) soonest.push({ at: next.value.at, task, coming })
  }
  let reckoned = 0
  const turn = async (): Promise<void> => {
    if (++reckoned % atOnce === 0) await breathe()
  }
  for (const task of tasks) {
    const first = facts.next(task.id)
    if (first === undefined) continue
    const planned = {
      triggers: task.triggers,
      moment: facts.moment(task),
      windows: task.policy,
      skips: task.skips,
      duration: usualDuration(task.recent),
    }
    advance(task, plannedRuns(planned, bothAt(Math.max(from, first) - 1), { count: perTask, end: until + 1 }))
    await turn()
  }
  const found: PlannedOccurrence[] = []
  for (let next = soonest.pop(); next !== undefined && found.length < mostUpcoming; next = soonest.pop()) {
    found.push({ taskId: next.task.id, taskName: next.task.name, at: new Date(next.at).toISOString() })
    advance(next.task, next.coming)
    await turn()
  }
  return found
}

interface Coming {
  readonly at: number
  readonly task: TaskView
  /** What comes after it. */
  readonly coming: Iterator<Occurrence>
}
