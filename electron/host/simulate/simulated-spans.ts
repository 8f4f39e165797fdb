/**
 * Plays a schedule in parts, each as if there were no others: they share nothing but the limit of all, and where that is not
 * reached it makes no difference. Where it is, those who come are played together, for a minute or until none waits any more. Most days are like others: what begins as
 * something did before, with the same to come, has the same end, and is not played again. Instants are ms.
 */
import type { Settings } from '@shared/model/settings'
import type { Task } from '@shared/model/task'
import { isDelay } from '../schedule/decide'
import {
  carriedKey,
  joinedCarried,
  movedCarried,
  noneCarried,
  partedCarried,
  someWait,
  type Carried,
} from './simulated-carried'
import type { Span } from './simulated-clock'
import { dayKeys, dayMs, hourMs, nextOf, type DayOfTask } from './simulated-days'
import { joinedLoad, peakOf } from './simulated-load'
import { createMemory, createPart, keyOf, type Part, type Played } from './simulated-part'
import { partsOf } from './simulated-parts'
import type { SimulatedTasks, StretchInput } from './simulated-stretch'
import { createTally, createTotal, type SimulatedEvent, type Total } from './simulated-tally'

export interface SpansOptions {
  readonly tasks: readonly Task[]
  readonly settings: Pick<Settings, 'maxConcurrent' | 'groups'>
  readonly duration: (taskId: string) => number
  /** The machine's. */
  readonly zone: string
  readonly tasksAt: (at: number) => SimulatedTasks
  /** Of the whole simulation. */
  readonly asleep: readonly Span[]
  readonly until: number
  /** When (whole minute) the next sleep begins; Infinity where none does. */
  readonly sleepAfter: (at: number) => number
  /** The first whole minute, not before `at`, that is not within a sleep; `until` at the latest. */
  readonly wakeOf: (at: number) => number
  /** Plays these tasks with the planner and the dispatcher, and adds to the tally what happens. */
  readonly play: (stretch: Stretch) => Promise<Carried>
  /** Everything is to be played together: what happens is listed. */
  readonly isListing: () => boolean
  readonly list: (event: SimulatedEvent) => void
  readonly total: Total
  /** Lets others have their turn when it is time. */
  readonly breathe: () => Promise<void> | undefined
}

export type Stretch = Pick<StretchInput, 'ids' | 'tasks' | 'from' | 'until' | 'asleep' | 'carried' | 'tally'> & {
  readonly maxConcurrent: number
}

export interface Spans {
  /** Plays on, within a UTC day through which the machine is awake. Gives how far it came: `until`, or further. */
  awake(from: number, until: number): Promise<number>
  /** Plays on, everything together. Gives how far it came, as above. */
  asleep(from: number, until: number): Promise<number>
  /** What goes on at the end. */
  left(): Carried
}

const minute = 60_000

interface Today {
  readonly tasks: SimulatedTasks
  readonly days: readonly (readonly DayOfTask[])[]
}

/** What a stretch came to, for all who came in it; instants as they were then. */
interface Outcome {
  readonly from: number
  readonly total: Pick<Total, 'rows' | 'busiest'>
  /** By part; of the others nothing goes on. */
  readonly carried: ReadonlyMap<number, Carried>
  readonly events: readonly SimulatedEvent[]
}

