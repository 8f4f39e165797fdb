/** Time spans as systemd writes them (systemd.time(7)): `1month 2d 3h 4min 5.006s`. */

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  month: 30.44 * 86_400_000,
  months: 30.44 * 86_400_000,
  y: 365.25 * 86_400_000,
  year: 365.25 * 86_400_000,
}

/** Whole milliseconds; undefined when the text is not a span (`infinity`, nothing). `0` is 0. */
export function parseTimespan(text: string): number | undefined {
  if (text.trim() === '0') return 0
  const parts = text
    .trim()
    .split(/\s+/)
    .map((part) => /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(part))
  let sum = 0
  for (const part of parts) {
    const unit = unitMs[part?.[2] ?? '']
    if (!part || unit === undefined) return undefined
    sum += Number(part[1]) * unit
  }
  return Math.round(sum)
}
