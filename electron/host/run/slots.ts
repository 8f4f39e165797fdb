/** How many runs may have a process at once. Who comes first goes first. */
export interface Slots {
  /** Calls back with the slot taken, at once or when one is free. What it gives takes the wish back (no-op once called). */
  wait(ready: () => void): () => void
  /** Gives one slot back. */
  release(): void
  /** The limit may have grown. */
  review(): void
}

/** @param limit asked anew at each look; at least 1 */
export function createSlots(limit: () => number): Slots {
  const waiting = new Set<() => void>()
  let taken = 0

  const review = (): void => {
    for (const ready of waiting) {
      if (taken >= limit()) return
      waiting.delete(ready)
      taken++
      ready()
    }
  }

  return {
    wait(ready) {
      waiting.add(ready)
      review()
      return () => waiting.delete(ready)
    },
    release() {
      taken--
      review()
    },
    review,
  }
}
