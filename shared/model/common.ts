/** The small types that everything else is made of. */
import { z } from 'zod'
import { formatDuration, parseDuration } from '../schedule/duration'
import { isTimeZone } from '../schedule/zone'

/**
 * UTC, ISO 8601 with milliseconds: `2027-03-28T01:00:00.000Z`. Other precisions and offsets are accepted and normalised.
 * The years 0 to 9999, also in UTC: what is accepted once can be read again.
 */
export const instant = z.iso
  .datetime({ offset: true, error: 'is not an instant such as 2027-03-28T01:00:00Z' })
  .transform((text, context) => {
    const normal = new Date(text).toISOString()
    if (/^\d{4}-/.test(normal)) return normal
    context.addIssue({ code: 'custom', message: 'must be in the years 0000 to 9999 (UTC)', input: text })
    return z.NEVER
  })

/**
 * A span of time in whole milliseconds. Input may also be words: `90s`, `1h 30m`, `2d`.
 * @param minimum in ms, inclusive
 * @param maximum in ms, inclusive; 10 years unless told
 */
export function duration(minimum: number, maximum = 10 * 365.25 * 86_400_000) {
  return z
    .union([z.number(), z.string()], { error: 'is not a duration such as 90s or 1h 30m' })
    .transform((value, context) => {
      const ms = typeof value === 'number' ? value : parseDuration(value)
      const refuse = (message: string): never => {
        context.addIssue({ code: 'custom', message, input: value })
        return z.NEVER
      }
      if (ms === undefined || !Number.isFinite(ms)) return refuse(`"${value}" is not a duration such as 90s or 1h 30m`)
      if (!Number.isInteger(ms)) return refuse('a duration is a whole number of milliseconds')
      if (ms < minimum) return refuse(`must be at least ${formatDuration(minimum)}`)
      if (ms > maximum) return refuse(`must be at most ${formatDuration(maximum)}`)
      return ms
    })
}

/** An IANA zone name that this runtime knows. */
export const timeZone = z
  .string()
  .refine(isTimeZone, { error: (issue) => `"${String(issue.input)}" is not a known time zone such as Europe/Berlin` })

/** Levels. Whatever looks at JSON by recursion (zod, JSON.stringify, the page) is far from the end of its stack. */
const deepestJson = 100

/** A JSON value, nested at most 100 levels deep. */
export const json = z
  .unknown()
  .superRefine((value, context) => {
    if (isDeep(value)) context.addIssue({ code: 'custom', message: `is nested deeper than ${deepestJson} levels` })
  })
  .pipe(z.json())
export type Json = z.infer<typeof json>

function isDeep(value: unknown): boolean {
  let level = [value].filter(isNest)
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === deepestJson) return true
    level = level.flatMap((one) => Object.values(one).filter(isNest))
  }
  return false
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/**
 * As somebody gives them. Each reaches a command as `BELFRY_PARAM_<NAME>`: the name upper-cased, whatever is not a letter,
 * digit or `_` as `_`.
 */
export const parameters = z.record(z.string().min(1).max(100), json).superRefine((value, context) => {
  const seen = new Map<string, string>()
  for (const name of Object.keys(value)) {
    const variable = parameterVariable(name)
    const other = seen.get(variable)
    if (other !== undefined) {
      context.addIssue({ code: 'custom', path: [name], message: `"${name}" and "${other}" would both be ${variable}` })
    }
    seen.set(variable, name)
  }
})
export type Parameters = z.infer<typeof parameters>

/** As a run had them: a fact that no rule of today may make unreadable. */
export const recordedParameters = z.record(z.string(), json)

/** The environment variable that carries parameter `name`. */
export function parameterVariable(name: string): string {
  return `BELFRY_PARAM_${name.toUpperCase().replace(/[^A-Z0-9_]/g, '_')}`
}

export const id = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_.-]+$/, 'may only have letters, digits, "_", "." and "-"')

/** One page of a list; `nextCursor` is null on the last. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
export interface Page<T> {
  readonly items: T[]
  readonly nextCursor: string | null
}
