/** When expressions come, asked line by line: for `belfry next`, with and without a host. */
import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'
import { z } from 'zod'
import { BelfryError, messageOf } from '@shared/errors'
import { asWritten } from '@shared/model/as-written'
import { instant } from '@shared/model/common'
import { beginningOfTime, nextCron } from '@shared/schedule/cron'
import { localToInstant } from '@shared/schedule/local-time'
import { isTimeZone, machineTimeZone } from '@shared/schedule/zone'

export const mostAtOnce = 10_000
const usualCount = 10

const fromForm = 'is not an instant (2027-12-25T10:00:00Z) or a local time (2027-12-25T10:00)'
const neverComes = 'the expression never comes: no such date'
const tooEarly = 'must be in the years 0100 to 9999 (UTC)'
const countForm = `is not a whole number from 1 to ${mostAtOnce}`
const localForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/

/** Characters of a line; an expression has at most 1000. */
const longestLine = 65_536

const question = asWritten(
  z.object(
    {
      expression: z.string({
        error: ({ input }) => (input === undefined ? 'the expression is missing' : 'the expression is not text'),
      }),
      timezone: z
        .string('is not the name of a time zone')
        .refine(isTimeZone, {
          error: (issue) => `"${String(issue.input)}" is not a known time zone such as Europe/Berlin`,
        })
        .default(machineTimeZone),
      from: z.union([instant, z.string().regex(localForm, { error: fromProblem })], { error: fromProblem }).optional(),
      count: z.int(countForm).min(1, countForm).max(mostAtOnce, countForm).default(usualCount),
    },
    'is not an object such as {"expression":"0 2 * * *"}',
  ),
).transform(({ from, ...rest }, context) => {
  if (from === undefined) return { ...rest, from }
  try {
    const at = from.endsWith('Z') ? Date.parse(from) : localOf(from, rest.timezone)
    if (at < beginningOfTime) throw new BelfryError('INVALID', tooEarly)
    return { ...rest, from: at }
  } catch (error) {
    context.addIssue({ code: 'custom', path: ['from'], message: messageOf(error) })
    return z.NEVER
  }
})

function fromProblem({ input }: { readonly input?: unknown }): string {
  const isDay = typeof input === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(input)
  return isDay ? `is a day without its time of the day (${input}T00:00)` : fromForm
}

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
  if (found.length === 0) {
    const over = nextCron(expression, timezone, beginningOfTime) !== undefined
    const reason = over ? `the expression does not come after ${new Date(from).toISOString()}` : neverComes
    throw new BelfryError('INVALID', reason, { field: 'expression' })
  }
  return found
}

/** One line's answer, as JSON; undefined is one that is too long. Never throws. */
function answerLine(line: string | undefined, now: number): string {
  try {
    return JSON.stringify({ next: instantsOf(questionOf(line), now) })
  } catch (error) {
    // What no field can be named of is the line's.
    const field = (error instanceof BelfryError ? error.field : undefined) || 'line'
    return JSON.stringify({ error: { field, message: messageOf(error) } })
  }
}

function questionOf(line: string | undefined): unknown {
  if (line === undefined) throw new BelfryError('INVALID', `is longer than ${longestLine} characters`)
  if (line.trim() === '') throw new BelfryError('INVALID', 'is empty')
  try {
    return JSON.parse(line.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new BelfryError('INVALID', 'is not JSON', { cause: error })
  }
}

/** Characters of answers that are written at once. */
const batch = 65_536

/**
 * Answers each line of `input`, in order, so that answers can be paired with lines by their number. What was read is answered before more is waited for.
 * @param write waits while the reader is slower
 */
export async function answerLines(
  input: Readable,
  now: () => number,
  write: (text: string) => Promise<void>,
): Promise<void> {
  let answers = ''
  const answer = async (line: string | undefined): Promise<void> => {
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

/** The lines of each piece that comes, without their ends; undefined for one that is too long. */
async function* linesOf(input: Readable): AsyncGenerator<(string | undefined)[]> {
  const decoder = new StringDecoder('utf8')
  let rest: string | undefined = ''
  // What is too long is not kept.
  const joined = (part: string): string | undefined =>
    rest === undefined || rest.length + part.length > longestLine ? undefined : rest + part
  for await (const piece of input as AsyncIterable<Buffer | string>) {
    const text = typeof piece === 'string' ? piece : decoder.write(piece)
    if (text === '') continue
    const [first = '', ...lines] = text.split('\n')
    rest = joined(first)
    const last = lines.pop()
    if (last === undefined) continue
    yield [rest, ...lines.map((line) => (line.length > longestLine ? undefined : line))]
    rest = last.length > longestLine ? undefined : last
  }
  rest = joined(decoder.end())
  if (rest !== '') yield [rest]
}
