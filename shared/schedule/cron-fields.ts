/**
 * The fields of a cron expression. Five, six with seconds first, seven with the year last; nicknames are spelled out. Second,
 * minute and hour are read here, the day fields by croner (cron-days.ts).
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
    throw invalidExpression(`"${spelled}" is not a nickname that Belfry knows${hint}`)
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

/** Which values of a second, minute or hour field are meant, as croner 11 reads it. Throws INVALID. */
export function timeField(name: 'second' | 'minute' | 'hour', field: string): Uint8Array {
  const size = name === 'hour' ? 24 : 60
  const meant = new Uint8Array(size)
  if (field.includes('?')) throw invalidExpression(`"?" stands only for a day; the ${name} is "${field}"`)
  for (const part of field.split(',')) {
    const [from, to, step] = range(name, part, field, size)
    for (let value = from; value <= to; value += step) meant[value] = 1
  }
  return meant
}

function range(name: string, part: string, field: string, size: number): [from: number, to: number, step: number] {
  const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part)
  if (!match) throw invalidExpression(`"${field}" is not a number, a name, a list, a range or a step`)
  const [, first, last, every] = match
  const from = first === undefined ? 0 : Number(first)
  const to = last === undefined ? (first === undefined ? size - 1 : from) : Number(last)
  const step = every === undefined ? 1 : Number(every)
  for (const value of [from, to]) if (value >= size) throw invalidExpression(`invalid value for ${name}: ${value}`)
  if (from > to) throw invalidExpression(`from value is larger than to value: '${part}'`)
  if (every === undefined) return [from, to, step]
  if (step === 0) throw invalidExpression('syntax error, illegal stepping: 0')
  if (step > size) throw invalidExpression(`syntax error, steps cannot be greater than maximum value of part (${size})`)
  if (first !== undefined && last === undefined)
    throw invalidExpression(
      `syntax error, stepping with numeric prefix ('${part}') is not allowed. Use wildcard (*/step) or range (min-max/step) instead`,
    )
  return [from, to, step]
}

export function invalidExpression(message: string, cause?: unknown): BelfryError {
  return new BelfryError('INVALID', message, { field: 'expression', cause })
}
