/** Durations as people write them. Units: ms, s, m, h, d, w. */
const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `"1h 30m"` → 5_400_000. Undefined when the text is not a duration (no sign, no bare number, each unit once). */
export function parseDuration(text: string): number | undefined {
  const parts = [
    ...text
      .trim()
      .toLowerCase()
      .matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)\s*/gy),
  ]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.trim().toLowerCase()) return undefined
  if (new Set(parts.map((part) => part[2])).size !== parts.length) return undefined
  return Math.round(
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN), 0),
  )
}

/** 5_400_000 → `"1h 30m"`, 0 → `"0s"`. Exact: what it gives, `parseDuration` reads back as the same number. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms)
  const parts: string[] = []
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = unitMs[unit] ?? 1
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(`${amount}${unit}`)
    rest -= amount * size
  }
  return parts.join(' ') || '0s'
}
