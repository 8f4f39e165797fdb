/**
 * The five time fields as Vixie's cron reads them (crontab(5), entry.c): stricter than Belfry's own expressions, so that an
 * import means what cron meant or is refused. What comes out is an expression that shared/schedule/cron.ts accepts.
 */

interface Field {
  readonly name: string
  readonly low: number
  readonly high: number
  /** The largest step that the maths takes; a larger one hits the first value only, and so does this. */
  readonly size: number
  readonly names: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const fields: readonly Field[] = [
  { name: 'minute', low: 0, high: 59, size: 60, names: [] },
  { name: 'hour', low: 0, high: 23, size: 24, names: [] },
  { name: 'day of the month', low: 1, high: 31, size: 31, names: [] },
  { name: 'month', low: 1, high: 12, size: 12, names: months },
  { name: 'weekday', low: 0, high: 7, size: 7, names: weekdays },
]

/** Either an expression for Belfry, or why cron would not run it. */
export type Reading = { readonly expression: string } | { readonly refused: string }

/** Reads minute, hour, day, month and weekday. */
export function readFields(texts: readonly string[]): Reading {
  const read: string[] = []
  for (const [index, field] of fields.entries()) {
    const text = texts[index] ?? ''
    const elements = text.split(',').map((element) => readElement(element, field))
    const bad = elements.find((element) => 'refused' in element)
    if (bad && 'refused' in bad) return { refused: `${field.name} "${text}": ${bad.refused}` }
    read.push(elements.map((element) => ('expression' in element ? element.expression : '')).join(','))
  }
  return { expression: read.join(' ') }
}

function readElement(text: string, field: Field): Reading {
  const match = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(text)
  if (!match) return { refused: text === '' ? 'a part of the list is empty' : `cron does not know "${text}"` }
  const [, first = '', last, step] = match
  if (first === '*' && last !== undefined) return { refused: '"*" is a range already' }
  if (first !== '*' && last === undefined && step !== undefined)
    return { refused: `a step needs a range or "*" before it` }
  const low = first === '*' ? field.low : numberOf(first, field)
  const high = first === '*' ? field.high : numberOf(last ?? first, field)
  for (const [value, written] of [
    [low, first],
    [high, last ?? first],
  ] as const) {
    if (value === undefined)
      return { refused: `"${written}" is not a number${field.names.length > 0 ? ' or a three-letter name' : ''}` }
    if (value < field.low || value > field.high)
      return { refused: `${value} is not within ${field.low} to ${field.high}` }
  }
  if ((low ?? 0) > (high ?? 0))
    return { refused: `the range ${first}-${last ?? ''} runs backwards, which cron never runs` }
  if (step === undefined) return { expression: text }
  if (Number(step) === 0) return { refused: 'a step of 0' }
  const range = last === undefined ? first : `${first}-${last}`
  return { expression: `${range}/${Math.min(Number(step), field.size)}` }
}

function numberOf(text: string, field: Field): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const index = field.names.indexOf(text.toLowerCase())
  return index === -1 ? undefined : index + field.low
}
