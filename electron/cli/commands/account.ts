/** why, ledger, skip-next. */
import type { Command } from 'commander'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { TaskView } from '@shared/model/task'
import { fateWords, whySentence } from '@shared/schedule/why-words'
import { machineTimeZone } from '@shared/schedule/zone'
import type { Cli } from '../cli'
import { exact, relative } from '../format'
import { isJumpedOver, readInstant } from '../instants'
import { taskLine } from '../show-task'
import { table } from '../table'
import { notEmpty } from './tasks'

interface LedgerOptions {
  readonly since?: string
  readonly until?: string
  readonly limit: string
  readonly cursor?: string
}

const forms = '2027-03-28T01:00:00Z, 2027-03-28 03:00 or 03:00'

export function addAccountCommands(program: Command, cli: Cli): void {
  const { terminal } = cli
  const read = (text: string, field: string): string => readInstant(text, machineTimeZone(), terminal.now(), field)

  program
    .command('why')
    .description('why a task ran, or did not: its last occurrence, or the one at an instant')
    .argument('<task>', 'id or name', notEmpty)
    .option('--at <instant>', `as ${forms} (of a time alone: the last one)`)
    .action(async (id: string, { at }: { readonly at?: string }, command: Command) => {
      const asked = at === undefined ? {} : { at: read(at, 'at') }
      return cli.withHost(command, async (client) => {
        const answer = await client.tasks.why({ id, ...asked })
        if (at !== undefined && isJumpedOver(at, answer.at, machineTimeZone()))
          await cli.note(
            `There is no ${at.trim()} in ${machineTimeZone()}: the clocks jump over it. This is about ${exact(answer.at)}.`,
          )
        await cli.answer(command, answer, (shown) => whySentence(shown, 'en', machineTimeZone()))
      })
    })

  program
    .command('ledger')
    .description('what became of every occurrence of a task, also of a removed one by its id; latest first')
    .argument('<task>', 'id or name', notEmpty)
    .option('--since <instant>', `at or after (${forms})`)
    .option('--until <instant>', 'before')
    .option('--limit <number>', 'at most so many lines, up to 1000', '50')
    .option('--cursor <cursor>', 'what the page before gave as nextCursor')
    .action(async (id: string, { since, until, ...page }: LedgerOptions, command: Command) => {
      const range = {
        ...(since === undefined ? {} : { since: read(since, 'since') }),
        ...(until === undefined ? {} : { until: read(until, 'until') }),
      }
      return cli.withHost(command, async (client) => {
        const answer = await client.tasks.ledger({ id, ...range, ...page })
        await cli.answer(command, answer, () => {
          const more = answer.nextCursor === null ? '' : `\nMore: --cursor ${answer.nextCursor}`
          return ledgerTable(answer.items, terminal.now()) + more
        })
      })
    })

  program
    .command('skip-next')
    .description('do not run a task at the next time that is planned and not skipped yet')
    .argument('<task>', 'id or name', notEmpty)
    .option('--undo', 'skip nothing any more')
    .action((id: string, { undo }: { readonly undo?: boolean }, command: Command) =>
      cli.withHost(command, async (client) => {
        const task = await (undo ? client.tasks.unskip({ id }) : client.tasks.skipNext({ id }))
        await cli.answer(command, task, (shown) => `${skipsText(shown)}\n${taskLine(shown, terminal)}`)
      }),
    )
}

function skipsText({ name, skips }: TaskView): string {
  if (skips.length === 0) return `${name} skips nothing that is planned.`
  return `${name} skips ${skips.map(exact).join(', ')}.`
}

function ledgerTable(entries: readonly LedgerEntry[], now: number): string {
  if (entries.length === 0) return 'Nothing is on record.'
  return table(
    [
      { title: 'FROM' },
      { title: 'TO' },
      { title: '#', right: true },
      { title: 'WHAT BECAME OF IT' },
      { title: 'RUN' },
      { title: '' },
    ],
    entries.map((entry) => [
      exact(entry.from),
      entry.count === 1 ? '' : exact(entry.until),
      String(entry.count),
      fateWords(entry, 'en'),
      entry.runId ?? '–',
      relative(entry.until, now),
    ]),
  )
}
