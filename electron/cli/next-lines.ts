/** When expressions come, asked line by line: for `belfry next`, with and without a host. */
import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { BelfryError, messageOf } from '@shared/errors'
import { instant } from '@shared/model/common'
import { nextCron } from '@shared/schedule/cron'
import { localToInstant } from '@shared/schedule/local-time'
import { isTimeZone, machineTimeZone } from '@shared/schedule/zone'

export const mostAtOnce = 10_000
const usualCount = 10

const fromForm = 'is not an instant (2027-12-25T10:00:00Z) or a local time (2027-12-25T10:00)'
const countForm = `is not a whole number from 1 to ${mostAtOnce}`
const localForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/

const question = z
  .object({
    expression: z.string(),
    timezone: z
      .string()
      .refine(isTimeZone, {
        error: (issue) => `"${String(issue.input)}" is not a known time zone such as Europe/Berlin`,
      })
      .default(machineTimeZone),
    from: z.union([instant, z.string().regex(localForm, fromForm)], { error: fromForm }).optional(),
    count: z.int(countForm).min(1, countForm).max(mostAtOnce, countForm).default(usualCount),
  })
  .transform(({ from, ...rest }, context) => {
    if (from === undefined || from.endsWith('Z'))
      return { ...rest, from: from === undefined ? undefined : Date.parse(from) }
    try {
      return { ...rest, from: localOf(from, rest.timezone) }
    } catch (error) {
      context.addIssue({ code: 'custom', path: ['from'], message: messageOf(error) })
      return z.NEVER
    }
  })

function localOf(text: string, zone: string): number {
  // Date takes 31 February for 3 March.
  const at = new Date(`${text}Z`)
  if (Number.isNaN(at.getTime()) || !at.toISOString().startsWith(text.slice(0, 16)))
    throw new BelfryError('INVALID', 'there is no such date')
  return localToInstant(text, zone)
}

/**
 * ISO instants strictly after `from` (default: `now`, ms), fewer when the expression ends. A local `from` is one of the
 * expression's zone. Throws INVALID with the field.
 */
export function instantsOf(input: unknown, now: number): string[] {
  const parsed = question.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new BelfryError('INVALID', issue?.message ?? 'is not valid', { field: issue?.path.join('.') ?? '' })
  }
  const { expression, timezone, from = now, count } = parsed.data
  const found: string[] = []
  for (let next = nextCron(expression, timezone, from); next !== undefined && found.length < count;) {
    found.push(new Date(next).toISOString())
    if (found.length < count) next = nextCron(expression, timezone, next)
  }
  if (found.length === 0)
    throw new BelfryError('INVALID', 'the expression never comes: no such date', { field: 'expression' })
  return found
}

/** One line's answer, as JSON. Never throws. */
function answerLine(line: string, now: number): string {
  try {
    return JSON.stringify({ next: instantsOf(JSON.parse(line), now) })
  } catch (error) {
    const field = error instanceof BelfryError ? (error.field ?? '') : ''
    return JSON.stringify({ error: { field, message: messageOf(error) } })
  }
}

/** Characters of answers that are written at once. */
const batch = 65_536

/**
 * Answers each line of `input`, in order; empty ones have none. What was read is answered before more is waited for.
 * @param write waits while the reader is slower
 */
export async function answerLines(
  input: Readable,
  now: () => number,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let answers = ''
  const answer = async (line: string): Promise<void> => {
    if (line.trim() === '') return
    answers += `${answerLine(line, now())}\n`
    if (answers.length >= batch) await flush()
  }
  const flush = async (): Promise<void> => {
    const text = answers
    answers = ''
    if (text !== '') await write(text)
  }
  for await (const lines of linesOf(input)) {
    for (const line of lines) await answer(line)
    await flush()
  }
}

/** The lines of each piece that comes, without their ends and without a byte order mark. */
async function* linesOf(input: Readable): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let begun = false
  for await (const piece of input as AsyncIterable<Buffer | string>) {
    const text = typeof piece === 'string' ? piece : decoder.write(piece)
    if (text === '') continue
    const lines = (rest + (begun ? text : text.replace(/^\uFEFF/, ''))).split('\n')
    begun = true
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
  }
  yield [rest + decoder.end()]
}
