/** Times as a tray has room for them, and the instants its menu means. */
import { assertNever } from '@shared/errors'
import { startOfTomorrow } from '@shared/schedule/tomorrow'
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
 * The instant until which `span` lasts, ISO; null: until resumed.
 * @param now ms since the epoch
 * @param timeZone the host's, in which tomorrow begins
 */
export function pauseUntil(span: PauseSpan, now: number, timeZone: string): string | null {
  switch (span) {
    case 'hour':
      return new Date(now + 3_600_000).toISOString()
    case 'tomorrow':
      return new Date(startOfTomorrow(now, timeZone)).toISOString()
    case 'resumed':
      return null
    default:
      return assertNever(span)
  }
}
