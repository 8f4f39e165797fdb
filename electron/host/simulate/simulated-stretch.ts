/** The planner and the dispatcher from one instant to another, on a clock of their own. Instants are ms. */
import type { Settings } from '@shared/model/settings'
import type { Pause, Task } from '@shared/model/task'
import { bothAt, nextOccurrence, type Marks } from '../schedule/occurrences'
import { createPlanner, type Planner } from '../schedule/planner'
import type { Carried } from './simulated-carried'
import { simulatedClock, type Span } from './simulated-clock'
import { simulatedEvents } from './simulated-events'
import { createSimulatedRuns } from './simulated-runs'
import type { Tally } from './simulated-tally'

/** What pauses and their ends make of the tasks: they hold as they are set, and run out. */
export interface SimulatedTasks {
  get(id: string): Task | undefined
  pausedAll(): Pause | null
  /** The pause of the task, or (null) of everything, is over. */
  endPause(id: string | null, at: number): void
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
  readonly carried: Carried
  readonly tally: Tally
  /** Lets others have their turn when it is time. */
  readonly breathe: () => Promise<void> | undefined
  /** Real ms. */
  readonly monotonic: () => number
}

/** Events between two looks at whether it is time to breathe: some tenths of a ms. */
const stepSize = 100

/** Adds to the tally what happens; every run succeeds. */
export async function simulateStretch(input: StretchInput): Promise<Carried> {
  const { tasks, ids, from, until, tally } = input
  const clock = simulatedClock({
    start: from,
    zone: input.zone,
    // It wakes at the end at the latest, so that everything is decided.
    asleep: input.asleep.map((span) => ({ from: span.from, until: Math.min(span.until, until - 1) })),
    woke: () => planner.look(),
    real: input.monotonic,
  })
  const events = simulatedEvents(
    ids.flatMap((id) => tasks.get(id) ?? []),
    (event) => planner.fire(event),
  )
  const runs = createSimulatedRuns({
    clock,
    settings: input.settings,
    task: (id) => tasks.get(id),
    duration: input.duration,
    tally,
    turned(taskId, ended) {
      if (events.hasDelay(taskId)) planner.track(taskId)
      if (ended !== null) events.ended(taskId, ended, clock.now())
    },
  })
  const planner: Planner = createPlanner({
    clock,
    bootTells: true,
    task: (id) => tasks.get(id),
    idleSince: runs.idleSince,
    pausedAll: () => tasks.pausedAll(),
    decided: (id) => input.carried.marks.get(id) ?? bothAt(from - 1),
    dispatch: runs.startDue,
    record: (fates) => {
      for (const { taskId, ranges } of fates) for (const range of ranges) tally.fate(taskId, range)
    },
    pauseEnded: (id) => tasks.endPause(id, clock.now()),
    moved: () => undefined,
    woke: events.woke,
    setBack: () => Promise.resolve({ fixedStay: true }),
    unplannable: () => undefined,
  })
  runs.restore(input.carried.runs)
  planner.start(ids)
  for (let step = 1; clock.step(until); step++) if (step % stepSize === 0) await input.breathe()
  await planner.settle(ids)
  const carried = { runs: runs.left(), marks: undecided(input, planner) }
  planner.stop()
  return carried
}

function undecided({ tasks, ids, until }: StretchInput, planner: Planner): Map<string, Marks> {
  const found = new Map<string, Marks>()
  for (const id of ids) {
    const task = tasks.get(id)
    if (!task?.enabled || task.policy.jitter === 0) continue
    const marks = planner.marks(id)
    const next = nextOccurrence(task.triggers, marks, planner.moment(task))
    if (next !== undefined && next.at < until) found.set(id, marks)
  }
  return found
}
