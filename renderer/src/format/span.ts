/** Spans of time in words. All lengths in milliseconds. */

/** The words for units, in the operator's language. */
export interface UnitWords {
  readonly ms: string
  readonly s: string
  readonly m: string
  readonly h: string
  readonly d: string
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long something took: `41 ms`, `0.3 s`, `8.1 s`, `42 s`, `3 m 06 s`, `2 h 19 m`, `3 d 16 h`. */
export function formatSpan(ms: number, unit: UnitWords): string {
  const span = Math.max(0, ms)
  if (span < 95) return `${Math.round(span)} ${unit.ms}`
  if (span < 9950) return `${(span / second).toFixed(1)} ${unit.s}`
  if (span < minute - 500) return `${Math.round(span / second)} ${unit.s}`
  return twoUnits(Math.round(span / second) * second, unit)
}

/** How long until or since, to one unit below an hour and two above: `12 s`, `47 m`, `1 h 27 m`, `3 d 16 h`. */
export function formatCountdown(ms: number, unit: UnitWords): string {
  const span = Math.max(0, ms)
  if (span < minute) return `${Math.floor(span / second)} ${unit.s}`
  if (span < hour) return `${Math.floor(span / minute)} ${unit.m}`
  return twoUnits(span, unit)
}

/** To one unit: `18 s`, `42 m`, `3 h`, `2 d`. */
export function formatCoarse(ms: number, unit: UnitWords): string {
  const span = Math.max(0, ms)
  if (span < minute) return `${Math.floor(span / second)} ${unit.s}`
  if (span < hour) return `${Math.floor(span / minute)} ${unit.m}`
  if (span < day) return `${Math.floor(span / hour)} ${unit.h}`
  return `${Math.floor(span / day)} ${unit.d}`
}

/** Every unit that is not zero from days to seconds, at most three: `1 h 27 m 42 s`. */
export function formatExactSpan(ms: number, unit: UnitWords): string {
  let rest = Math.floor(Math.max(0, ms) / second)
  const parts: string[] = []
  for (const [size, word] of [
    [86_400, unit.d],
    [3600, unit.h],
    [60, unit.m],
    [1, unit.s],
  ] as const) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(`${amount} ${word}`)
    rest -= amount * size
  }
  return parts.slice(0, 3).join(' ') || `0 ${unit.s}`
}

function twoUnits(span: number, unit: UnitWords): string {
  if (span < hour) return `${Math.floor(span / minute)} ${unit.m} ${padded((span % minute) / second)} ${unit.s}`
  if (span < day) return `${Math.floor(span / hour)} ${unit.h} ${padded((span % hour) / minute)} ${unit.m}`
  return `${Math.floor(span / day)} ${unit.d} ${Math.floor((span % day) / hour)} ${unit.h}`
}

function padded(amount: number): string {
  return String(Math.floor(amount)).padStart(2, '0')
}
