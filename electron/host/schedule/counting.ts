/** From when on each task's occurrences count, and up to where they are decided. Instants are ms. */
import type { Task } from '@shared/model/task'
import type { Clock } from '../ports'
import { setBackMarks, type Marks } from './occurrences'
import type { Moment } from './trigger-times'

export interface CountingOptions {
  readonly clock: Pick<Clock, 'now'>
  /** The machine's, as it was read last. */
  readonly zone: () => string
  /** When the task's last run ended, undefined when it never ran, null while one is active. */
  readonly idleSince: (taskId: string) => number | null | undefined
  /** What earlier hosts have decided. */
  readonly decided: (taskId: string) => Marks
}

export interface Counting {
  marks(task: Task): Marks
  moment(task: Task): Moment
  /** @param delayOver a fixed delay was among it, and counts anew from now where nothing runs */
  decide(taskId: string, marks: Marks, delayOver: boolean): void
  /** Nothing before `at` counts any more. */
  skipTo(task: Task, at: number): void
  /** The clock was set back, as was seen at `now`: rhythms go on at `from`. `fixedStay`: fixed times that were decided stay so. */
  setBack(at: { readonly from: number; readonly now: number }, fixedStay: boolean): void
  forget(taskId: string): void
}

export function createCounting({ clock, zone, idleSince, decided }: CountingOptions): Counting {
  const marksOf = new Map<string, Marks>()
  /** Since when a fixed delay counts anew although nothing ran. */
  const delays = new Map<string, number>()
  /** And for all: when it was seen that the clock was set back. By then the runs that ended before had. */
  let delaysFrom = 0

  const marks = (task: Task): Marks => {
    const { fixed, cadence } = marksOf.get(task.id) ?? decided(task.id)
    const from = Date.parse(task.countsFrom) - 1
    return { fixed: Math.max(fixed, from), cadence: Math.max(cadence, from) }
  }

  return {
    marks,
    moment(task) {
      const idle = idleSince(task.id)
      return {
        zone: zone(),
        dst: task.policy.dst,
        createdAt: Date.parse(task.createdAt),
        idleSince:
          idle === null ? null : Math.max(idle ?? 0, delays.get(task.id) ?? delaysFrom, Date.parse(task.countsFrom)),
      }
    },
    decide(taskId, upTo, delayOver) {
      marksOf.set(taskId, upTo)
      if (delayOver) delays.set(taskId, clock.now())
    },
    skipTo(task, at) {
      const { fixed, cadence } = marks(task)
      marksOf.set(task.id, { fixed: Math.max(fixed, at - 1), cadence: Math.max(cadence, at - 1) })
    },
    setBack({ from, now }, fixedStay) {
      delays.clear()
      delaysFrom = now
      for (const [taskId, known] of marksOf) marksOf.set(taskId, setBackMarks(known, from, fixedStay))
    },
    forget(taskId) {
      marksOf.delete(taskId)
      delays.delete(taskId)
    },
  }
}
