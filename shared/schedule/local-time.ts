/** Local times in a zone → instants. */
import { Cron } from 'croner'
import { BelfryError } from '../errors'

/** What croner can tell in every zone, and what an instant can be written as. */
const firstYear = 100
const end = Date.UTC(10_000, 0)

/**
 * The instant of a local time such as `2027-12-25T10:00` in `zone`, ms since the epoch. A time that the clocks jump over is
 * taken at the first valid instant after it; one that comes twice, on the first pass. Throws INVALID for one outside the
 * years 0100 to 9999, in the zone or in UTC.
 */
export function localToInstant(local: string, zone: string): number {
  const [date = '', time = ''] = local.split('T')
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const [hour, minute, second = '0'] = time.split(':')
  const whole = Math.floor(Number(second))
  const fraction = Math.round((Number(second) - whole) * 1000)
  const at =
    year < firstYear
      ? undefined
      : (find(year, month, day, `${whole} ${Number(minute)} ${Number(hour)}`, zone) ?? endOfDay(year, month, day, zone))
  const instant = at === undefined ? Number.NaN : at + fraction
  if (instant < end) return instant
  throw new BelfryError('INVALID', 'must be in the years 0100 to 9999 (local and UTC)', { field: 'at' })
}

function find(year: number, month: number, day: number, time: string, zone: string): number | undefined {
  // From a day earlier, so that every zone's offset is behind us.
  const before = new Date(Date.UTC(year, month - 1, day - 2))
  const pattern = `${time} ${day} ${month} * ${year}`
  return new Cron(pattern, { timezone: zone, paused: true }).nextRun(before)?.getTime()
}

/** For a day that a zone left out when it changed its side of the date line: where the next one begins. */
function endOfDay(year: number, month: number, day: number, zone: string): number | undefined {
  const next = new Date(Date.UTC(year, month - 1, day + 1))
  return find(next.getUTCFullYear(), next.getUTCMonth() + 1, next.getUTCDate(), '0 0 0', zone)
}
