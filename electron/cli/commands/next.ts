/** next: when an expression or a task comes, or what comes next of all. */
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { z } from 'zod'
import type { Client } from '@shared/contract'
import { BelfryError, messageOf } from '@shared/errors'
import { instant } from '@shared/model/common'
import { nextCron } from '@shared/schedule/cron'
import { isTimeZone, machineTimeZone } from '@shared/schedule/zone'
import type { Cli } from '../cli'
import { exact, relative } from '../format'
import { table } from '../table'

interface NextOptions {
  readonly tz?: string
  readonly from?: string
  readonly count?: string
  readonly jsonLines?: boolean
}

const mostAtOnce = 10_000

export function addNextCommand(program: Command, cli: Cli): void {
  program
    .command('next')
    .description('when an expression comes (needs no host), when a task does, or what is planned for the next 24 h')
    .argument('[expression or task]')
    .option('--tz <zone>', "the expression's zone (default: the machine's)")
    .option('--from <instant>', 'only after this (default: now)')
    .option('--count <number>', `so many, up to ${mostAtOnce} (default: 10; of all tasks: 20, up to 1000)`)
    .option(
      '--json-lines',
      'read {"expression","timezone","from","count"} a line from standard input, answer each on a line',
    )
    .action((what: string | undefined, options: NextOptions, command: Command) => {
      if (options.jsonLines) return answerLines(cli)
      const { tz, from, count } = options
      const question = { timezone: tz, from, count: count === undefined ? undefined : Number(count) }
      if (what === undefined)
        return cli.withHost(command, (client) => showUpcoming(cli, command, client, question.count))
      const ofExpression = (): Promise<void> =>
        showInstants(cli, command, { next: occurrencesOf({ expression: what, ...question }, cli.terminal.now()) }, tz)
      const ofTask = (): Promise<void> =>
        cli.withHost(command, (client) => showTask(cli, command, client, what, question.count))
      if (tz !== undefined || from !== undefined || parses(what)) return ofExpression()
      if (!looksLikeExpression(what)) return ofTask()
      // A task's name may have spaces; where there is no such task, it was meant as an expression.
      return ofTask().catch((error: unknown) => {
        if (error instanceof BelfryError && (error.code === 'NO_HOST' || error.code === 'NOT_FOUND'))
          return ofExpression()
        throw error
      })
    })
}

const question = z.object({
  expression: z.string(),
  timezone: z
    .string()
    .refine(isTimeZone, { error: (issue) => `"${String(issue.input)}" is not a known time zone such as Europe/Berlin` })
    .optional(),
  from: instant.optional(),
  count: z.int('is not a whole number').min(1).max(mostAtOnce).default(10),
})

/** ISO instants strictly after `from`, fewer when the expression ends. Throws INVALID with the field. */
function occurrencesOf(input: unknown, now: number): string[] {
  const parsed = question.safeParse(input)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new BelfryError('INVALID', issue?.message ?? 'is not valid', { field: issue?.path.join('.') ?? '' })
  }
  const { expression, timezone = machineTimeZone(), from, count } = parsed.data
  const found: string[] = []
  let after = from === undefined ? now : Date.parse(from)
  while (found.length < count) {
    const next = nextCron(expression, timezone, after)
    if (next === undefined) break
    found.push(new Date(next).toISOString())
    after = next
  }
  if (found.length === 0)
    throw new BelfryError('INVALID', 'the expression never comes: no such date', { field: 'expression' })
  return found
}

function parses(expression: string): boolean {
  try {
    nextCron(expression, 'UTC', 0)
    return true
  } catch {
    return false
  }
}

function looksLikeExpression(text: string): boolean {
  return text === '' || text.startsWith('@') || /\s/.test(text)
}

async function showInstants(
  cli: Cli,
  command: Command,
  answer: { readonly next: readonly string[] },
  zone?: string,
): Promise<void> {
  const now = cli.terminal.now()
  await cli.answer(command, answer, () =>
    instantTable(
      answer.next.map((at) => [at]),
      now,
      zone,
    ),
  )
}

function instantTable(rows: readonly (readonly [string, ...string[]])[], now: number, zone?: string): string {
  const local = (at: string): string =>
    zone === undefined ? exact(at) : new Date(at).toLocaleString('sv-SE', { timeZone: zone })
  return table(
    [{ title: zone ?? 'TIME' }, { title: 'UTC' }, { title: '' }, { title: '' }],
    rows.map(([at, ...rest]) => [local(at), at, relative(at, now), ...rest]),
  )
}

/** The plan of a task's triggers from now, whether it is enabled or not. */
async function showTask(cli: Cli, command: Command, client: Client, id: string, count?: number): Promise<void> {
  const task = await client.tasks.get({ id })
  const preview = await client.schedule.preview({ triggers: task.triggers, ...(count === undefined ? {} : { count }) })
  if (!task.enabled || task.pause)
    await cli.note(`${task.name} is ${task.enabled ? 'paused' : 'disabled'}: nothing is planned now.`)
  await cli.answer(command, preview, () =>
    preview.next.length === 0
      ? 'Its triggers plan nothing.'
      : instantTable(
          preview.next.map(({ at }) => [at]),
          cli.terminal.now(),
        ),
  )
}

async function showUpcoming(cli: Cli, command: Command, client: Client, count = 20): Promise<void> {
  const now = cli.terminal.now()
  // So many of each task hold the first so many of all.
  const answer = await client.schedule.upcoming({ until: new Date(now + 86_400_000).toISOString(), perTask: count })
  const more = answer.items.length > count ? '\nMore is planned: --count shows it.' : ''
  await cli.answer(command, answer, () =>
    answer.items.length === 0
      ? 'Nothing is planned for the next 24 h.'
      : instantTable(
          answer.items.slice(0, count).map(({ at, taskName }) => [at, taskName]),
          now,
        ) + more,
  )
}

async function answerLines(cli: Cli): Promise<void> {
  for await (const line of createInterface({ input: cli.terminal.stdin })) {
    if (line.trim() !== '') await cli.print(JSON.stringify(answerLine(line, cli.terminal.now())))
  }
}

function answerLine(line: string, now: number): { next: string[] } | { error: { field: string; message: string } } {
  try {
    return { next: occurrencesOf(JSON.parse(line), now) }
  } catch (error) {
    return { error: { field: error instanceof BelfryError ? (error.field ?? '') : '', message: messageOf(error) } }
  }
}
