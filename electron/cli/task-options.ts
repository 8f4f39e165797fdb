/** The flags of `add` and `edit` → what the contract takes. */
import type { Command } from 'commander'
import type { Task, TaskChangeInput, TaskInput } from '@shared/model/task'
import { eventTriggers, withEventOptions, type EventOptions } from './event-options'
import { collect, collectPairs } from './pairs'
import { policyOf, withPolicyOptions, type PolicyOptions } from './policy-options'

export interface TaskOptions extends EventOptions, PolicyOptions {
  readonly name?: string
  readonly description?: string
  readonly tag?: string[]
  readonly command?: string
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly stdin?: string
  readonly shell?: string
  readonly successExitCodes?: number[]
  readonly cron?: string[]
  readonly every?: string[]
  readonly at?: string[]
  readonly manual?: boolean
  readonly timezone?: string
  readonly param?: Record<string, string>
  readonly disabled?: boolean
  readonly enabled?: boolean
}

type TriggerInput = NonNullable<TaskInput['triggers']>[number]

export function withTaskOptions(command: Command): Command {
  const timed = command
    .argument('[argv...]', 'after --: the program and its arguments, which no shell sees')
    .option('--name <name>')
    .option('--description <text>')
    .option('--tag <tag>', 'may be given several times', collect)
    .option('--command <line>', 'a line for the shell')
    .option('--cwd <folder>', 'where it runs (default: the home folder)')
    .option('--env <name=value>', 'added to its environment; may be given several times', collectPairs)
    .option('--stdin <text>', 'what it reads from standard input')
    .option('--shell <path>', 'which shell reads the line (default: /bin/sh)')
    .option('--success-exit-codes <codes>', 'those that count as success, as 0,3 (default: 0)', codes)
    .option(
      '--cron <expression>',
      '5 fields, 6 with seconds, 7 with the year, or @daily and the like; may be given several times',
      collect,
    )
    .option('--every <duration>', 'as 30s, 5m, 1h 30m; may be given several times', collect)
    .option(
      '--at <instant>',
      'once, as 2027-12-25T10:00:00Z, or 2027-12-25T10:00 in --timezone; may be given several times',
      collect,
    )
  const triggered = withEventOptions(timed)
    .option('--manual', 'no schedule: only by hand')
    .option('--timezone <zone>', "of --cron and --at (default: the machine's)")
  return withPolicyOptions(triggered)
    .option(
      '--param <name=value>',
      'reaches the command as BELFRY_PARAM_<NAME>; may be given several times',
      collectPairs,
    )
    .option('--disabled', 'plan nothing for it')
}

/** The task to make. Everything is checked by the host, with the field; here only what no definition could say. */
export function toTaskInput(options: TaskOptions, argv: readonly string[], command: Command): TaskInput {
  const { name, description, tag, param, disabled } = options
  if (name === undefined) command.error("error: required option '--name <name>' not specified")
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(disabled ? { enabled: false } : {}),
    ...(param === undefined ? {} : { parameters: param }),
    triggers: triggers(options, command),
    action: {
      kind: 'command',
      command:
        commandOf(options, argv, command) ??
        command.error('error: give --command LINE, or -- and the program with its arguments'),
      ...actionFields(options),
    },
    policy: policyOf(options),
  }
}

/** Only what was given. Trigger flags replace all triggers; --env and --param add to those that are there. */
export function toTaskChange(
  options: TaskOptions,
  argv: readonly string[],
  task: Task,
  command: Command,
): TaskChangeInput {
  const { name, description, tag, param, disabled, enabled } = options
  if (disabled && enabled) command.error('error: --enabled and --disabled contradict each other')
  const given = triggers(options, command)
  const line = commandOf(options, argv, command)
  const fields = actionFields(options)
  const care = policyOf(options)
  const changesAction = line !== undefined || Object.keys(fields).length > 0
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(disabled ? { enabled: false } : enabled ? { enabled: true } : {}),
    ...(param === undefined ? {} : { parameters: { ...task.parameters, ...param } }),
    ...(given.length > 0 || options.manual
      ? { triggers: given }
      : options.timezone === undefined
        ? {}
        : { triggers: moved(task, options.timezone) }),
    ...(changesAction
      ? {
          action: {
            ...task.action,
            ...fields,
            ...(fields.env ? { env: { ...task.action.env, ...fields.env } } : {}),
            ...(line === undefined ? {} : { command: line }),
          },
        }
      : {}),
    ...(Object.keys(care).length === 0 ? {} : { policy: care }),
  }
}

function commandOf(options: TaskOptions, argv: readonly string[], command: Command): string | string[] | undefined {
  if (options.command !== undefined && argv.length > 0)
    command.error('error: give --command or -- with a program, not both')
  return options.command ?? (argv.length > 0 ? [...argv] : undefined)
}

function actionFields({ cwd, env, stdin, shell, successExitCodes }: TaskOptions) {
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(stdin === undefined ? {} : { stdin }),
    ...(shell === undefined ? {} : { shell }),
    ...(successExitCodes === undefined ? {} : { successExitCodes }),
  }
}

function triggers(options: TaskOptions, command: Command): TriggerInput[] {
  const { cron = [], every = [], at = [], timezone } = options
  const zone = timezone === undefined ? {} : { timezone }
  return [
    ...cron.map((expression) => ({ kind: 'cron' as const, expression, ...zone })),
    ...every.map((span) => ({ kind: 'interval' as const, every: span })),
    ...at.map((instant) => ({ kind: 'date' as const, at: instant, ...zone })),
    ...eventTriggers(options, command),
  ]
}

function moved(task: Task, timezone: string): TriggerInput[] {
  return task.triggers.map((trigger) =>
    trigger.kind === 'cron' || trigger.kind === 'date' ? { ...trigger, timezone } : trigger,
  )
}

/** NaN for what is not a number: the host says which values are. */
function codes(text: string): number[] {
  return text.split(',').map((code) => (/^\d+$/.test(code.trim()) ? Number(code) : Number.NaN))
}
