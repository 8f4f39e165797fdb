/** The planner and the dispatcher from one instant to another, on a clock of their own. Instants are ms. */
import type { LateReason } from '@shared/model/occurrence'
import type { Settings } from '@shared/model/settings'
import type { Pause, Task } from '@shared/model/task'
import { bothAt, nextOccurrence, type Marks } from '../schedule/occurrences'
import { createPlanner, type DueTask, type Planner, type PlannerEvent } from '../schedule/planner'
import type { FateRange } from '../schedule/decide'
import { jitterOf } from '../schedule/jitter'
import type { Carried } from './simulated-carried'
import { simulatedClock, type Span } from './simulated-clock'
import { simulatedEvents } from './simulated-events'
import { createSimulatedRuns } from './simulated-runs'
import type { Tally } from './simulated-tally'

/** As they are when a stretch begins: pauses hold as they are set, and run out. */
export interface SimulatedTasks {
  get(id: string): Task | undefined
  pausedAll(): Pause | null
}

export interface StretchInput {
  readonly tasks: SimulatedTasks
  /** Those that can come. */
  readonly ids: readonly string[]
  readonly settings: Pick<Settings, 'maxConcurrent' | 'groups'>
  readonly duration: (taskId: string) => number
  readonly zone: string
  /** Inclusive; until exclusive. */
  readonly from: number
  readonly until: number
  readonly asleep: readonly Span[]
  /** All of its sleeps, before and after, too. */
  readonly slept: readonly Span[]
  readonly carried: Carried
  readonly tally: Tally
  /** Lets others have their turn when it is time. */
  readonly breathe: () => Promise<void> | undefined
}

const nothing = Promise.resolve()

/** Events between two looks at whether it is time to breathe: some tenths of a ms. */
const stepSize = 100

/** Adds to the tally what happens; every run succeeds. */
export async function simulateStretch(input: StretchInput): Promise<Carried> {
  const { ids, from, until, tally } = input
  const tasks = pausable(input.tasks)
  const clock = simulatedClock({
    start: from,
    zone: input.zone,
    // It wakes at the end at the latest, so that everything is decided.
    asleep: input.asleep.map((span) => ({ from: span.from, until: Math.min(span.until, until - 1) })),
    woke: () => planner.look(),
  })
  const fired: PlannerEvent[] = []
  const fire = (event: PlannerEvent): void => {
    planner.fire(event)
    const at = event.at + jitterOf(event.taskId, event.at, tasks.get(event.taskId)?.policy.jitter ?? 0)
    if (at >= until) fired.push(event)
  }
  const events = simulatedEvents(
    ids.flatMap((id) => tasks.get(id) ?? []),
    fire,
  )
  let isOver = false
  const order = new Map(ids.map((id, index) => [id, index]))
  const runs = createSimulatedRuns({
    clock,
    settings: input.settings,
    task: (id) => tasks.get(id),
    duration: input.duration,
    tally,
    carried: input.carried,
    turned(taskId, ended) {
      if (events.hasDelay(taskId)) planner.track(taskId)
      if (ended !== null) events.ended(taskId, ended, clock.now())
    },
  })
  const whileThere = (range: FateRange): FateRange =>
    range.state === 'missed' ? { ...range, reason: lateBy(range.reason, range.from, input.slept) } : range
  const lateWhileThere = (due: DueTask): DueTask =>
    due.late === null
      ? due
      : { ...due, late: { ...due.late, reason: lateBy(due.late.reason, due.scheduledAt, input.slept) } }
  const planner: Planner = createPlanner({
    clock,
    bootTells: true,
    longestSleep: Infinity,
    task: (id) => tasks.get(id),
    idleSince: (id) => (isOver ? runs.lastEnd(id) : runs.idleSince(id)),
    pausedAll: () => tasks.pausedAll(),
    decided: (id) => input.carried.marks.get(id) ?? bothAt(from - 1),
    // None of an instant is before the others by chance.
    dispatch: (due) =>
      runs.startDue(
        due
          .map(lateWhileThere)
          .toSorted((a, b) => a.scheduledAt - b.scheduledAt || (order.get(a.taskId) ?? 0) - (order.get(b.taskId) ?? 0)),
      ),
    record: (fates) => {
      for (const { taskId, ranges } of fates) for (const range of ranges) tally.fate(taskId, whileThere(range))
    },
    pauseEnded(id, at) {
      // Not from within.
      clock.after(0, () => {
        void planner.settle(id === null ? ids : [id])
        tasks.endPause(id, at)
        if (id === null) planner.trackAll(ids)
        else planner.track(id)
      })
    },
    moved: () => undefined,
    woke: events.woke,
    setBack: () => Promise.resolve({ fixedStay: true }),
    unplannable: () => undefined,
  })
  runs.restore(input.carried.runs)
  planner.start(ids)
  input.carried.events.forEach(fire)
  for (let step = 1; clock.step(until); step++) if (step % stepSize === 0) await input.breathe()
  let isSettled = false
  void planner.settle(ids).then(() => (isSettled = true))
  // What takes its time has its turns at that instant.
  for (await nothing; !isSettled; await nothing) {
    clock.step(until)
    await input.breathe()
  }
  isOver = true
  const left = runs.left()
  const waiting = new Set(left.flatMap(({ due, endsAt }) => (endsAt === null ? [due.taskId] : [])))
  const carried: Carried = {
    runs: left,
    marks: undecided({ ...input, tasks }, planner, (id) => events.hasDelay(id) && waiting.has(id)),
    idle: delaysSince({ ...input, tasks }, planner, events.hasDelay),
    starts: new Map(
      ids.flatMap((id) => {
        const task = tasks.get(id)
        const starts = task === undefined ? [] : runs.startsOf(task)
        return starts.length > 0 ? [[id, starts] as const] : []
      }),
    ),
    events: fired,
  }
  planner.stop()
  return carried
}

