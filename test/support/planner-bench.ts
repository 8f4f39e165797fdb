/** A planner with everything that it asks and tells kept at hand; what it decides counts as recorded at once. */
import { messageOf } from '@shared/errors'
import type { Pause, Task } from '@shared/model/task'
import type { Marks } from '../../electron/host/schedule/occurrences'
import { createPlanner, type DueTask, type Planner, type TaskFates } from '../../electron/host/schedule/planner'
import type { VirtualClock } from './virtual-clock'

export interface PlannerBench {
  readonly clock: VirtualClock
  readonly planner: Planner
  readonly due: DueTask[]
  readonly fates: TaskFates[]
  /** How the clock was set back: by how much, to when. */
  readonly setBacks: [number, number][]
  readonly woken: number[]
  readonly pausesEnded: [string | null, string][]
  readonly unplanned: string[]
  readonly moved: string[][]
  /** Stores the task as it is now, and plans it. */
  readonly set: (task: Task) => void
  pauseAll: Pause | null
  idleSince: number | null | undefined
}

export interface PlannerBenchOptions {
  readonly clock: VirtualClock
  readonly tasks: readonly Task[]
  readonly pauseAll?: Pause | null
  readonly bootTells?: boolean
  /** What earlier hosts have decided. */
  readonly decided?: (taskId: string) => Marks
  readonly setBack?: (by: number, now: number) => Promise<{ fixedStay: boolean }>
}

/** A planner that has started. */
export function plannerBench({
  clock,
  tasks,
  pauseAll = null,
  bootTells = true,
  decided = () => ({ fixed: -Infinity, cadence: -Infinity }),
  setBack = async (by) => ({ fixedStay: by < 3 * 3_600_000 }),
}: PlannerBenchOptions): PlannerBench {
  const known = new Map(tasks.map((task) => [task.id, task]))
  const bench: PlannerBench = {
    clock,
    due: [],
    fates: [],
    setBacks: [],
    woken: [],
    pausesEnded: [],
    unplanned: [],
    moved: [],
    pauseAll,
    idleSince: undefined,
    planner: createPlanner({
      clock,
      bootTells,
      task: (id) => known.get(id),
      idleSince: () => bench.idleSince,
      pausedAll: () => bench.pauseAll,
      decided,
      dispatch: (found) => void bench.due.push(...found),
      record: (found) => void bench.fates.push(...found),
      pauseEnded: (id, until) => void bench.pausesEnded.push([id, until]),
      moved: (ids) => void bench.moved.push([...ids]),
      woke: (at) => void bench.woken.push(at),
      setBack(by, now) {
        bench.setBacks.push([by, now])
        return setBack(by, now)
      },
      unplannable: (id, error) => void bench.unplanned.push(`${id}: ${messageOf(error)}`),
    }),
    set(task) {
      known.set(task.id, task)
      bench.planner.track(task.id)
    },
  }
  bench.planner.start(tasks.map(({ id }) => id))
  return bench
}
