/** How many run at once, told from when runs start and end. Pure. Instants are ms. */
import type { Busiest } from './simulated-tally'

export interface Load {
  readonly starts: ArrayLike<number>
  readonly ends: ArrayLike<number>
}

export interface Peak {
  /** Most at once, and when first; null where nothing starts. */
  readonly busiest: Busiest | null
  /** When it is first more than it may be. */
  readonly over: number | null
}

/** All of them as one, each `by` ms later, in order. */
export function joinedLoad(parts: readonly { readonly load: Load; readonly by: number }[]): Load {
  const joined = (of: (load: Load) => ArrayLike<number>): Float64Array => {
    const all = new Float64Array(parts.reduce((sum, { load }) => sum + of(load).length, 0))
    let index = 0
    for (const { load, by } of parts) {
      const values = of(load)
      for (let each = 0; each < values.length; each++) all[index++] = (values[each] ?? 0) + by
    }
    return all.sort()
  }
  return { starts: joined(({ starts }) => starts), ends: joined(({ ends }) => ends) }
}

/**
 * What ends as something starts makes room for it.
 * @param load in order
 * @param running already before
 * @param limit so many may run at once
 */
export function peakOf({ starts, ends }: Load, running: number, limit: number): Peak {
  let busiest: Busiest | null = null
  let over: number | null = null
  let ended = 0
  for (let index = 0; index < starts.length; index++) {
    const at = starts[index] ?? 0
    running++
    while (ended < ends.length && (ends[ended] ?? 0) <= at) {
      ended++
      running--
    }
    if (running > (busiest?.running ?? 0)) busiest = { at, running }
    if (running > limit) over ??= at
  }
  return { busiest, over }
}
