/** When windows and blackouts leave time for anything. Pure. Instants are ms. */
import { zoneTransitions } from '@shared/schedule/zone-offsets'
import type { Windows } from './boundaries'
import { openDays } from './open-days'
import { isOpen } from './time-windows'

const minute = 60_000
const day = 86_400_000
const week = 7 * day
/** So far from its day in UTC a date can matter: by the zone, by hours over midnight, by what the clocks show twice. */
const aside = 3 * day

export interface Openings {
  isOpen(at: number): boolean
  /**
   * The first instant at or after `at` that is open; undefined where none is before `end`. Looked for day by day: while no clock and
   * no date changes anything, a closed week is followed by closed ones.
   */
  from(at: number, end: number): number | undefined
  /** 1 for each of the 1,440 minutes of a day (UTC) that is open on some day of `[from, end)`. */
  everOpen(from: number, end: number): Uint8Array
}

/** Days that are kept: some years of them, 1.4 KB each. */
const keptDays = 2000

/** For many questions about the same windows. */
export function openings(windows: Windows, zone: string): Openings {
  const made = openDays(windows, zone)
  const days = new Map<number, Uint8Array>()
  const minutesOf = (start: number): Uint8Array => {
    const known = days.get(start)
    if (known !== undefined) return known
    if (days.size >= keptDays) days.clear()
    const minutes = made(start)
    days.set(start, minutes)
    return minutes
  }

  /** The days that are to be looked at, soonest first; `isNew` tells of one that it is not as the weeks before it. */
  function* telling(from: number, end: number, isNew: (minutes: Uint8Array) => boolean): Generator<number> {
    const begin = startOf(from)
    let changes: readonly number[] | undefined
    let same = 0
    for (let start = begin; start < end; start += day) {
      yield start
      same = isNew(minutesOf(start)) ? 0 : same + 1
      // A week and a day: the first day may be looked at only in part.
      if (same <= 7) continue
      changes ??= changesOf(windows, zone, begin, end)
      const next = changes.find((change) => change > start - week - aside) ?? end + aside + day
      start = Math.max(start, startOf(next - aside) - day)
    }
  }

  return {
    isOpen: (at) => {
      const minutes = days.get(startOf(at))
      return minutes === undefined ? isOpen(at, windows, zone) : minutes[minuteOf(at)] === 1
    },
    from(at, end) {
      if (at >= end) return undefined
      for (const start of telling(at, end, () => false)) {
        const found = minutesOf(start).indexOf(1, start <= at ? minuteOf(at) : 0)
        if (found < 0) continue
        const first = Math.max(at, start + found * minute)
        return first < end ? first : undefined
      }
      return undefined
    },
    everOpen(from, end) {
      const ever = new Uint8Array(day / minute)
      const addTo = (minutes: Uint8Array): boolean => {
        let isNew = false
        for (let index = 0; index < ever.length; index++)
          if (minutes[index] === 1 && ever[index] === 0) {
            ever[index] = 1
            isNew = true
          }
        return isNew
      }
      for (const start of telling(from, end, addTo)) void start
      return ever
    },
  }
}

/** 1 for each minute that is open, 0 for others. Both bounds are whole minutes. */
export function openMinutes(windows: Windows, zone: string, from: number, until: number): Uint8Array {
  const minutes = new Uint8Array((until - from) / minute)
  const made = openDays(windows, zone)
  for (let start = startOf(from); start < until; start += day) {
    const [first, last] = [Math.max(start, from), Math.min(start + day, until)]
    minutes.set(made(start).subarray((first - start) / minute, (last - start) / minute), (first - from) / minute)
  }
  return minutes
}

/** Of the day, in UTC. */
function startOf(at: number): number {
  return Math.floor(at / day) * day
}

function minuteOf(at: number): number {
  return Math.floor((at - startOf(at)) / minute)
}

/** Around these the weeks differ: changes of the clocks, and the days of dates. In order. */
function changesOf({ active, blackouts }: Windows, zone: string, from: number, until: number): number[] {
  const windows = [...active, ...blackouts]
  const changes = new Set<number>()
  for (const { from: first, until: last, dates = [] } of windows)
    for (const date of [first, last, ...dates]) if (date !== undefined) changes.add(Date.parse(date))
  for (const one of new Set(windows.map(({ timezone = zone }) => timezone)))
    for (const { at } of zoneTransitions(one, from, until)) changes.add(at)
  return [...changes].sort((a, b) => a - b)
}
