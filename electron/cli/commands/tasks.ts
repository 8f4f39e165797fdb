/** ls, show, rm, enable, disable. */
import { InvalidArgumentError, type Command } from 'commander'
import type { Client } from '@shared/contract'
import { BelfryError } from '@shared/errors'
import type { TaskView } from '@shared/model/task'
import type { Cli } from '../cli'
import { printable } from '../terminal'
import { runText, taskLine, taskTable, taskText } from '../show-task'

export function addTaskCommands(program: Command, cli: Cli): void {
  const { terminal } = cli

  program
    .command('ls')
    .description('all tasks, by name')
    .option('--name <text>', 'only those whose name has this')
    .option('--tag <tag>', 'only those with this tag')
    .action((options: { readonly name?: string; readonly tag?: string }, command: Command) =>
      cli.withHost(command, async (client) => {
        const page = await client.tasks.list({ name: options.name, tag: options.tag })
        await cli.answer(command, page, (shown) => taskTable(shown.items, terminal))
      }),
    )

  program
    .command('show')
    .description('a task, or a run by its id')
    .argument('<task>', 'id or name', notEmpty)
    .action((id: string, _options: unknown, command: Command) =>
      cli.withHost(command, async (client) => {
        try {
          const task = await client.tasks.get({ id })
          const names = new Map(printable(followsAny(task) ? await taskNames(client) : []))
          await cli.answer(command, task, (shown) => taskText(shown, terminal, (other) => names.get(other) ?? other))
        } catch (error) {
          if (!(error instanceof BelfryError) || error.code !== 'NOT_FOUND') throw error
          const run = await client.runs.get({ id }).catch(() => undefined)
          if (!run) throw error
          await cli.answer(command, run, (shown) => runText(shown, terminal))
        }
      }),
    )

  program
    .command('rm')
    .description('remove a task; its runs stay on record')
    .argument('<task>', 'id or name', notEmpty)
    .action((id: string, _options: unknown, command: Command) =>
      cli.withHost(command, async (client) => {
        const task = await client.tasks.remove({ id })
        await cli.answer(command, task, ({ name }) => `Removed ${name}.`)
      }),
    )

  for (const verb of ['enable', 'disable'] as const) {
    program
      .command(verb)
      .description(verb === 'enable' ? 'let a task run at its times, from now on' : 'plan nothing for a task any more')
      .argument('<task>', 'id or name', notEmpty)
      .action((id: string, _options: unknown, command: Command) =>
        cli.withHost(command, async (client) => {
          const task = await client.tasks[verb]({ id })
          await cli.answer(command, task, (shown) => taskLine(shown, terminal))
        }),
      )
  }
}

function followsAny({ triggers }: TaskView): boolean {
  return triggers.some(({ kind }) => kind === 'after')
}

async function taskNames(client: Client): Promise<[string, string][]> {
  return (await client.tasks.list({})).items.map(({ id, name }) => [id, name])
}

/** An empty id would be another path of the API. */
export function notEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('It is empty.')
  return text
}
