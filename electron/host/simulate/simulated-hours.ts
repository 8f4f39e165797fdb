/**
 * Plays hour by hour. Most hours are like others: one that begins as an earlier one did, with the same to come, has the same
 * end, and is not played again; nor is such a day. Instants are ms.
 */
import { BelfryError } from '@shared/errors'
import { carriedKey, movedCarried, type Carried } from './simulated-carried'
import { dayKeys, dayMs, hourMs, type DayOfTask } from './simulated-days'
import type { SimulatedTasks } from './simulated-stretch'
import { createTally, type Tally } from './simulated-tally'

export interface HoursOptions {
  readonly tasks: SimulatedTasks
  readonly ids: readonly string[]
  /** The machine's. */
  readonly zone: string
  /** Plays these tasks, and adds to the tally what happens. */
  readonly play: (stretch: HourStretch) => Promise<Carried>
  /** Every hour is to be played: what happens is listed. */
  readonly isListing: () => boolean
}

export interface HourStretch {
  readonly ids: readonly string[]
  readonly from: number
  readonly until: number
  readonly carried: Carried
  readonly tally: Tally
}

export interface Hours {
  /** Plays a UTC day through which the machine is awake. */
  day(from: number, carried: Carried, tally: Tally): Promise<Carried>
  /** Plays any stretch, with all tasks. */
  stretch(from: number, until: number, carried: Carried, tally: Tally): Promise<Carried>
}

/** What a stretch came to; instants as they were then. */
interface Played {
  readonly from: number
  readonly tally: Pick<Tally, 'rows' | 'busiest'>
  readonly carried: Carried
}

interface Today extends DayOfTask {
  readonly id: string
  readonly index: number
}

/** Rows of remembered hours and days, some 200 bytes each. */
const mostRows = 300_000

export function createHours({ tasks, ids, zone, play, isListing }: HoursOptions): Hours {
  const keys = dayKeys(zone)
  const follows = new Set(ids.filter((id) => tasks.get(id)?.triggers.some(({ kind }) => kind === 'after')))
  const known = new Map<string, Played>()
  let rows = 0

  const remember = (key: string, played: Played): void => {
    rows += played.tally.rows.size
    if (rows > mostRows) {
      known.clear()
      rows = played.tally.rows.size
    }
    known.set(key, played)
  }

  /** @param key null: what happens is like nothing else */
  const once = async (
    key: string | null,
    from: number,
    into: Tally,
    work: (tally: Tally) => Promise<Carried>,
  ): Promise<Carried> => {
    if (key === null || isListing()) return work(into)
    let played = known.get(key)
    if (played === undefined) {
      const tally = createTally(() => undefined)
      played = { from, tally, carried: await work(tally) }
      if (played.carried.marks.size === 0) remember(key, played)
      into.add(tally, 0)
      return played.carried
    }
    into.add(played.tally, from - played.from)
    return movedCarried(played.carried, from - played.from)
  }

  const todays = (from: number): Today[] => {
    const found: Today[] = []
    const pausedAll = tasks.pausedAll()
    for (const [index, id] of ids.entries()) {
      const task = tasks.get(id)
      if (!task?.enabled) continue
      const day = readable(() => keys(task, Math.floor(from / dayMs), pausedAll))
      if (day === undefined) continue
      if (day.hours !== 0 || follows.has(id)) found.push({ ...day, id, index })
    }
    return found
  }

  const hour = (number: number, from: number, all: readonly Today[], carried: Carried, tally: Tally) => {
    const goingOn = new Set([...carried.runs.map(({ due }) => due.taskId), ...carried.marks.keys()])
    const coming = all.filter(({ id, hours }) => (hours >> number) & 1 || follows.has(id) || goingOn.has(id))
    if (goingOn.size === 0 && !coming.some(({ hours }) => (hours >> number) & 1)) return Promise.resolve(carried)
    for (const { id } of coming) goingOn.delete(id)
    const playing = [...coming.map(({ id }) => id), ...goingOn]
    return once(keyOf(`${number}`, coming, carriedKey(carried, from)), from, tally, (into) =>
      play({ ids: playing, from, until: from + hourMs, carried, tally: into }),
    )
  }

  return {
    day(from, begun, tally) {
      const all = todays(from)
      return once(keyOf('day', all, carriedKey(begun, from)), from, tally, async (into) => {
        let carried = begun
        for (let number = 0; number < 24; number++)
          carried = await hour(number, from + number * hourMs, all, carried, into)
        return carried
      })
    },
    stretch: (from, until, carried, tally) => play({ ids, from, until, carried, tally }),
  }
}

/** What cannot be planned has no occurrences, as in the host, which says so. */
function readable<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof BelfryError && error.code === 'INVALID') return undefined
    throw error
  }
}

function keyOf(what: string, all: readonly Today[], carried: string | null): string | null {
  if (carried === null) return null
  let key = `${what} ${carried}`
  for (const { key: own, index } of all) {
    if (own === null) return null
    key += `;${index} ${own}`
  }
  return key
}
