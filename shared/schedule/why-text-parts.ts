/** Parts of the texts of why-texts.ts, in any language. */

/** 5_430_000 → `1 h 30 min`. */
export function spanOf(ms: number, units: readonly [string, string, string, string]): string {
  const sizes = [86_400_000, 3_600_000, 60_000, 1000]
  const first = sizes.findIndex((size) => ms >= size)
  if (first === -1) return `${Math.round(ms)} ms`
  let rest = ms
  const parts: string[] = []
  for (const index of [first, first + 1]) {
    const size = sizes[index]
    if (size === undefined) break
    const amount = Math.floor(rest / size)
    rest -= amount * size
    if (amount > 0) parts.push(`${amount} ${units[index] ?? ''}`)
  }
  return parts.join(' ')
}

/** What a program said may end as a sentence does. */
export function withoutStop(text: string): string {
  return text.replace(/[.。;；\s]+$/, '')
}
