/** next: when an expression or a task comes, or what comes next of all. */
import type { Command } from 'commander'
import type { Client } from '@shared/contract'
import { BelfryError } from '@shared/errors'
import type { SchedulePreview } from '@shared/model/schedule'
import { longestTaskName } from '@shared/model/task'
import { nextCron } from '@shared/schedule/cron'
import { dstWords, warningWords } from '@shared/schedule/preview-words'
import { spanOf } from '@shared/schedule/words'
import { machineTimeZone } from '@shared/schedule/zone'
import type { Cli } from '../cli'
import { exact, relative } from '../format'
import { answerLines, instantsOf, mostAtOnce } from '../next-lines'
import { table } from '../table'
import { printable, write } from '../terminal'

interface NextOptions {
  readonly tz?: string
  readonly from?: string
  readonly count?: string
  readonly jsonLines?: boolean
}

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
      const { tz, from, count } = options
      if (options.jsonLines && [what, tz, from, count].some((given) => given !== undefined))
        command.error('error: --json-lines reads all from standard input; give no expression and no other flag')
      if (options.jsonLines)
        return answerLines(cli.terminal.stdin, cli.terminal.now, (text) => write(cli.terminal.stdout, text))
      const question = { timezone: tz, from, count: count === undefined ? undefined : Number(count) }
      if (what === undefined)
        return cli.withHost(command, (client) => showUpcoming(cli, command, client, question.count))
      const ofExpression = (): Promise<void> =>
        showInstants(cli, command, { next: instantsOf({ expression: what, ...question }, cli.terminal.now()) }, tz)
      const ofTask = (): Promise<void> =>
        cli.withHost(command, (client) => showTask(cli, command, client, what, question.count))
      if (tz !== undefined || from !== undefined || parses(what) || !couldBeTask(what)) return ofExpression()
      if (!looksLikeExpression(what)) return ofTask()
      // A task's name may have spaces; where there is no such task, it was meant as an expression.
      return ofTask().catch((error: unknown) => {
        if (error instanceof BelfryError && (error.code === 'NO_HOST' || error.code === 'NOT_FOUND'))
          return ofExpression()
        throw error
      })
    })
}

function parses(expression: string): boolean {
  try {
    nextCron(expression, 'UTC', 0)
    return true
  } catch {
    return false
  }
}

function couldBeTask(text: string): boolean {
  return text.trim() !== '' && text.length <= longestTaskName
}

function looksLikeExpression(text: string): boolean {
  return text.startsWith('@') || /\s/.test(text)
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
  const { triggers, policy } = task
  const preview = await client.schedule.preview({
    ...{ triggers, policy, task: task.id },
    ...(count === undefined ? {} : { count }),
  })
  if (!task.enabled || task.pause)
    await cli.note(`${printable(task.name)} is ${task.enabled ? 'paused' : 'disabled'}: nothing is planned now.`)
  const skipped = task.skips.filter((at) => Date.parse(at) > cli.terminal.now())
  if (skipped.length > 0)
    await cli.note(`${printable(task.name)} skips ${skipped.map(exact).join(', ')}, as it was asked to.`)
  await cli.answer(command, preview, (shown) => previewText(shown, task.triggers.length === 1, cli.terminal.now()))
}

function previewText({ next, jitter, dst, warnings }: SchedulePreview, alone: boolean, now: number): string {
  const timeZone = machineTimeZone()
  const rows = next.map(({ at }): [string] => [at])
  const later = jitter === 0 ? [] : [`Each comes up to ${spanOf(jitter, 'en')} later (jitter).`]
  return [
    rows.length === 0 ? 'Its triggers plan nothing.' : instantTable(rows, now),
    ...[...later, ...dst.map((note) => dstWords(note, 'en'))],
    ...warnings.map((warning) => warningWords(warning, 'en', { timeZone, alone })),
  ].join('\n')
}

async function showUpcoming(cli: Cli, command: Command, client: Client, count = 20): Promise<void> {
  const now = cli.terminal.now()
  // So many of each task hold the first so many of all.
  const answer = await client.schedule.upcoming({ until: new Date(now + 86_400_000).toISOString(), perTask: count })
  const more = answer.items.length > count ? '\nMore is planned: --count shows it.' : ''
  await cli.answer(command, answer, ({ items }) =>
    items.length === 0
      ? 'Nothing is planned for the next 24 h.'
      : instantTable(
          items.slice(0, count).map(({ at, taskName }) => [at, taskName]),
          now,
        ) + more,
  )
}
