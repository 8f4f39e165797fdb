/**
 * The one error shape: `{code, message, field?, detail?}` on every transport, in the page, in the CLI and in a log line.
 * `message` is a sentence for the operator; `field` is a dotted path into the input (`triggers.0.expression`).
 */
import { z } from 'zod'

/** Every code, with the HTTP status it travels under. */
export const errorStatus = {
  /** The input breaks a rule; `field` names where. */
  INVALID: 422,
  NOT_FOUND: 404,
  /** A name fits several tasks; `detail` lists them. */
  AMBIGUOUS: 409,
  /** The thing is in a state that forbids it (already running, already ended, not switched off). */
  CONFLICT: 409,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  UNSUPPORTED_MEDIA_TYPE: 415,
  /** The disk refused (full, read-only, I/O error); nothing was changed. */
  STORAGE: 507,
  /** The host is stopping, or is not the one that can do this. */
  UNAVAILABLE: 503,
  /** No host answers on this data folder. Only clients say this. */
  NO_HOST: 503,
  /** Another host holds this data folder. */
  LOCKED: 423,
  INTERNAL: 500,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof errorStatus

export const errorShape = z.object({
  code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  field: z.string().optional(),
  detail: z.unknown().optional(),
})
export type ErrorShape = z.infer<typeof errorShape>

export class BelfryError extends Error {
  readonly code: ErrorCode
  readonly field: string | undefined
  readonly detail: unknown

  constructor(code: ErrorCode, message: string, options: { field?: string; detail?: unknown; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'BelfryError'
    this.code = code
    this.field = options.field
    this.detail = options.detail
  }

  toJSON(): ErrorShape {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
      ...(this.detail === undefined ? {} : { detail: this.detail }),
    }
  }
}

/** For places where a closed union was meant to be exhausted. */
export function assertNever(value: never): never {
  throw new BelfryError('INTERNAL', `unexpected value ${JSON.stringify(value)}`)
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The first broken rule of a failed zod parse, as a BelfryError with its field. */
export function invalidInput(error: z.core.$ZodError | readonly z.core.$ZodIssue[], prefix = ''): BelfryError {
  const issues = 'issues' in error ? error.issues : error
  const described = issues.map((issue) => ({
    field: [prefix, ...deepest(issue).path].filter((part) => part !== '').join('.'),
    message: deepest(issue).message,
  }))
  const first = described[0] ?? { field: '', message: 'the input is not valid' }
  return new BelfryError('INVALID', first.message, {
    ...(first.field === '' ? {} : { field: first.field }),
    ...(described.length > 1 ? { detail: described } : {}),
  })
}

/** A union's or a key's own message says nothing; that of its closest branch, or of the rule for keys, does. */
function deepest(issue: z.core.$ZodIssue): { path: readonly PropertyKey[]; message: string } {
  if (issue.code === 'invalid_key')
    return { path: issue.path, message: issue.issues[0] ? wordsOf(issue.issues[0]) : wordsOf(issue) }
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { path: issue.path, message: wordsOf(issue) }
  const branches = issue.errors.map((branch) => branch[0]).filter((branch) => branch !== undefined)
  const inner = branches.find((branch) => branch.path.length > 0) ?? branches.find((branch) => branch.code === 'custom')
  if (!inner) return { path: issue.path, message: wordsOf(issue) }
  const found = deepest(inner)
  return { path: [...issue.path, ...found.path], message: found.message }
}

/** What a rule says that brought no words of its own: zod's are for programmers. */
function wordsOf(issue: z.core.$ZodIssue): string {
  const { message } = issue
  if (!/^(Too (big|small)|Invalid (input|option)): /.test(message)) return message
  switch (issue.code) {
    case 'too_big':
      return boundWords(issue.origin, issue.inclusive === false ? 'less than' : 'at most', Number(issue.maximum))
    case 'too_small':
      return boundWords(issue.origin, issue.inclusive === false ? 'more than' : 'at least', Number(issue.minimum))
    case 'invalid_type': {
      const [, received] = /, received (\w+)$/.exec(message) ?? []
      if (received === 'undefined') return 'is missing'
      const isNumber = received === 'NaN' || (issue.expected === 'int' && received === 'number')
      const not = received === undefined || isNumber ? '' : `, not ${typeWords(received)}`
      return `must be ${typeWords(issue.expected)}${not}`
    }
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    default:
      return message
  }
}

function boundWords(origin: string, bound: string, limit: number): string {
  if (origin === 'string') return `must have ${bound} ${limit} ${limit === 1 ? 'character' : 'characters'}`
  if (origin === 'array' || origin === 'set' || origin === 'map' || origin === 'object')
    return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  return `must be ${bound} ${limit}`
}

function typeWords(type: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    boolean: 'true or false',
    int: 'a whole number',
    null: 'null',
    number: 'a number',
    object: 'an object',
    record: 'an object',
    string: 'text',
  }
  return words[type] ?? type
}
