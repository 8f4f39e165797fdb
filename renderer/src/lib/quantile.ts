/** @param part 0 to 1; the value at or below which that part of the values lies (nearest rank); null for an empty list */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null
}
