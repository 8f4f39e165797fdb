/** A run's result in one line: `copied 1118, gb 28.9`; texts and numbers stand for themselves; empty for none. */
import type { Json } from '@shared/model/common'

/** Characters shown at most. */
const longest = 200

export function resultText(result: Json): string {
  if (result === null) return ''
  if (typeof result !== 'object') return String(result).slice(0, longest)
  const parts = Array.isArray(result)
    ? result.map(part)
    : Object.entries(result).map(([name, value]) => `${name} ${part(value)}`)
  return parts.join(', ').slice(0, longest)
}

const part = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
