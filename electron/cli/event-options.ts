/** The flags of `add` and `edit` for what is started by events rather than by time. */
import path from 'node:path'
import { Option, type Command } from 'commander'
import type { Client } from '@shared/contract'
import { fromTransport } from '@shared/contract/transport-error'
import { BelfryError } from '@shared/errors'
import type { TaskInput, TaskView } from '@shared/model/task'
import { collect } from './pairs'

export interface EventOptions {
  readonly startup?: 'host' | 'boot'
  readonly resume?: boolean
  readonly watch?: string[]
  readonly settle?: string
  /** Ids, or names that `followedIds` makes ids of. */
  readonly after?: string[]
  readonly on?: 'success' | 'failure' | 'finish'
}

export function withEventOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--startup <when>', 'once each time the host starts, or once per boot of the machine').choices([
        'host',
        'boot',
      ]),
    )
    .option('--resume', 'whenever the machine wakes')
    .option(
      '--watch <path>',
      'when files there change, a folder with all below it; may be given several times',
      collect,
    )
    .option('--settle <duration>', 'how long --watch waits until they are quiet (default: 2s)')
    .option('--after <task>', 'when a run of that task ends; may be given several times, any of them will do', collect)
    .addOption(
      new Option('--on <end>', 'which ends --after waits for (default: success)').choices([
        'success',
        'failure',
        'finish',
      ]),
    )
}

/** @param folder where relative paths begin */
export function eventTriggers(
  { startup, resume, watch = [], settle, after = [], on }: EventOptions,
  command: Command,
  folder = process.cwd(),
): NonNullable<TaskInput['triggers']> {
  if (settle !== undefined && watch.length === 0) command.error('error: --settle says nothing without --watch')
  if (on !== undefined && after.length === 0) command.error('error: --on says nothing without --after')
  const paths = watch.map((one) => (one === '~' || one.startsWith('~/') ? one : path.resolve(folder, one)))
  return [
    ...(startup === undefined ? [] : [{ kind: 'startup' as const, on: startup }]),
    ...(resume ? [{ kind: 'resume' as const }] : []),
    ...(watch.length === 0 ? [] : [{ kind: 'watch' as const, paths, ...(settle === undefined ? {} : { settle }) }]),
    ...(after.length === 0 ? [] : [{ kind: 'after' as const, tasks: after, ...(on === undefined ? {} : { on }) }]),
  ]
}

/** With the ids of the tasks that `--after` names. NOT_FOUND, AMBIGUOUS, of that flag. */
export async function withFollowedIds<T extends EventOptions>(client: Client, options: T): Promise<T> {
  const { after } = options
  if (after === undefined) return options
  const found = async (wanted: string): Promise<TaskView> => {
    try {
      return await client.tasks.get({ id: wanted })
    } catch (error) {
      const { code, message, detail } = fromTransport(error)
      throw new BelfryError(code, message, { field: '--after', detail, cause: error })
    }
  }
  const tasks = await Promise.all(after.map(found))
  return { ...options, after: tasks.map(({ id }) => id) }
}
