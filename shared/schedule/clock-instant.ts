/** Instants in the order in which they came, though the clock was set back in between. */

/** What the clock showed (ms) in one of its epochs. */
export interface ClockInstant {
  readonly epoch: number
  readonly at: number
}

export const beforeAll: ClockInstant = { epoch: -1, at: 0 }

export function isLater(one: ClockInstant, other: ClockInstant): boolean {
  return one.epoch === other.epoch ? one.at > other.at : one.epoch > other.epoch
}

export function laterOf(one: ClockInstant, other: ClockInstant): ClockInstant {
  return isLater(one, other) ? one : other
}
