/** Local times in a zone → instants. */
import { localTimes } from './zone-offsets'

/**
 * The instant of a local time such as `2027-12-25T10:00` in `zone`, ms since the epoch. A time that the clocks jump over is
 * taken at the first valid instant after it; one that comes twice, on the first pass.
 */
export function localToInstant(local: string, zone: string): number {
  const found = localTimes(zone, Date.parse(`${local}Z`))
  return found.kind === 'gap' ? found.end : found.first
}
