/**
 * The fields of a cron expression, and what the numbers in them mean. Five, six with seconds first, seven with the year last;
 * nicknames are spelled out.
 */
import { BelfryError } from '../errors'

export const maximumExpressionLength = 1000

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

export interface CronFields {
  readonly second: string
  readonly minute: string
  readonly hour: string
  readonly day: string
  readonly month: string
  readonly weekday: string
  readonly year: string
}

/** The fields of an expression, nicknames spelled out. Throws INVALID for a number of fields other than 5, 6 or 7. */
export function cronFields(expression: string): CronFields {
  const text = expression.trim()
  if (text === '') throw invalidExpression('the expression is empty')
  if (text.length > maximumExpressionLength)
    throw invalidExpression(`the expression has more than ${maximumExpressionLength} characters`)
  const spelled = nicknames[text.toLowerCase()] ?? text
  if (spelled.startsWith('@')) {
    const hint =
      spelled.toLowerCase() === '@reboot'
        ? '; use a startup trigger'
        : `; known are ${Object.keys(nicknames).join(', ')}`
    throw invalidExpression(`${JSON.stringify(spelled)} is not a nickname that Belfry knows${hint}`)
  }
  const parts = spelled.split(/\s+/)
  if (parts.length < 5 || parts.length > 7) {
    throw invalidExpression(
      `the expression has ${parts.length} ${parts.length === 1 ? 'field' : 'fields'}; 5 are needed, or 6 with seconds, or 7 with the year`,
    )
  }
  const [second, minute, hour, day, month, weekday, year] = parts.length === 5 ? ['0', ...parts, '*'] : [...parts, '*']
  return { second, minute, hour, day, month, weekday, year } as CronFields
}

/** What a field may hold. */
export interface FieldKind {
  readonly name: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday' | 'year'
  /** What `*` means, inclusive. */
  readonly low: number
  readonly high: number
  /** Weekdays have Sunday twice. */
  readonly highest?: number
  /** The largest step, which is also the number of values. */
  readonly size: number
  /** Names by value. */
  readonly names?: readonly string[]
}

/** `from`, `from + step` … up to `to`. */
export interface FieldRange {
  readonly from: number
  readonly to: number
  readonly step: number
}

const kinds = {
  second: { name: 'second', low: 0, high: 59, size: 60 },
  minute: { name: 'minute', low: 0, high: 59, size: 60 },
  hour: { name: 'hour', low: 0, high: 23, size: 24 },
} as const satisfies Record<string, FieldKind>

/** Which values of a second, minute or hour field are meant. Throws INVALID. */
export function timeField(name: keyof typeof kinds, field: string): Uint8Array {
  const meant = new Uint8Array(kinds[name].size)
  for (const part of field.split(','))
    for (const value of valuesOf(fieldRange(kinds[name], part, field))) meant[value] = 1
  return meant
}

/** One part of a list: `*`, a number or name, a range, either of them with a step. Throws INVALID. */
export function fieldRange(kind: FieldKind, part: string, field: string): FieldRange {
  if (part.includes('?')) throw invalidExpression(`"?" stands only for a day; the ${kind.name} is ${quoted(field)}`)
  const match = /^(?:\*|([a-z]{3}|\d+)(?:-([a-z]{3}|\d+))?)(?:\/(\d+))?$/i.exec(part)
  if (!match) throw notReadable(field)
  const [, first, last, every] = match
  const from = first === undefined ? kind.low : valueOf(kind, first, field)
  let to = first === undefined ? kind.high : last === undefined ? from : valueOf(kind, last, field)
  // Sunday ends a week as well as it begins one.
  if (kind.name === 'weekday' && last?.toLowerCase() === 'sun' && from > 0) to = 7
  for (const value of [from, to])
    if (value < kind.low || value > (kind.highest ?? kind.high))
      throw invalidExpression(`invalid value for ${kind.name}: ${value}`)
  if (from > to) throw invalidExpression(`from value is larger than to value: '${part}'`)
  if (every === undefined) return { from, to, step: 1 }
  const step = Number(every)
  if (step === 0) throw invalidExpression('syntax error, illegal stepping: 0')
  if (step > kind.size)
    throw invalidExpression(`syntax error, steps cannot be greater than maximum value of part (${kind.size})`)
  if (first !== undefined && last === undefined)
    throw invalidExpression(
      `syntax error, stepping with numeric prefix ('${part}') is not allowed. Use wildcard (*/step) or range (min-max/step) instead`,
    )
  return { from, to, step }
}

export function* valuesOf({ from, to, step }: FieldRange): Generator<number> {
  for (let value = from; value <= to; value += step) yield value
}

function valueOf(kind: FieldKind, text: string, field: string): number {
  if (/^\d/.test(text)) return Number(text)
  const value = kind.names?.indexOf(text.toLowerCase()) ?? -1
  if (value < 0) throw notReadable(field)
  return value
}

function notReadable(field: string): BelfryError {
  return invalidExpression(`${quoted(field)} is not a number, a name, a list, a range or a step`)
}

export function invalidExpression(message: string, cause?: unknown): BelfryError {
  return new BelfryError('INVALID', message, { field: 'expression', cause })
}

/** Shows what cannot be seen, too. */
function quoted(text: string): string {
  return JSON.stringify(text)
}
