/** add, edit. */
import type { Command } from 'commander'
import type { Client } from '@shared/contract'
import { taskDefinition, type TaskView } from '@shared/model/task'
import type { Cli } from '../cli'
import { editDefinition } from '../edit-definition'
import { withFollowedIds } from '../event-options'
import { taskLine } from '../show-task'
import { printable } from '../terminal'
import { toTaskChange, toTaskInput, withTaskOptions, type TaskOptions } from '../task-options'
import { notEmpty } from './tasks'

export function addTaskWritingCommands(program: Command, cli: Cli): void {
  withTaskOptions(
    program
      .command('add')
      .description('make a task, for example: belfry add --name backup --cron "15 2 * * *" --command "tar …"'),
  ).action((argv: string[], options: TaskOptions, command: Command) => {
    // What the flags themselves do wrong is told before anything is asked.
    toTaskInput(options, argv, command)
    return cli.withHost(command, async (client) => {
      const task = await client.tasks.create(toTaskInput(await withFollowedIds(client, options), argv, command))
      await cli.answer(command, task, (shown) => taskLine(shown, cli.terminal))
      await warn(cli, task)
    })
  })

  withTaskOptions(
    program
      .command('edit')
      .description(
        'change a task: by flags only what they say (those for its times replace all of them), without flags in $EDITOR',
      )
      .argument('<task>', 'id or name', notEmpty),
  )
    .option('--enabled', 'plan it')
    .action((id: string, argv: string[], options: TaskOptions, command: Command) =>
      cli.withHost(command, async (client) => {
        const task = await client.tasks.get({ id })
        const byFlags = argv.length > 0 || Object.keys(options).length > 0
        const changed = byFlags
          ? await client.tasks.update({
              id: task.id,
              revision: task.revision,
              change: toTaskChange(await withFollowedIds(client, options), argv, task, command),
            })
          : await inEditor(cli, client, task)
        await cli.answer(command, changed ?? task, (shown) =>
          changed ? taskLine(shown, cli.terminal) : 'Nothing was changed.',
        )
        if (changed) await warn(cli, changed)
      }),
    )
}

type Saved = Awaited<ReturnType<Client['tasks']['update']>>

/** On stderr: the task is saved. */
async function warn(cli: Cli, { scheduleWarnings }: Saved): Promise<void> {
  for (const { field, reason } of scheduleWarnings)
    await cli.note(`${cli.terminal.colours.yellow('warning')}: ${printable(reason)} (${printable(field)})`)
}

function inEditor(cli: Cli, client: Client, task: TaskView): Promise<Saved | undefined> {
  // Only what the operator writes: ids, counts and times of the task are the host's.
  const definition = taskDefinition.parse(task)
  return editDefinition(
    definition,
    (change) => client.tasks.update({ id: task.id, revision: task.revision, change }),
    cli.terminal,
  )
}
