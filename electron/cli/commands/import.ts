/** import. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { Option, type Command } from 'commander'
import { BelfryError, messageOf } from '@shared/errors'
import type { ImportAnswer } from '@shared/model/import'
import { scheduleWords } from '@shared/schedule/words'
import type { Cli } from '../cli'
import { table } from '../table'
import type { Terminal } from '../terminal'

interface ImportOptions {
  readonly from: 'crontab' | 'system'
  readonly dryRun?: boolean
  readonly enable?: boolean
  readonly replace?: boolean
}

export function addImportCommand(program: Command, cli: Cli): void {
  program
    .command('import')
    .description(
      'make tasks of a crontab, or of all that this machine schedules; they arrive disabled. Again changes nothing.',
    )
    .argument('[file]', 'a crontab; - for standard input')
    .addOption(new Option('--from <source>', 'what to read').choices(['crontab', 'system']).makeOptionMandatory())
    .option('--dry-run', 'only show what it would make')
    .option('--enable', 'let the tasks run at their times')
    .option('--replace', 'with --from system --enable: switch the originals off, with a copy kept')
    .action(async (file: string | undefined, options: ImportOptions, command: Command) => {
      const { dryRun = false, enable = false, replace = false } = options
      if (options.from === 'system') {
        if (file !== undefined) command.error('error: --from system reads no file')
        return cli.withHost(command, async (client) => {
          const answer = await client.import.system({ dryRun, enable, replace })
          await cli.answer(command, answer, (shown) => importText(shown, cli.terminal))
        })
      }
      if (replace) command.error('error: --replace goes with --from system')
      if (file === undefined && cli.terminal.stdin.isTTY)
        command.error('error: name a crontab, or - for standard input')
      const source = await readSource(file, cli.terminal)
      return cli.withHost(command, async (client) => {
        const answer = await client.import.crontab({ ...source, dryRun, enable })
        await cli.answer(command, answer, (shown) => importText(shown, cli.terminal))
      })
    })
}

async function readSource(
  file: string | undefined,
  { stdin, folder }: Terminal,
): Promise<{ text: string; path?: string }> {
  if (file === undefined || file === '-') return { text: await readText(stdin) }
  const path = resolve(folder, file)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new BelfryError('NOT_FOUND', `the file cannot be read: ${messageOf(error)}`, { field: 'file', cause: error })
  })
  return { text, path }
}

function importText(answer: ImportAnswer, { colours, stdout }: Terminal): string {
  const made = answer.dryRun ? answer.wouldCreate : answer.created
  const sections: string[] = []
  const heading = (text: string): string => colours.bold(text)
  const tasks = made.length === 1 ? '1 task' : `${made.length} tasks`
  sections.push(heading(answer.dryRun ? `Would make ${tasks}` : `Made ${tasks}`))
  if (made.length > 0) {
    sections.push(
      table(
        [{ title: 'NAME', flexible: true }, { title: 'SCHEDULE', flexible: true }, { title: 'STATE' }],
        made.map((task) => [
          task.name,
          scheduleWords(task.triggers, 'en'),
          task.locked ?? (task.enabled ? 'enabled' : 'disabled'),
        ]),
        stdout.isTTY ? stdout.columns || undefined : undefined,
      ),
    )
  }
  if (answer.unchanged.length > 0) sections.push(`${answer.unchanged.length} were here already and stay as they are.`)
  if (answer.errors.length > 0) {
    sections.push(
      heading(colours.red('Not understood')),
      answer.errors
        .map(
          ({ path, line, text, message }) =>
            `${path ?? 'line'}${line === null ? '' : `${path === null ? ' ' : ':'}${line}`}: ${message}${text === '' ? '' : `\n    ${text}`}`,
        )
        .join('\n'),
    )
  }
  if (answer.notes.length > 0) sections.push(heading('To know'), answer.notes.join('\n'))
  if (!answer.dryRun && made.some((task) => !task.enabled && task.locked === null)) {
    sections.push('Disabled tasks run once they are enabled: belfry enable <task>')
  }
  return sections.join('\n')
}
