/** The machine's time zone, which may be changed under the host. To read it takes a ms, so that not every look does. */
import type { Clock } from '../ports'
import type { Look } from './clock-watch'

export interface ZoneWatch {
  /** As it was read last. */
  zone(): string
  /** Reads it again where it is time to: true when it has changed. */
  reread(look: Pick<Look, 'woke' | 'stepped'>): boolean
}

/** Ms between two readings; who travels, wakes or sets the clock is seen at once. */
const readAgain = 30_000

export function createZoneWatch(clock: Pick<Clock, 'monotonic' | 'timeZone'>): ZoneWatch {
  let zone = clock.timeZone()
  let readAt = clock.monotonic()

  return {
    zone: () => zone,
    reread({ woke, stepped }) {
      const now = clock.monotonic()
      if (!woke && stepped === 0 && now - readAt < readAgain) return false
      readAt = now
      const before = zone
      zone = clock.timeZone()
      return zone !== before
    },
  }
}
