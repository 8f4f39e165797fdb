/** Long work in pieces, so that nobody waits long for their turn. */

/** Ms of work between two turns of others. */
const longest = 10

export interface TurnsOptions {
  readonly breathe: () => Promise<void>
  /** Real ms. */
  readonly monotonic: () => number
}

/** Called between pieces of work: lets others have their turn where it is time. */
export function turns({ breathe, monotonic }: TurnsOptions): () => Promise<void> {
  let ends = monotonic() + longest
  return async () => {
    if (monotonic() < ends) return
    await breathe()
    ends = monotonic() + longest
  }
}
