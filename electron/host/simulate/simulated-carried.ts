/** What goes on from one simulated stretch into the next. Pure. Instants are ms. */
import type { Marks } from '../schedule/occurrences'
import type { PlannerEvent } from '../schedule/planner'
import type { SimulatedRun } from './simulated-runs'

export interface Carried {
  readonly runs: readonly SimulatedRun[]
  /** Of tasks of which something before the end is not decided yet: it comes later by its jitter. */
  readonly marks: ReadonlyMap<string, Marks>
  /** Since when a fixed delay counts. */
  readonly idle: ReadonlyMap<string, number>
  /** Starts that a rate limit still counts. */
  readonly starts: ReadonlyMap<string, readonly number[]>
  /** Fired, and not due yet. */
  readonly events: readonly PlannerEvent[]
}

export const noneCarried: Carried = { runs: [], marks: new Map(), idle: new Map(), starts: new Map(), events: [] }

/** Something comes of it, or can. */
export function goesOn({ runs, marks, events }: Carried): boolean {
  return runs.length > 0 || marks.size > 0 || events.length > 0
}

/** Something waits for its slot, or behind another. @param of only those tasks */
export function someWait({ runs }: Carried, of?: ReadonlySet<string>): boolean {
  return runs.some(({ due, endsAt }) => endsAt === null && (of?.has(due.taskId) ?? true))
}

/** Equal for what goes on in the same way from `from` as something else from its own; null where nothing else could. */
export function carriedKey({ runs, marks, idle, starts, events }: Carried, from: number): string | null {
  if (marks.size > 0 || events.length > 0) return null
  if (runs.length === 0 && idle.size === 0 && starts.size === 0) return ''
  const since = (at: number | null): number | null => at && at - from
  return JSON.stringify([
    runs.map(({ due, since: entered, until, waits, endsAt }) => [
      due.taskId,
      since(due.scheduledAt),
      due.folded,
      since(due.foldedFrom),
      due.late,
      due.replay,
      since(entered),
      since(until),
      waits,
      since(endsAt),
    ]),
    [...idle].map(([id, at]) => [id, at - from]),
    [...starts].map(([id, at]) => [id, ...at.map(since)]),
  ])
}

/** The same, `by` ms later. Without marks and events. */
export function movedCarried(carried: Carried, by: number): Carried {
  const { runs, idle, starts } = carried
  if (by === 0 || (runs.length === 0 && idle.size === 0 && starts.size === 0)) return carried
  const moved = (at: number | null): number | null => at && at + by
  return {
    ...noneCarried,
    idle: new Map([...idle].map(([id, at]) => [id, at + by])),
    starts: new Map([...starts].map(([id, all]) => [id, all.map((at) => at + by)])),
    runs: runs.map((run) => ({
      ...run,
      due: {
        ...run.due,
        scheduledAt: run.due.scheduledAt + by,
        foldedFrom: moved(run.due.foldedFrom),
        foldedUntil: moved(run.due.foldedUntil),
      },
      since: run.since + by,
      until: moved(run.until),
      endsAt: moved(run.endsAt),
    })),
  }
}

/** All of them as one. @param orderOf of a task, among those of one instant */
export function joinedCarried(all: readonly Carried[], orderOf: (taskId: string) => number): Carried {
  const before = (a: SimulatedRun, b: SimulatedRun): number =>
    Number(a.endsAt === null) - Number(b.endsAt === null) ||
    a.since - b.since ||
    orderOf(a.due.taskId) - orderOf(b.due.taskId)
  return {
    // What has a slot keeps it.
    runs: all.flatMap(({ runs }) => runs).sort(before),
    marks: new Map(all.flatMap(({ marks }) => [...marks])),
    idle: new Map(all.flatMap(({ idle }) => [...idle])),
    starts: new Map(all.flatMap(({ starts }) => [...starts])),
    events: all.flatMap(({ events }) => events),
  }
}

/** What of it is whose; those of whom there is nothing are left out. @param ownerOf of a task */
export function partedCarried(
  { runs, marks, idle, starts, events }: Carried,
  ownerOf: (taskId: string) => number,
): Map<number, Carried> {
  const found = new Map<number, { -readonly [K in keyof Carried]: Carried[K] }>()
  const of = (taskId: string) => {
    const owner = ownerOf(taskId)
    let own = found.get(owner)
    if (own === undefined) found.set(owner, (own = { ...noneCarried }))
    return own
  }
  const add = <T>(to: ReadonlyMap<string, T>, id: string, value: T): ReadonlyMap<string, T> =>
    new Map([...to, [id, value]])
  for (const run of runs) of(run.due.taskId).runs = [...of(run.due.taskId).runs, run]
  for (const [id, value] of marks) of(id).marks = add(of(id).marks, id, value)
  for (const [id, value] of idle) of(id).idle = add(of(id).idle, id, value)
  for (const [id, value] of starts) of(id).starts = add(of(id).starts, id, value)
  for (const event of events) of(event.taskId).events = [...of(event.taskId).events, event]
  return found
}
