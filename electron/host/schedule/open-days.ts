/** Which minutes of a day are open, with many windows, too. Pure. Instants are ms. */
import type { TimeWindow, Weekday } from '@shared/model/time-window'
import { transitionNear } from '@shared/schedule/zone-offsets'
import { nextBoundary, type Windows } from './boundaries'
import { isOpen } from './time-windows'

const minute = 60_000
const day = 86_400_000
const dayMinutes = 1440
const weekdays: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** 1 for each minute of the UTC day that begins at `start` that is open, 0 for others. */
export type OpenDay = (start: number) => Uint8Array

export function openDays({ active, blackouts }: Windows, zone: string): OpenDay {
  const opening = active.map((window) => read(window, zone))
  const closing = blackouts.map((window) => read(window, zone))
  return (start) => {
    const minutes = new Uint8Array(dayMinutes).fill(active.length === 0 ? 1 : 0)
    const offsets = new Map<string, number | undefined>()
    const offsetIn = (one: string): number | undefined => {
      if (!offsets.has(one)) offsets.set(one, onlyOffset(one, start))
      return offsets.get(one)
    }
    for (const window of opening) mark(minutes, window, start, offsetIn(window.zone), 1)
    for (const window of closing) mark(minutes, window, start, offsetIn(window.zone), 0)
    return minutes
  }
}

/** A window in numbers. */
interface Read {
  readonly window: TimeWindow
  readonly zone: string
  /** Minutes after midnight; the end may be on the next day. */
  readonly from: number
  readonly until: number
  /** @param date days since 1970-01-01 */
  readonly holdsOn: (date: number) => boolean
}

function read(window: TimeWindow, machineZone: string): Read {
  const { times = { from: '00:00', until: '24:00' }, timezone: zone = machineZone } = window
  const [from, until] = [minutesOf(times.from), minutesOf(times.until)]
  const [first, last] = [dayOf(window.from) ?? -Infinity, dayOf(window.until) ?? Infinity]
  const dates = window.dates === undefined ? undefined : new Set(window.dates.map(dayOf))
  const days = window.weekdays === undefined ? undefined : new Set<Weekday | undefined>(window.weekdays)
  return {
    ...{ window, zone, from },
    until: until > from ? until : until + dayMinutes,
    holdsOn: (date) =>
      date >= first &&
      date <= last &&
      (dates === undefined || dates.has(date)) &&
      // 1970 began on a Thursday.
      (days === undefined || days.has(weekdays[(((date + 4) % 7) + 7) % 7])),
  }
}

function mark(minutes: Uint8Array, one: Read, start: number, offset: number | undefined, value: 0 | 1): void {
  if (offset === undefined) return markSlowly(minutes, one, start, value)
  const local = (start + offset) / minute
  const date = Math.floor(local / dayMinutes)
  // What began the day before may go on past midnight.
  for (const on of [date - 1, date, date + 1]) {
    const midnight = on * dayMinutes - local
    if (midnight + one.until > 0 && midnight + one.from < dayMinutes && one.holdsOn(on))
      minutes.fill(value, Math.max(0, midnight + one.from), midnight + one.until)
  }
}

/** From boundary to boundary: for a day on which the clocks are set. */
function markSlowly(minutes: Uint8Array, { window, zone }: Read, start: number, value: 0 | 1): void {
  const alone = { active: [window], blackouts: [] }
  const end = start + day
  for (let at = start; at < end;) {
    const next = Math.min(end, nextBoundary(at, alone, zone))
    if (isOpen(at, alone, zone)) minutes.fill(value, (at - start) / minute, (next - start) / minute)
    at = next
  }
}

/** Ms to add to UTC, all day; undefined where the clocks are set on it, or are not by whole minutes. */
function onlyOffset(zone: string, start: number): number | undefined {
  const { offset } = transitionNear(zone, start)
  return offset % minute === 0 && transitionNear(zone, start + day).offset === offset ? offset : undefined
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
}

function dayOf(date: string | undefined): number | undefined {
  return date === undefined ? undefined : Date.parse(date) / day
}
