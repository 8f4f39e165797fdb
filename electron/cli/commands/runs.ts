/** run, cancel, runs, logs. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Client } from '@shared/contract'
import { BelfryError } from '@shared/errors'
import { hasEnded, runStatus, type LogLine, type Run, type RunStatus } from '@shared/model/run'
import type { Cli } from '../cli'
import { exitCodeOfRun, exitCodes } from '../exit-codes'
import { followRun } from '../follow'
import { createLogOutput } from '../log-output'
import { collectPairs } from '../pairs'
import { runTable } from '../show-task'
import { printableLine, write } from '../terminal'
import { notEmpty } from './tasks'

export function addRunCommands(program: Command, cli: Cli): void {
  program
    .command('run')
    .description('run a task now, also a paused or disabled one')
    .argument('<task>', 'id or name', notEmpty)
    .option('--wait', 'show its log as it comes, and exit as the run did')
    .option(
      '--param <name=value>',
      'reaches the command as BELFRY_PARAM_<NAME>; may be given several times',
      collectPairs,
    )
    .option('--force', 'also when as many of it run as may')
    .action((id: string, { wait, param, force }: RunOptions, command: Command) =>
      cli.withHost(command, async (client) => {
        const run = await client.tasks.run({ id, force, ...(param ? { parameters: param } : {}) })
        if (wait) return waitFor(cli, command, client, run)
        await cli.answer(
          command,
          run,
          ({ taskName, number, id }) => `Started ${taskName} #${number}. Its log: belfry logs -f ${id}`,
        )
      }),
    )

  program
    .command('cancel')
    .description('end a run, or what a task runs now: SIGTERM, then SIGKILL, the whole tree')
    .argument('<run>', "a run's id, or a task's id or name", notEmpty)
    .action((id: string, _options: unknown, command: Command) =>
      cli.withHost(command, async (client) => {
        const run = await client.runs.cancel({ id: await activeRun(client, id) })
        await cli.answer(command, run, (shown) => `Ending ${shown.taskName} #${shown.number} (${shown.id}).`)
      }),
    )

  program
    .command('runs')
    .description('what ran, newest first')
    .option('--task <task>', 'id or name')
    .addOption(
      new Option('--status <status>', 'may be given several times')
        .choices(runStatus.options)
        .argParser((value: string, earlier: RunStatus[] = []) => [...earlier, status(value)]),
    )
    .option('--since <instant>', 'created at or after')
    .option('--until <instant>', 'created before')
    .option('--limit <number>', 'at most so many, up to 1000', '50')
    .option('--cursor <cursor>', 'what the page before gave as nextCursor')
    .action((options: RunsOptions, command: Command) =>
      cli.withHost(command, async (client) => {
        const page = await client.runs.list(options)
        await cli.answer(command, page, ({ items }) => {
          const more = page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`
          return runTable(items, cli.terminal) + more
        })
      }),
    )

  program
    .command('logs')
    .description("a run's log, or that of a task's latest run")
    .argument('<run>', "a run's id, or a task's id or name", notEmpty)
    .option('-f, --follow', 'go on until the run has ended')
    .option('--tail <number>', 'only the last so many lines')
    .option('--after <number>', 'only lines after this one')
    .option('--timestamps', 'begin each line with its time')
    .action((id: string, options: LogsOptions, command: Command) =>
      cli.withHost(command, async (client) => showLog(cli, command, client, await latestRun(client, id), options)),
    )
}

interface RunOptions {
  readonly wait?: boolean
  readonly param?: Record<string, string>
  readonly force?: boolean
}

interface RunsOptions {
  readonly task?: string
  readonly status?: RunStatus[]
  readonly since?: string
  readonly until?: string
  readonly limit: string
  readonly cursor?: string
}

interface LogsOptions {
  readonly follow?: boolean
  readonly tail?: string
  readonly after?: string
  readonly timestamps?: boolean
}

/** --json: the finished run, and nothing else. */
async function waitFor(cli: Cli, command: Command, client: Client, started: Run): Promise<void> {
  const quiet = cli.wantsJson(command)
  const output = createLogOutput(cli.terminal)
  const stop = new AbortController()
  const listenNoMore = cli.terminal.onInterrupt(() => stop.abort())
  const run = await followRun(
    client,
    started.id,
    0,
    (line) => (quiet ? Promise.resolve() : output.line(line)),
    stop.signal,
  ).finally(listenNoMore)
  await output.end()
  if (!run) {
    cli.finish(exitCodes.cancelled)
    return cli.note(`The run goes on. Cancel it with: belfry cancel ${started.id}`)
  }
  if (hasEnded(run.status)) cli.finish(exitCodeOfRun(run.status))
  // The log's last line has said how it ended.
  if (quiet) await cli.answer(command, run, () => '')
}

async function activeRun(client: Client, id: string): Promise<string> {
  const task = await client.tasks.get({ id }).catch(onlyNotFound)
  if (!task) return id
  const [first, ...rest] = task.activeRuns
  if (first === undefined) throw new BelfryError('CONFLICT', `task "${task.name}" is not running`)
  if (rest.length > 0)
    throw new BelfryError('AMBIGUOUS', `task "${task.name}" runs several times: ${task.activeRuns.join(', ')}`)
  return first
}

async function latestRun(client: Client, id: string): Promise<Run> {
  const run = await client.runs.get({ id }).catch(onlyNotFound)
  if (run) return run
  const { items } = await client.runs.list({ task: id, limit: 1 })
  if (!items[0]) throw new BelfryError('NOT_FOUND', `task "${id}" has not run yet`)
  return items[0]
}

function onlyNotFound(error: unknown): undefined {
  if (!(error instanceof BelfryError) || error.code !== 'NOT_FOUND') throw error
}

/** --json: the page that the host answers; with -f each event on a line of its own. */
async function showLog(cli: Cli, command: Command, client: Client, run: Run, options: LogsOptions): Promise<void> {
  const { stdout, colours } = cli.terminal
  const range = {
    ...(options.tail === undefined ? {} : { tail: options.tail }),
    ...(options.after === undefined ? {} : { after: options.after }),
  }
  const json = cli.wantsJson(command)
  const show = ({ at, stream, text }: LogLine): Promise<void> => {
    const line = stdout.isTTY ? printableLine(text) : text
    const shown = stream === 'out' ? line : stream === 'err' ? colours.red(line) : colours.dim(line)
    return write(stdout, `${options.timestamps ? `${colours.dim(at)} ` : ''}${shown}\n`)
  }
  let page = await client.runs.log({ id: run.id, ...range })
  if (json && !options.follow) return cli.answer(command, page, () => '')
  for (;;) {
    for (const line of page.lines) await (json ? cli.print(JSON.stringify(line)) : show(line))
    if (page.lines.length === 0 || page.last >= page.total) break
    page = await client.runs.log({ id: run.id, after: page.last })
  }
  if (!options.follow || page.ended) return
  const stop = new AbortController()
  const listenNoMore = cli.terminal.onInterrupt(() => stop.abort())
  await followRun(
    client,
    run.id,
    page.last,
    (line) => (json ? cli.print(JSON.stringify(line)) : show(line)),
    stop.signal,
  ).finally(listenNoMore)
}

function status(text: string): RunStatus {
  const parsed = runStatus.safeParse(text)
  if (!parsed.success) throw new InvalidArgumentError(`Allowed choices are ${runStatus.options.join(', ')}.`)
  return parsed.data
}
