/** When windows and blackouts change. Pure. Instants are ms. */
import type { TimeWindow } from '@shared/model/time-window'
import { transitionNear, zoneTransitions } from '@shared/schedule/zone-offsets'
import { isOpen } from './time-windows'

export interface Windows {
  readonly active: readonly TimeWindow[]
  readonly blackouts: readonly TimeWindow[]
}

const minute = 60_000
const day = 86_400_000
const week = 7 * day
/** So far from its day in UTC a date can matter: by the zone, by hours over midnight, by what the clocks show twice. */
const aside = 3 * day

/** The next instant, strictly later, from which another answer of `isOpen` is possible: within a day, or so. */
export function nextBoundary(at: number, { active, blackouts }: Windows, zone: string): number {
  let first = Infinity
  for (const window of [...active, ...blackouts]) {
    const next = boundaryOf(window, at, window.timezone ?? zone)
    if (next < first) first = next
  }
  return first
}

/**
 * The first instant at or after `at` that is open; undefined where none is before `end`. Looked for in pieces of days: while no
 * clock and no date changes anything, a closed week is followed by closed ones.
 */
export function openFrom(at: number, windows: Windows, zone: string, end: number): number | undefined {
  if (at >= end) return undefined
  if (isOpen(at, windows, zone)) return at
  const begin = Math.floor(at / minute) * minute
  let changes: readonly number[] | undefined
  for (let from = begin, piece = day; from < end; piece = 3 * day) {
    const found = openMinutes(windows, zone, from, from + piece).indexOf(1)
    if (found >= 0) return from + found * minute < end ? from + found * minute : undefined
    from += piece
    if (from - begin < week) continue
    changes ??= changesOf(windows, zone, begin, end)
    const next = changes.find((change) => change > from - week - aside) ?? end + aside
    from = Math.max(from, next - aside)
  }
  return undefined
}

/** 1 for each minute that is open, 0 for others. Both bounds are whole minutes. */
export function openMinutes(windows: Windows, zone: string, from: number, until: number): Uint8Array {
  const { active, blackouts } = windows
  const minutes = new Uint8Array((until - from) / minute).fill(active.length === 0 ? 1 : 0)
  for (const window of active) markWindow(minutes, window, zone, from, 1)
  for (const window of blackouts) markWindow(minutes, window, zone, from, 0)
  return minutes
}

/** From one of its own boundaries to the next: with many windows, those of all are far more. */
function markWindow(minutes: Uint8Array, window: TimeWindow, zone: string, from: number, value: 0 | 1): void {
  const alone = { active: [window], blackouts: [] }
  const until = from + minutes.length * minute
  for (let at = from; at < until;) {
    const next = Math.min(until, nextBoundary(at, alone, zone))
    if (isOpen(at, alone, zone)) minutes.fill(value, (at - from) / minute, (next - from) / minute)
    at = next
  }
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

function boundaryOf({ times }: TimeWindow, at: number, zone: string): number {
  const { offset } = transitionNear(zone, at)
  const time = (((at + offset) % day) + day) % day
  let wait = day - time
  for (const text of times === undefined ? [] : [times.from, times.until]) {
    const boundary = Number(text.slice(0, 2)) * 60 * minute + Number(text.slice(3)) * minute
    if (boundary > time) wait = Math.min(wait, boundary - time)
  }
  const next = at + wait
  if (transitionNear(zone, next).offset === offset) return next
  for (const transition of zoneTransitions(zone, at, next)) return transition.at
  return next
}
