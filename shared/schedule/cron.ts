/**
 * Cron expressions: what is accepted, and the maths. croner does the maths and nothing else; each `Cron` object costs up
 * to 85 KB, so only the latest 256 are kept.
 *
 * Five fields, six with seconds first, seven with the year last; names, `L`, `W`, `#`, `+` and nicknames as croner 11
 * reads them. Day-of-month and day-of-week are OR-ed when both are restricted, as in Vixie cron; a day field that begins
 * with `*` is unrestricted (a step over all days too), and the two are AND-ed.
 */
import { Cron } from 'croner'
import { BelfryError, messageOf } from '../errors'

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
  if (text === '') throw invalid('the expression is empty')
  if (text.length > maximumExpressionLength)
    throw invalid(`the expression has more than ${maximumExpressionLength} characters`)
  const spelled = nicknames[text.toLowerCase()] ?? text
  if (spelled.startsWith('@')) {
    const hint =
      spelled.toLowerCase() === '@reboot'
        ? '; use a startup trigger'
        : `; known are ${Object.keys(nicknames).join(', ')}`
    throw invalid(`"${spelled}" is not a nickname that Belfry knows${hint}`)
  }
  const parts = spelled.split(/\s+/)
  if (parts.length < 5 || parts.length > 7) {
    throw invalid(
      `the expression has ${parts.length} ${parts.length === 1 ? 'field' : 'fields'}; 5 are needed, or 6 with seconds, or 7 with the year`,
    )
  }
  const [second, minute, hour, day, month, weekday, year] = parts.length === 5 ? ['0', ...parts, '*'] : [...parts, '*']
  return { second, minute, hour, day, month, weekday, year } as CronFields
}

/** Throws INVALID unless the expression is one that Belfry runs and that comes at least once after `reference`. */
export function checkCron(expression: string, zone: string, reference: Date): void {
  if (nextCron(expression, zone, reference) === undefined) throw invalid('the expression never comes: no such date')
}

/**
 * The first instant strictly after `after`, or undefined when there is none (a year that has passed, 30 February).
 * Throws INVALID for an expression that cannot be read.
 */
export function nextCron(expression: string, zone: string, after: Date): Date | undefined {
  return maths(expression, zone).nextRun(after) ?? undefined
}

const kept = new Map<string, Cron>()
const keptLimit = 256

function maths(expression: string, zone: string): Cron {
  const key = `${zone}\n${expression}`
  let cron = kept.get(key)
  if (cron) kept.delete(key)
  else cron = build(expression, zone)
  kept.set(key, cron)
  if (kept.size > keptLimit) kept.delete(kept.keys().next().value as string)
  return cron
}

function build(expression: string, zone: string): Cron {
  const fields = cronFields(expression)
  for (const name of ['second', 'minute', 'hour', 'month', 'year'] as const) {
    if (fields[name].includes('?')) throw invalid(`"?" stands only for a day; the ${name} is "${fields[name]}"`)
  }
  const { second, minute, hour, day, month, year } = fields
  let { weekday } = fields
  const stepped = (field: string): boolean => field.startsWith('*') && field !== '*'
  // croner ORs a stepped day field with the other; Vixie cron, whose rule this is, ANDs them.
  if ((stepped(day) && weekday !== '*') || (stepped(weekday) && day !== '*')) weekday = `+${weekday.replace(/^\+/, '')}`
  try {
    return new Cron([second, minute, hour, day, month, weekday, year].join(' '), { timezone: zone, paused: true })
  } catch (error) {
    throw invalid(reason(messageOf(error)), error)
  }
}

/** croner's words without its name, in the operator's terms. */
function reason(message: string): string {
  return message
    .replace(/^CronPattern: /, '')
    .replace(
      /^configuration entry \d+ \((.*)\) contains illegal characters\.?$/i,
      '"$1" is not a number, a name, a list, a range or a step',
    )
    .replace('dayOfWeek', 'weekday')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())
    .replace(/\.$/, '')
}

function invalid(message: string, cause?: unknown): BelfryError {
  return new BelfryError('INVALID', message, { field: 'expression', cause })
}
