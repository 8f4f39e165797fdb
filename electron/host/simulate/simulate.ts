/** What the whole schedule would do: the planner and the dispatcher on a clock of their own. Nothing runs, nothing is stored. */
import type { Simulation } from '@shared/model/schedule'
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import { noneCarried } from './simulated-carried'
import type { Span } from './simulated-clock'
import { dayMs } from './simulated-days'
import { createHours } from './simulated-hours'
import { simulateStretch, type SimulatedTasks } from './simulated-stretch'
import { createTally, simulationOf, type SimulatedEvent } from './simulated-tally'

export interface SimulationInput {
  readonly tasks: readonly Task[]
  readonly settings: Settings
  /** How long a run of the task is taken to last, ms. */
  readonly duration: (taskId: string) => number
  readonly zone: string
  /** Ms, inclusive. */
  readonly from: number
  /** Ms, exclusive. */
  readonly until: number
  readonly asleep: readonly Span[]
  /** How many of the first events to list. */
  readonly limit: number
  /** Lets others have their turn; asked for every 10 ms. */
  readonly breathe: () => Promise<void>
  /** Real ms, to know when. */
  readonly monotonic: () => number
}

/** Ms between two turns of others. */
const turn = 10

/**
 * All tasks count from `from` on, whenever they were made; pauses hold as they are set now. Every run succeeds, and hosts do not
 * start. An expression that cannot be planned has no occurrences, as in the host.
 */
export async function simulate(input: SimulationInput): Promise<Simulation> {
  const { from, until, zone, settings, monotonic } = input
  const ids = input.tasks.map(({ id }) => id)
  const durations = new Map(ids.map((id) => [id, Math.max(0, Math.round(input.duration(id)))]))
  const duration = (taskId: string): number => durations.get(taskId) ?? 0
  const tasks = simulatedTasks(input)
  const events: SimulatedEvent[] = []
  const isListing = (): boolean => events.length < input.limit
  const total = createTally((event) => void (isListing() && events.push(event)))
  const breathe = breather(input)
  const hours = createHours({
    ...{ tasks, ids, zone, isListing },
    play: (stretch) => {
      const asleep = input.asleep.filter((span) => span.from < stretch.until && span.until > stretch.from)
      return simulateStretch({ ...stretch, tasks, settings, duration, zone, asleep, breathe, monotonic })
    },
  })
  const whole = hasMemory(input)
  let carried = noneCarried
  for (let at = from; at < until;) {
    const end = whole ? until : Math.min(stretchEnd(at, input.asleep), until)
    carried =
      !whole && isWakefulDay(at, end, input.asleep)
        ? await hours.day(at, carried, total)
        : await hours.stretch(at, end, carried, total)
    await breathe()
    at = end
  }
  for (const { due } of carried.runs) total.open(due)
  return simulationOf({ from, until, tasks: input.tasks, duration }, total, events)
}

/** What a task does depends on more than on what goes on at the moment: nothing can be cut into stretches. */
function hasMemory({ tasks, asleep }: SimulationInput): boolean {
  return tasks.some(
    ({ enabled, triggers, policy }) =>
      enabled &&
      (policy.rateLimit !== null ||
        triggers.some(
          (trigger) =>
            (trigger.kind === 'interval' && trigger.mode === 'fixed-delay') ||
            (trigger.kind === 'after' && policy.jitter > 0) ||
            (trigger.kind === 'resume' && asleep.length > 0),
        )),
  )
}

function isWakefulDay(from: number, until: number, asleep: readonly Span[]): boolean {
  return from % dayMs === 0 && until === from + dayMs && !asleep.some((span) => span.from < until && span.until > from)
}

/** The end of the UTC day, or of the one in which the machine wakes: nothing is cut in its sleep. */
function stretchEnd(from: number, asleep: readonly Span[]): number {
  let end = (Math.floor(from / dayMs) + 1) * dayMs
  for (const span of asleep.toSorted((a, b) => a.from - b.from))
    if (span.from < end && span.until > from) end = Math.max(end, Math.ceil((span.until + 1) / dayMs) * dayMs)
  return end
}

function simulatedTasks({ tasks, settings, from }: SimulationInput): SimulatedTasks {
  const countsFrom = new Date(from).toISOString()
  const known = new Map(tasks.map((task) => [task.id, { ...task, countsFrom }]))
  let pausedAll = settings.paused
  return {
    get: (id) => known.get(id),
    pausedAll: () => pausedAll,
    endPause(id, at) {
      if (id === null) pausedAll = null
      const task = known.get(id ?? '')
      if (task) known.set(task.id, { ...task, pause: null, countsFrom: new Date(at).toISOString() })
    },
  }
}

/** Lets others have their turn where it is time. */
function breather({ breathe, monotonic }: SimulationInput): () => Promise<void> | undefined {
  let turnEnds = monotonic() + turn
  return () => {
    if (monotonic() < turnEnds) return undefined
    return breathe().then(() => void (turnEnds = monotonic() + turn))
  }
}
