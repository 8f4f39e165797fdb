import { monotonicFactory } from 'ulid'
import type { Ids } from '../host/ports'

/** ULIDs: sorted by time, and by creation where the time is the same or went back. */
export function ulids(): Ids {
  const next = monotonicFactory()
  return { next: (at) => next(at) }
}
