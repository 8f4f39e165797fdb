/** Tasks that have to do with each other, played as if there were no others. Instants are ms. */
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import { isDelay } from '../schedule/decide'
import type { Moment } from '../schedule/trigger-times'
import { canBeAlone, plannedTimes, playAlone, type PlannedTime } from './simulated-alone'
import { carriedKey, goesOn, movedCarried, type Carried } from './simulated-carried'
import { dayMs, hourMs, type DayOfTask } from './simulated-days'
import type { Load } from './simulated-load'
import type { SimulatedTasks } from './simulated-stretch'
import { createTally, type Tally, type TallyRow } from './simulated-tally'

/** What a stretch came to. */
export interface Played {
  /** When it was played; rows and load are of then. */
  readonly from: number
  /** So much later it is now, ms. */
  readonly by: number
  readonly rows: ReadonlyMap<string, TallyRow>
  readonly load: Load
  readonly carried: Carried
}

/** What is remembered of all parts; none of it once it is too much. */
export interface PlayedMemory {
  /** So many numbers, some 16 bytes each. */
  takes(count: number): void
  clears(forget: () => void): void
}

/** Numbers that are remembered, some 16 bytes each. */
const mostNumbers = 6_000_000

export function createMemory(): PlayedMemory {
  const all: (() => void)[] = []
  let numbers = 0
  return {
    takes(count) {
      numbers += count
      if (numbers <= mostNumbers) return
      numbers = 0
      for (const forget of all) forget()
    },
    clears: (forget) => void all.push(forget),
  }
}

export interface PartStretch {
  readonly from: number
  readonly until: number
  readonly tasks: SimulatedTasks
  readonly carried: Carried
  /** Of its tasks, in their order, by the UTC day in which the stretch lies. */
  readonly days: readonly DayOfTask[]
}

export interface PartOptions {
  readonly ids: readonly string[]
  readonly tasks: readonly Task[]
  readonly groups: Settings['groups']
  readonly duration: (taskId: string) => number
  readonly zone: string
  readonly memory: PlayedMemory
  /** With the planner and the dispatcher. */
  readonly play: (stretch: PartStretch & { readonly ids: readonly string[]; readonly tally: Tally }) => Promise<Carried>
}

export interface Part {
  readonly ids: readonly string[]
  /** Something may come of it in this hour, or stretch within one; undefined: in the whole day. */
  comes(
    days: readonly DayOfTask[],
    carried: Carried,
    hour: number | undefined,
    stretch: Pick<PartStretch, 'from' | 'until' | 'tasks'>,
  ): boolean
  play(stretch: PartStretch): Played | Promise<Played>
}

export function createPart({ ids, tasks, groups, duration, zone, memory, play }: PartOptions): Part {
  const [only] = ids.length === 1 ? tasks : []
  const isAlone = only !== undefined && canBeAlone(only, groups)
  const hasDelay = tasks.some(({ triggers }) => triggers.some(isDelay))
  const known = new Map<string, Played>()
  /** Null: too many. */
  const plans = new Map<string, readonly PlannedTime[] | null>()
  memory.clears(() => {
    known.clear()
    plans.clear()
  })

  const planOf = (
    task: Task,
    { plan, hours }: DayOfTask,
    from: number,
    moment: Moment,
  ): readonly PlannedTime[] | null => {
    if (hours === 0) return []
    const start = Math.floor(from / dayMs) * dayMs
    let times = plan === null ? undefined : plans.get(plan)
    if (times === undefined) {
      times = plannedTimes(task, start, start + dayMs, moment) ?? null
      if (plan !== null) plans.set(plan, times)
      memory.takes(times?.length ?? 1)
    }
    return times
  }

  const alone = ({ from, until, tasks: current, carried, days: [today] }: PartStretch, tally: Tally) => {
    const task = isAlone ? current.get(only.id) : undefined
    if (task === undefined || today === undefined) return undefined
    const moment = { zone, dst: task.policy.dst, createdAt: Date.parse(task.createdAt), idleSince: null }
    const stretch = {
      from,
      until,
      carried,
      tally,
      task,
      zone,
      pausedAll: current.pausedAll(),
      duration: duration(task.id),
    }
    const plan = planOf(task, today, from, moment)
    return plan === null ? undefined : playAlone({ ...stretch, plan }, moment)
  }

  return {
    ids,
    comes(days, carried, hour, { from, until, tasks: current }) {
      if (hasDelay || goesOn(carried)) return true
      if (!days.some(({ hours }) => (hour === undefined ? hours !== 0 : (hours >> hour) & 1))) return false
      const [today] = days
      const task = isAlone && until - from < hourMs ? current.get(only.id) : undefined
      if (task === undefined || today === undefined) return true
      const moment = { zone, dst: task.policy.dst, createdAt: Date.parse(task.createdAt), idleSince: null }
      const plan = planOf(task, today, from, moment)
      const start = Math.floor(from / dayMs) * dayMs
      return plan === null || plan.some(({ after }) => start + after >= from && start + after < until)
    },
    play(stretch) {
      const { from, until, carried, days } = stretch
      // What is short is played as fast as it is found.
      const isShort = isAlone && until - from <= hourMs
      const key = isShort ? null : keyOf(`${from % dayMs} ${until - from}`, days, carriedKey(carried, from))
      const before = key === null ? undefined : known.get(key)
      if (before !== undefined)
        return { ...before, by: from - before.from, carried: movedCarried(before.carried, from - before.from) }
      const finish = (tally: Tally, left: Carried): Played => {
        const played = { from, by: 0, rows: tally.rows, load: tally, carried: left }
        if (key !== null && left.marks.size === 0 && left.events.length === 0) {
          known.set(key, played)
          memory.takes(tally.starts.length + tally.ends.length + 20)
        }
        return played
      }
      const tally = createTally(() => undefined)
      const left = alone(stretch, tally)
      if (left !== undefined) return finish(tally, left)
      return play({ ...stretch, ids, tally }).then((then) => finish(tally, then))
    },
  }
}

/** Null where one is null. */
export function keyOf(what: string, days: readonly Pick<DayOfTask, 'key'>[], carried: string | null): string | null {
  if (carried === null) return null
  let key = `${what} ${carried}`
  for (const { key: own } of days) {
    if (own === null) return null
    key += `;${own}`
  }
  return key
}