export function createSpans(options: SpansOptions): Spans {
  const { tasks, settings, zone, breathe, wakeOf } = options
  /** Of the day that is played, or of all. */
  let { total } = options
  const keys = dayKeys(zone)
  const memory = createMemory()
  /** Ms: how long it took from one crowded time to the next, and how much is tried to be played apart. */
  let usual = dayMs
  let attempt = dayMs
  let crowdedUntil = Number.NEGATIVE_INFINITY
  const parts = partsOf(tasks).map((indexes) => {
    const own = indexes.flatMap((index) => tasks[index] ?? [])
    return createPart({
      ...{ ids: own.map(({ id }) => id), tasks: own, zone, memory },
      ...{ groups: settings.groups, duration: options.duration },
      play: (stretch) => options.play({ ...stretch, asleep: [], maxConcurrent: Number.POSITIVE_INFINITY }),
    })
  })
  const owners = new Map(parts.flatMap(({ ids }, index) => ids.map((id) => [id, index] as const)))
  const order = new Map(tasks.map(({ id }, index) => [id, index]))
  const orderOf = (id: string): number => order.get(id) ?? 0
  const carried: Carried[] = parts.map(() => noneCarried)
  const known = new Map<string, Outcome>()
  memory.clears(() => known.clear())

  const dayOf = (at: number): Today => {
    const current = options.tasksAt(at)
    const day = Math.floor(at / dayMs)
    const ofTask = (id: string): DayOfTask => keys(current.get(id), day, current.pausedAll())
    return { tasks: current, days: parts.map(({ ids }) => ids.map(ofTask)) }
  }

  /** What of them waits says when they come next. */
  const isTouchy = new Set(
    tasks.filter(({ triggers, policy }) => policy.rateLimit !== null || triggers.some(isDelay)).map(({ id }) => id),
  )
  const isQuiet = ({ carried: left }: Outcome, at: number): boolean =>
    at === options.until || ![...left.values()].some((one) => someWait(one))

  const running = (): number => {
    let count = 0
    for (const { runs } of carried) for (const { endsAt } of runs) if (endsAt !== null) count++
    return count
  }

  const coming = ({ days, tasks: current }: Today, from: number, until: number): number[] => {
    const hour = until > nextOf(hourMs, from) ? undefined : Math.floor(from / hourMs) % 24
    const found: number[] = []
    for (const [index, part] of parts.entries())
      if (part.comes(days[index] ?? [], carried[index] ?? noneCarried, hour, { from, until, tasks: current }))
        found.push(index)
    return found
  }

  /** Null where it could be; else nothing has come of it but when they would first be too many at once, or that they cannot be cut. */
  const apart = async (today: Today, from: number, until: number): Promise<number | 'uncut' | null> => {
    const found: { index: number; played: Played }[] = []
    for (const index of coming(today, from, until)) {
      const stretch = {
        from,
        until,
        tasks: today.tasks,
        carried: carried[index] ?? noneCarried,
        days: today.days[index] ?? [],
      }
      const played = (parts[index] as Part).play(stretch)
      found.push({ index, played: played instanceof Promise ? await played : played })
      await breathe()
    }
    const load = joinedLoad(found.map(({ played }) => ({ load: played.load, by: played.by })))
    const { busiest, over } = peakOf(load, running(), settings.maxConcurrent)
    if (over !== null) return over
    if (until < options.until && found.some(({ played }) => someWait(played.carried, isTouchy))) return 'uncut'
    for (const { index, played } of found) {
      carried[index] = played.carried
      total.add(played.rows, played.by)
    }
    total.saw(busiest, 0)
    return null
  }

  /**
   * Ends where nothing waits for a slot, a minute after `from` or as much later as it takes: what waits is the planner's and the
   * dispatcher's alone. Gives when.
   */
  const together = async (today: Today, from: number, until: number): Promise<number> => {
    const dayEnds = Math.min(options.until, nextOf(dayMs, from), options.sleepAfter(from))
    for (let length = until - from; from + length <= dayEnds; length *= 2) {
      const end = from + length
      const indexes = coming(today, from, end)
      const key = options.isListing() ? null : companyKey(today, indexes, from, end)
      const before = key === null ? undefined : known.get(key)
      const found = before ?? (await playTogether(today.tasks, indexes, from, end))
      if (before === undefined && !isQuiet(found, end)) continue
      if (before === undefined) remember(key, found)
      take(found, indexes, from)
      return end
    }
    return everything(from, dayEnds)
  }

  /** All that is there, with its sleeps, at least until `until`. */
  const everything = async (from: number, until: number): Promise<number> => {
    const all = [...parts.keys()]
    for (let length = until - from; ; length *= 2) {
      const end = wakeOf(Math.min(options.until, from + length))
      const found = await playTogether(options.tasksAt(from), all, from, end)
      if (!isQuiet(found, end)) continue
      take(found, all, from)
      return end
    }
  }

  const companyKey = ({ days }: Today, indexes: readonly number[], from: number, until: number): string | null => {
    let all: string | null = `${from % dayMs} ${until - from} ${indexes.join()}`
    for (const index of indexes)
      all = all === null ? null : keyOf(all, days[index] ?? [], carriedKey(carried[index] ?? noneCarried, from))
    return all
  }

  const playTogether = async (
    current: SimulatedTasks,
    indexes: readonly number[],
    from: number,
    until: number,
  ): Promise<Outcome> => {
    const events: SimulatedEvent[] = []
    const tally = createTally((event) => void (options.isListing() && events.push(event)))
    const ids = indexes.flatMap((index) => parts[index]?.ids ?? [])
    ids.sort((a, b) => orderOf(a) - orderOf(b))
    const before = joinedCarried(
      indexes.map((index) => carried[index] ?? noneCarried),
      orderOf,
    )
    const { maxConcurrent } = settings
    const asleep = options.asleep.filter((span) => span.from < until && span.until > from)
    const left = await options.play({ ids, tasks: current, from, until, asleep, carried: before, tally, maxConcurrent })
    const { busiest } = peakOf(joinedLoad([{ load: tally, by: 0 }]), running(), Number.POSITIVE_INFINITY)
    const of = partedCarried(left, (id) => owners.get(id) ?? -1)
    return { from, total: { rows: tally.rows, busiest }, carried: of, events }
  }

  const take = (
    { from: then, total: came, carried: left, events }: Outcome,
    indexes: readonly number[],
    from: number,
  ) => {
    const by = from - then
    for (const index of indexes) carried[index] = movedCarried(left.get(index) ?? noneCarried, by)
    total.add(came.rows, by)
    total.saw(came.busiest, by)
    events.forEach(options.list)
  }

  const remember = (key: string | null, outcome: Outcome): void => {
    const left = [...outcome.carried.values()]
    if (key === null || left.some(({ marks, events }) => marks.size + events.length > 0)) return
    known.set(key, outcome)
    memory.takes(20 * outcome.total.rows.size + key.length / 8)
  }

  /** Days of one company, from the same beginning, are alike. */
  const day = async (today: Today, from: number, until: number): Promise<number> => {
    const indexes = coming(today, from, until)
    const key = options.isListing() ? null : companyKey(today, indexes, from, until)
    if (key === null) return awake(today, from, until)
    const before = known.get(key)
    if (before !== undefined) {
      take(before, indexes, from)
      return until
    }
    const all = total
    total = createTotal()
    const at = await awake(today, from, until)
    const { rows, busiest } = total
    total = all
    total.add(rows, 0)
    total.saw(busiest, 0)
    const left = new Map(indexes.map((index) => [index, carried[index] ?? noneCarried]))
    if (at === until) remember(key, { from, total: { rows, busiest }, carried: left, events: [] })
    return at
  }

  const awake = async (today: Today, from: number, until: number): Promise<number> => {
    let at = from
    while (at < until) {
      if (options.isListing()) {
        at = await together(today, at, Math.min(until, nextOf(hourMs, at)))
        continue
      }
      const end = Math.min(until, at + attempt)
      const over = await apart(today, at, end)
      if (over === null) {
        at = end
        // After as long as it took the last time, the next are about to come.
        attempt = attempt === usual && usual < dayMs ? minute : Math.min(dayMs, attempt * 2)
      } else if (over === 'uncut') at = await together(today, at, end)
      else at = await crowded(today, at, over)
    }
    return at
  }

  /** Too many at once, first at `over`. */
  const crowded = async (today: Today, from: number, over: number): Promise<number> => {
    const begin = Math.max(from, nextOf(minute, over) - minute)
    if (begin > from && (await apart(today, from, begin)) !== null) return together(today, from, begin)
    const at = await together(today, begin, Math.min(options.until, begin + minute))
    usual = attempt = Math.max(minute, begin - crowdedUntil)
    crowdedUntil = at
    return at
  }

  return {
    awake: (from, until) => day(dayOf(from), from, until),
    asleep: everything,
    left: () => joinedCarried(carried, orderOf),
  }
}
