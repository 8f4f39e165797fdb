/** The flags of `add` and `edit` for how carefully a task is run. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { TaskChangeInput } from '@shared/model/task'

export interface PolicyOptions {
  readonly timeout?: string
  readonly killGrace?: string
  readonly misfireGrace?: string
  readonly coalesce?: boolean
  readonly onMissed?: 'ask' | 'run' | 'skip'
  readonly maxInstances?: number
  readonly overlap?: 'skip' | 'queue' | 'replace'
  readonly queueLimit?: number
  readonly group?: string
  readonly priority?: number
  readonly jitter?: string
}

export function withPolicyOptions(command: Command): Command {
  return command
    .option('--timeout <duration>', 'ends a run that takes longer; "none" for no limit')
    .option('--kill-grace <duration>', 'from SIGTERM to SIGKILL (default: 5s)')
    .option(
      '--misfire-grace <duration>',
      'what is later is not run but missed, though never what is less than 2s late; "none" for no limit (default: 1h)',
    )
    .option('--coalesce', 'of several that are late, one run for all (default)')
    .option('--no-coalesce', 'of several that are late, one run for each')
    .addOption(
      new Option(
        '--on-missed <what>',
        'what was missed waits for you, is run once, or is let be (default: ask)',
      ).choices(['ask', 'run', 'skip']),
    )
    .option('--max-instances <number>', 'runs at once (default: 1)', number)
    .addOption(
      new Option(
        '--overlap <policy>',
        'at --max-instances: no run, wait, or cancel the oldest (default: skip)',
      ).choices(['skip', 'queue', 'replace']),
    )
    .option('--queue-limit <number>', 'how many may wait by --overlap queue (default: 10)', number)
    .option('--group <name>', 'shares its limit of runs at once with all tasks that name it; "none" for none')
    .option('--priority <number>', 'higher starts first where runs wait, -100 to 100 (default: 0)', number)
    .option('--jitter <duration>', 'each run comes up to so much later (default: 0s)')
}

/** Only what was given. */
export function policyOf(options: PolicyOptions): NonNullable<TaskChangeInput['policy']> {
  const { timeout, killGrace, misfireGrace, coalesce, onMissed, maxInstances } = options
  const { overlap, queueLimit, group, priority, jitter } = options
  const orNone = (text: string): string | null => (text === 'none' ? null : text)
  return {
    ...(timeout === undefined ? {} : { timeout: orNone(timeout) }),
    ...(killGrace === undefined ? {} : { killGrace }),
    ...(misfireGrace === undefined ? {} : { misfireGrace: orNone(misfireGrace) }),
    ...(coalesce === undefined ? {} : { coalesce }),
    ...(onMissed === undefined ? {} : { onMissed }),
    ...(maxInstances === undefined ? {} : { maxInstances }),
    ...(overlap === undefined ? {} : { overlap }),
    ...(queueLimit === undefined ? {} : { queueLimit }),
    ...(group === undefined ? {} : { group: orNone(group) }),
    ...(priority === undefined ? {} : { priority }),
    ...(jitter === undefined ? {} : { jitter }),
  }
}

/** The host says which are allowed. */
function number(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError(`"${text}" is not a whole number.`)
  return Number(text)
}
