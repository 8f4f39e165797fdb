/** Local times in a zone → instants. */
import { BelfryError } from '../errors'
import { localTimes } from './zone-offsets'

/** What an instant can be written as, and zones are known for. */
const begin = Date.UTC(100, 0)
const end = Date.UTC(10_000, 0)

/**
 * The instant of a local time such as `2027-12-25T10:00` in `zone`, ms since the epoch. A time that the clocks jump over is
 * taken at the first valid instant after it; one that comes twice, on the first pass. Throws INVALID for one outside the
 * years 0100 to 9999, in the zone or in UTC.
 */
export function localToInstant(local: string, zone: string): number {
  const wanted = Date.parse(`${local}Z`)
  if (wanted >= begin && wanted < end) {
    const found = localTimes(zone, wanted)
    const at = found.kind === 'gap' ? found.end : found.first
    if (at >= begin && at < end) return at
  }
  throw new BelfryError('INVALID', 'must be in the years 0100 to 9999 (local and UTC)', { field: 'at' })
}
