/** Times as a tray has room for them, and the instants its menu means. */
import { assertNever } from '@shared/errors'
import type { PauseSpan } from './tray-model'
import type { Locale } from './words'

/**
 * `11:00` today, `Thu 11:00` within six days, else with the date. In `timeZone`.
 * @param instant ISO
 * @param now ms since the epoch
 */
export function shortTime(instant: string, now: number, timeZone: string, locale: Locale): string {
  const at = new Date(instant)
  const day = (date: Date): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(date)
  const clock = new Intl.DateTimeFormat(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)
  if (day(at) === day(new Date(now))) return clock
  const near = Math.abs(at.getTime() - now) < 6 * 86_400_000
  const options: Intl.DateTimeFormatOptions = near
    ? { weekday: 'short' }
    : { year: 'numeric', month: 'short', day: 'numeric' }
  return `${new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(at)} ${clock}`
}

/**
 * The instant until which `span` lasts, ISO; null: until resumed. Tomorrow is nine o'clock of the next day by the
 * machine's own zone.
 * @param now ms since the epoch
 */
export function pauseUntil(span: PauseSpan, now: number): string | null {
  switch (span) {
    case 'hour':
      return new Date(now + 3_600_000).toISOString()
    case 'tomorrow': {
      const morning = new Date(now)
      morning.setDate(morning.getDate() + 1)
      morning.setHours(9, 0, 0, 0)
      return morning.toISOString()
    }
    case 'resumed':
      return null
    default:
      return assertNever(span)
  }
}
