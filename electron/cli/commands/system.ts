/** status, pause, resume, open. */
import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import type { SystemStatus } from '@shared/model/system'
import { BelfryError } from '@shared/errors'
import { parseDuration } from '@shared/schedule/duration'
import type { Cli } from '../cli'
import { exact, whenNext } from '../format'
import { taskLine } from '../show-task'
import type { Terminal } from '../terminal'

interface PauseOptions {
  readonly all?: boolean
  readonly for?: string
  readonly until?: string
}

export function addSystemCommands(program: Command, cli: Cli): void {
  program
    .command('status')
    .description('what the host is, what runs and what is next')
    .action((_options: unknown, command: Command) =>
      cli.withHost(command, async (client) => {
        const status = await client.system.status()
        await cli.answer(command, status, (shown) => statusText(shown, cli.terminal))
      }),
    )

  program
    .command('pause')
    .description('plan nothing for a task, or for all, until it is resumed; running by hand still works')
    .argument('[task]', 'id or name')
    .option('--all', 'every task')
    .option('--for <duration>', 'for so long, as 90m or 2d')
    .option('--until <instant>', 'until then, as 2027-01-31T08:00:00Z')
    .action((task: string | undefined, options: PauseOptions, command: Command) => {
      const id = oneOrAll(task, options, command)
      const until = pauseEnd(options, command, cli.terminal.now())
      return cli.withHost(command, async (client) => {
        if (id !== undefined) {
          const paused = await client.tasks.pause({ id, until })
          return cli.answer(command, paused, (shown) => taskLine(shown, cli.terminal))
        }
        const status = await client.system.pause({ until })
        return cli.answer(command, status, () => pausedText(status))
      })
    })

  program
    .command('resume')
    .description('end a pause; what was due meanwhile is not caught up')
    .argument('[task]', 'id or name')
    .option('--all', 'end the pause of everything')
    .action((task: string | undefined, options: PauseOptions, command: Command) => {
      const id = oneOrAll(task, options, command)
      return cli.withHost(command, async (client) => {
        if (id !== undefined) {
          const resumed = await client.tasks.resume({ id })
          return cli.answer(command, resumed, (shown) => taskLine(shown, cli.terminal))
        }
        const status = await client.system.resume()
        return cli.answer(command, status, () => pausedText(status))
      })
    })

  program
    .command('open')
    .description(
      'show the page: a window of the tray app, or an address for the browser of this machine that works once',
    )
    .option('--no-browser', 'only print the address')
    .action((options: { readonly browser: boolean }, command: Command) =>
      cli.withHost(command, async (client) => {
        const answer = await client.system.open()
        await cli.answer(command, answer, () => answer.url ?? 'The window of Belfry has been brought forward.')
        if (answer.url !== null && options.browser && !cli.wantsJson(command)) browse(answer.url, cli.terminal)
      }),
    )
}

function oneOrAll(task: string | undefined, { all }: PauseOptions, command: Command): string | undefined {
  if ((task === undefined) === (all !== true)) command.error('error: name one task, or give --all')
  if (task === '') command.error("error: the task's name is empty")
  return task
}

function pauseEnd(options: PauseOptions, command: Command, now: number): string | null {
  if (options.for !== undefined && options.until !== undefined) command.error('error: give --for or --until, not both')
  if (options.for === undefined) return options.until ?? null
  const ms = parseDuration(options.for)
  if (ms === undefined || ms <= 0)
    throw new BelfryError('INVALID', `"${options.for}" is not a duration such as 90m or 2d`, { field: 'for' })
  return new Date(now + ms).toISOString()
}

function pausedText({ paused }: SystemStatus): string {
  if (!paused) return 'Tasks run at their times again.'
  return paused.until === null
    ? 'Everything is paused until it is resumed.'
    : `Everything is paused until ${exact(paused.until)}.`
}

function statusText(status: SystemStatus, { colours, now }: Terminal): string {
  const { lastDay, next, paused } = status
  const rows: [string, string][] = [
    [
      'host',
      `Belfry ${status.version}, ${status.kind}, process ${status.pid} on ${status.hostname}, since ${exact(status.startedAt)}`,
    ],
    ['data folder', status.dataFolder],
    [
      'schedule',
      status.state === 'stopping'
        ? 'stopping'
        : paused
          ? `paused${paused.until === null ? '' : ` until ${exact(paused.until)}`}`
          : 'running',
    ],
    [
      'tasks',
      `${status.tasks}${status.attention > 0 ? `, ${colours.red(`${status.attention} ${status.attention === 1 ? 'needs' : 'need'} attention`)}` : ''}`,
    ],
    ['running', `${status.activeRuns} of at most ${status.maxConcurrent}`],
    ['next', next ? `${next.taskName} ${whenNext(next.at, now())}` : 'nothing is planned'],
    [
      'last 24 h',
      `${lastDay.succeeded} succeeded, ${lastDay.failed} failed${lastDay.other > 0 ? `, ${lastDay.other} other` : ''}`,
    ],
    ...status.warnings.map((warning): [string, string] => [
      'warning',
      colours.yellow(`${exact(warning.at)} ${warning.message}`),
    ]),
  ]
  return rows.map(([label, text]) => `${colours.dim(label.padEnd(11))}  ${text}`).join('\n')
}

/** Only where somebody sits before a screen; a browser that does not come up is no error: the address stands there. */
function browse(url: string, { stdout, env }: Terminal): void {
  const opener = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? ['xdg-open']
  const hasScreen =
    process.platform === 'darwin' ||
    process.platform === 'win32' ||
    env['DISPLAY'] !== undefined ||
    env['WAYLAND_DISPLAY'] !== undefined
  const [program, ...args] = opener
  if (!stdout.isTTY || !hasScreen || program === undefined) return
  const child = spawn(program, [...args, url], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}
