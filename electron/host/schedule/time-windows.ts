/** Whether an instant lies in a stretch of the calendar. Pure. */
import type { TimeWindow, Weekday } from '@shared/model/time-window'
import { transitionNear } from '@shared/schedule/zone-offsets'

const weekdays: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const minute = 60_000
const day = 86_400_000

/** True where `active` is empty or one of them holds, and no blackout does. `zone` is the machine's. */
export function isOpen(
  at: number,
  windows: { readonly active: readonly TimeWindow[]; readonly blackouts: readonly TimeWindow[] },
  zone: string,
): boolean {
  return closedBy(at, windows, zone) === null
}

/** What keeps it closed: none of `active` holds, or a blackout does; null where it is open. */
export function closedBy(
  at: number,
  { active, blackouts }: Parameters<typeof isOpen>[1],
  zone: string,
): 'inactive' | 'blackout' | null {
  if (blackouts.some((window) => contains(window, at, zone))) return 'blackout'
  return active.length === 0 || active.some((window) => contains(window, at, zone)) ? null : 'inactive'
}

function contains(window: TimeWindow, at: number, machineZone: string): boolean {
  const zone = window.timezone ?? machineZone
  const local = at + transitionNear(zone, at).offset
  if (window.times === undefined) return containsDay(window, local)
  const now = (((local % day) + day) % day) / minute
  const [from, until] = [minutesOf(window.times.from), minutesOf(window.times.until)]
  if (from < until) return now >= from && now < until && containsDay(window, local)
  // Over midnight: what comes after it belongs to the day before.
  return (now >= from && containsDay(window, local)) || (now < until && containsDay(window, local - day))
}

function containsDay({ from, until, dates, weekdays: days }: TimeWindow, local: number): boolean {
  const date = new Date(local)
  const text = date.toISOString().slice(0, 10)
  if (from !== undefined && text < from) return false
  if (until !== undefined && text > until) return false
  if (dates !== undefined && !dates.includes(text)) return false
  return days === undefined || days.includes(weekdays[date.getUTCDay()] ?? 'sun')
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
