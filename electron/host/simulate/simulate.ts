/**
 * What the whole schedule would do: the planner and the dispatcher on a clock of their own (simulated-stretch). Nothing runs,
 * nothing is stored. What makes it fast: tasks that have nothing to do with each other are played apart (simulated-part), plain
 * ones without planner (simulated-alone), and days that are alike once (simulated-days); simulated-spans says when that may be.
 */
import type { Simulation } from '@shared/model/schedule'
import type { Settings } from '@shared/model/settings'
import type { Pause, Task } from '@shared/model/task'
import type { Span } from './simulated-clock'
import { dayMs } from './simulated-days'
import { createSpans } from './simulated-spans'
import { simulateStretch, type SimulatedTasks } from './simulated-stretch'
import { createTally, createTotal, simulationOf, type SimulatedEvent } from './simulated-tally'

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
const minute = 60_000

/**
 * All tasks count from `from` on, whenever they were made; pauses hold as they are set now. Every run succeeds, and hosts do not
 * start; each takes a ms at least. An expression that cannot be planned has no occurrences, as in the host.
 */
export async function simulate(input: SimulationInput): Promise<Simulation> {
  const { from, until, zone, settings } = input
  const ids = input.tasks.map(({ id }) => id)
  const durations = new Map(ids.map((id) => [id, Math.max(1, Math.round(input.duration(id)))]))
  const duration = (taskId: string): number => durations.get(taskId) ?? 0
  const events: SimulatedEvent[] = []
  const total = createTotal()
  const breathe = breather(input)
  const sleeps = sleepsOf(input)
  const spans = createSpans({
    ...{ tasks: input.tasks, settings, duration, zone, total, breathe },
    tasksAt: tasksAt(input),
    ...{ asleep: input.asleep, until },
    sleepAfter: (at) => sleeps.find((sleep) => sleep.until > at)?.from ?? Infinity,
    wakeOf: (at) => sleeps.find((sleep) => sleep.from < at && sleep.until > at)?.until ?? at,
    play: (stretch) => {
      const { maxConcurrent } = stretch
      return simulateStretch({
        ...stretch,
        slept: input.asleep,
        settings: { ...settings, maxConcurrent },
        duration,
        zone,
        breathe,
      })
    },
    isListing: () => events.length < input.limit,
    list: (event) => void (events.length < input.limit && events.push(event)),
  })
  for (let at = from; at < until;) {
    const next = sleeps.find((sleep) => sleep.until > at)
    const end = Math.min((Math.floor(at / dayMs) + 1) * dayMs, until)
    if (next !== undefined && next.from <= at) at = await spans.asleep(at, next.until)
    else at = await spans.awake(at, Math.min(end, next?.from ?? until))
    await breathe()
  }
  const tally = createTally(() => undefined)
  for (const { due } of spans.left().runs) tally.open(due)
  total.add(tally.rows, 0)
  return simulationOf({ from, until, tasks: input.tasks, duration }, total, events)
}

/** Whole minutes, in order and apart: from before it falls asleep until after it woke. Nothing is cut in its sleep. */
function sleepsOf({ asleep, from, until }: SimulationInput): Span[] {
  const found: { from: number; until: number }[] = []
  for (const span of asleep.toSorted((a, b) => a.from - b.from)) {
    const begin = Math.max(from, Math.floor(span.from / minute) * minute)
    const end = Math.min(until, (Math.floor(span.until / minute) + 1) * minute)
    if (begin >= end) continue
    const last = found.at(-1)
    if (last !== undefined && begin <= last.until) last.until = Math.max(last.until, end)
    else found.push({ from: begin, until: end })
  }
  return found
}

/** All count from the beginning on; where a pause has ended by itself, from then. */
function tasksAt({ tasks, settings, from }: SimulationInput): (at: number) => SimulatedTasks {
  const countsFrom = new Date(from).toISOString()
  const known = new Map(tasks.map((task) => [task.id, { ...task, countsFrom }]))
  const isOver = (pause: Pause | null, at: number): boolean => Boolean(pause?.until && Date.parse(pause.until) <= at)
  return (at) => ({
    get(id) {
      const task = known.get(id)
      if (task?.pause?.until && isOver(task.pause, at)) {
        const resumed = { ...task, pause: null, countsFrom: laterOf(task.pause.until, countsFrom) }
        known.set(id, resumed)
        return resumed
      }
      return task
    },
    pausedAll: () => (isOver(settings.paused, at) ? null : settings.paused),
  })
}

function laterOf(one: string, other: string): string {
  return Date.parse(one) > Date.parse(other) ? one : other
}

/** Lets others have their turn where it is time. */
function breather({ breathe, monotonic }: SimulationInput): () => Promise<void> | undefined {
  let turnEnds = monotonic() + turn
  return () => {
    if (monotonic() < turnEnds) return undefined
    return breathe().then(() => void (turnEnds = monotonic() + turn))
  }
}
