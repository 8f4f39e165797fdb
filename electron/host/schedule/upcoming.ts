/** What all tasks plan, for showing. */
import TinyQueue from 'tinyqueue'
import type { PlannedOccurrence } from '@shared/model/schedule'
import type { TaskView } from '@shared/model/task'
import { bothAt, occurrences, type Occurrence } from './occurrences'
import type { Moment } from './trigger-times'

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

/**
 * The planned occurrences in the range, soonest first, at most `mostUpcoming`: of more, the soonest.
 * @param moment what the task's triggers are reckoned by
 * @param breathe lets others have their turn
 */
export async function upcomingOccurrences(
  tasks: readonly TaskView[],
  moment: (task: TaskView) => Moment,
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
    if (task.nextAt === null) continue
    const after = bothAt(Math.max(from, Date.parse(task.nextAt)) - 1)
    advance(task, occurrences(task.triggers, after, moment(task), { count: perTask, end: until }))
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
