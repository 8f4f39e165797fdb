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
 * @param loads in order, each
 * @param running already before
 * @param limit so many may run at once
 */
export function peakOf(loads: readonly Load[], running: number, limit: number): Peak {
  const starts = merging(loads.map((load) => load.starts))
  const ends = merging(loads.map((load) => load.ends))
  let busiest: Busiest | null = null
  let over: number | null = null
  for (let at = starts(); at !== Infinity; at = starts()) {
    running++
    while (ends.peek() <= at) {
      ends()
      running--
    }
    if (running > (busiest?.running ?? 0)) busiest = { at, running }
    if (running > limit) over ??= at
  }
  return { busiest, over }
}

interface Merging {
  (): number
  peek(): number
}

/** Takes the least of all that is left; Infinity once nothing is. */
function merging(all: readonly ArrayLike<number>[]): Merging {
  const indexes = all.map(() => 0)
  const least = (): number => {
    let found = 0
    for (let one = 1; one < all.length; one++) if (valueOf(one) < valueOf(found)) found = one
    return found
  }
  const valueOf = (one: number): number => all[one]?.[indexes[one] ?? 0] ?? Infinity
  const take = (): number => {
    const found = least()
    const value = valueOf(found)
    indexes[found] = (indexes[found] ?? 0) + 1
    return value
  }
  return Object.assign(take, { peek: () => valueOf(least()) })
}
