/** How figures are printed and what they are made of. */

export function row(what: string, value: string, how: string): void {
  console.log(`${what.padEnd(40)}${value.padStart(12)}   ${how}`)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** @param part 0 to 1; the value that this part of the values does not exceed */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN
}
