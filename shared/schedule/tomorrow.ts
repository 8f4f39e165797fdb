import { localToInstant } from './local-time'

/**
 * The beginning of the next day in `zone`, ms since the epoch: midnight, or where the clocks skip it the first instant after.
 * @param now ms since the epoch
 */
export function startOfTomorrow(now: number, zone: string): number {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(now)
  const tomorrow = new Date(Date.parse(`${today}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  return localToInstant(`${tomorrow}T00:00`, zone)
}
