/** Local times in a zone → instants. */
import { Cron } from 'croner'

/**
 * The instant of a local time such as `2027-12-25T10:00` in `zone`, ms since the epoch. A time that the clocks jump over is
 * taken at the first valid instant after it; one that comes twice, on the first pass.
 */
export function localToInstant(local: string, zone: string): number {
  const [date = '', time = ''] = local.split('T')
  const [year, month, day] = date.split('-').map(Number)
  const [hour, minute, second = '0'] = time.split(':')
  const whole = Math.floor(Number(second))
  const fraction = Math.round((Number(second) - whole) * 1000)
  // From a day earlier, so that every zone's offset is behind us.
  const before = new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (day ?? 1) - 2))
  const pattern = `${whole} ${Number(minute)} ${Number(hour)} ${day} ${month} * ${year}`
  const at = new Cron(pattern, { timezone: zone, paused: true }).nextRun(before)
  return (at?.getTime() ?? Number.NaN) + fraction
}
