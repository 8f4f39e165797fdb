/** What is settled before a command starts, the same on every platform. */
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import type { CommandAction } from '@shared/model/action'
import { commandEnvironment } from '../../run/environment'
import { codeOf } from '../../store/disk'
import type { Execution, Outcome } from '../executor'
import type { CommandDeps } from './deps'
import { failedStart } from './outcome'

export interface Prepared {
  readonly cwd: string
  readonly env: Record<string, string>
  /** The file that standard input comes from; null for none. */
  readonly stdinPath: string | null
}

/** Why a command could not start. */
export class StartRefused extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.error?.message)
    this.name = 'StartRefused'
  }
}

/** Checks the working folder and writes the files that the command reads. Throws StartRefused. */
export async function prepare(deps: CommandDeps, execution: Execution<CommandAction>): Promise<Prepared> {
  const { action, task, run, spoolFolder } = execution
  const cwd = expandHome(action.cwd ?? deps.home, deps.home)
  await checkFolder(deps, cwd)
  const { env, parametersFile } = commandEnvironment({
    hostEnv: deps.hostEnv,
    task,
    run,
    taskEnv: action.env ?? {},
    dataFolder: deps.dataFolder,
    belfryBin: deps.belfryBin,
    parameters: run.parameters,
    parametersPath: join(spoolFolder, 'parameters.json'),
    platform: deps.platform,
  })
  const stdinPath = action.stdin === undefined ? null : join(spoolFolder, 'stdin')
  try {
    if (parametersFile) await deps.files.writeFile(parametersFile.path, parametersFile.text, { mode: 0o600 })
    if (stdinPath !== null) await deps.files.writeFile(stdinPath, action.stdin ?? '', { mode: 0o600 })
  } catch (error) {
    throw new StartRefused(failedStart('STORAGE', `the run's files could not be written: ${messageOf(error)}`))
  }
  return { cwd, env, stdinPath }
}

/** `~` and `~/x` are in `home`. Pure. */
export function expandHome(path: string, home: string): string {
  return path === '~' ? home : /^~[/\\]/.test(path) ? join(home, path.slice(2)) : path
}

/** The words for a folder that a command cannot start in. */
function badFolder(cwd: string, why: string): StartRefused {
  return new StartRefused(failedStart('CWD', `the working folder ${cwd} ${why}`))
}

async function checkFolder({ files }: CommandDeps, cwd: string): Promise<void> {
  const found = await files.stat(cwd).catch((error: unknown) => {
    throw badFolder(cwd, codeOf(error) === 'ENOENT' ? 'does not exist' : `cannot be entered: ${messageOf(error)}`)
  })
  if (!found.isDirectory()) throw badFolder(cwd, 'is not a folder')
}

/** The argument list that the action stands for. Windows: see start-windows.ts for how a line reaches cmd. */
export function commandArguments({ command, shell }: CommandAction): readonly string[] {
  return typeof command === 'string' ? [shell ?? '/bin/sh', '-c', command] : command
}

/** What it means that the operating system would not start something. */
export function spawnFailure(error: unknown, cwd: string): Outcome {
  const code = codeOf(error)
  switch (code) {
    case 'E2BIG':
      return failedStart(
        'SPAWN',
        'the arguments and the environment together are too big for the operating system',
        'E2BIG',
      )
    case 'EACCES':
    case 'ENOENT':
      // The shell itself is there, so it is the folder, which may have gone since it was looked at.
      return badFolder(cwd, 'cannot be entered').outcome
    default:
      return failedStart('SPAWN', `the command could not be started: ${messageOf(error)}`, code)
  }
}