/** A host is there all the time: what came before the stretch came in a sleep, or the host was busy. */
function lateBy(reason: LateReason, at: number, slept: readonly Span[]): LateReason {
  if (reason !== 'not_running') return reason
  return slept.some(({ from, until }) => from <= at && at <= until) ? 'asleep' : 'busy'
}

/** Pauses end by themselves: a task that was paused counts from then. */
function pausable(tasks: SimulatedTasks): SimulatedTasks & { endPause(id: string | null, until: string): void } {
  const resumed = new Map<string, Task>()
  let pausedAll = tasks.pausedAll()
  const get = (id: string): Task | undefined => resumed.get(id) ?? tasks.get(id)
  return {
    get,
    pausedAll: () => pausedAll,
    endPause(id, until) {
      if (id === null) pausedAll = null
      const task = id === null ? undefined : get(id)
      if (task !== undefined) resumed.set(task.id, { ...task, pause: null, countsFrom: until })
    },
  }
}

function delaysSince(
  { tasks, ids }: StretchInput,
  planner: Planner,
  hasDelay: (id: string) => boolean,
): Map<string, number> {
  const found = new Map<string, number>()
  for (const id of ids) {
    const task = tasks.get(id)
    const since = task && hasDelay(id) ? planner.moment(task).idleSince : null
    if (task && since !== null && since > Date.parse(task.countsFrom)) found.set(id, since)
  }
  return found
}

/** @param isHeld its delay may have been over for long once what waits is given up */
function undecided(
  { tasks, ids, until }: StretchInput,
  planner: Planner,
  isHeld: (id: string) => boolean,
): Map<string, Marks> {
  const found = new Map<string, Marks>()
  for (const id of ids) {
    const task = tasks.get(id)
    if (!task?.enabled || (task.policy.jitter === 0 && !isHeld(id))) continue
    const marks = planner.marks(id)
    const next = nextOccurrence(task.triggers, marks, planner.moment(task))
    if (isHeld(id) || (next !== undefined && next.at < until)) found.set(id, marks)
  }
  return found
}
