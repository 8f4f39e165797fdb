/**
 * What a command finds in its environment: the host's own, less what belongs to Belfry's own runtime, then the task's,
 * then who it is. Parameters come as variables and are never spliced into a shell line.
 */
import { parameterVariable, type Json, type Parameters } from '@shared/model/common'
import type { Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'

export type Environment = Readonly<Record<string, string | undefined>>

export interface CommandEnvironmentOptions {
  readonly hostEnv: Environment
  readonly task: Pick<Task, 'id'>
  readonly run: Pick<Run, 'id'>
  /** Of the action. */
  readonly taskEnv: Environment
  readonly dataFolder: string
  /** The folder of the `belfry` command; null when there is none. */
  readonly belfryBin: string | null
  readonly parameters: Parameters
  /** Where parameters go that are too big for an environment. */
  readonly parametersPath: string
  readonly platform: NodeJS.Platform
}

export interface CommandEnvironment {
  readonly env: Record<string, string>
  /** To be written before the command starts; null when the environment holds all. */
  readonly parametersFile: { readonly path: string; readonly text: string } | null
}

/** The variable by which a process is known to belong to a run. */
export const runMarker = 'BELFRY_RUN_ID'

/** Bytes of JSON; one variable over 128 KiB makes Linux refuse to start anything. */
const parametersLimit = 96 * 1024

const ownVariables =
  /^(ELECTRON_.*|NODE_OPTIONS|npm_.*|BELFRY_RUN_ID|BELFRY_TASK|BELFRY_PARAM_.*|BELFRY_PARAMS(_FILE)?)$/
const standardPath = '/usr/local/bin:/usr/bin:/bin'

/** Pure. Belfry's own variables win over the task's, so that no task can pass for another. */
export function commandEnvironment(options: CommandEnvironmentOptions): CommandEnvironment {
  const { hostEnv, taskEnv, task, run, dataFolder, platform } = options
  const env: Record<string, string> = {}
  const windows = platform === 'win32'
  for (const [name, value] of Object.entries(hostEnv)) {
    if (value !== undefined && !ownVariables.test(name)) env[windows ? name.toUpperCase() : name] = value
  }
  for (const [name, value] of Object.entries(taskEnv)) {
    if (value !== undefined) env[windows ? name.toUpperCase() : name] = value
  }
  if (options.belfryBin !== null) env['PATH'] = withFolder(env['PATH'], options.belfryBin, windows)

  const carried = parameterVariables(options.parameters, options.parametersPath)
  Object.assign(env, carried.env, { [runMarker]: run.id, BELFRY_TASK: task.id, BELFRY_HOME: dataFolder })
  return { env, parametersFile: carried.parametersFile }
}

function withFolder(path: string | undefined, folder: string, windows: boolean): string {
  if (windows) return path ? `${path};${folder}` : folder
  return `${path || standardPath}:${folder}`
}

function parameterVariables(parameters: Parameters, path: string): CommandEnvironment {
  const json = JSON.stringify(parameters)
  const values = Object.entries(parameters).map(([name, value]) => [parameterVariable(name), asText(value)] as const)
  const unfit = values.some(([, value]) => value.includes('\0'))
  if (unfit || Buffer.byteLength(json) > parametersLimit) {
    return { env: { BELFRY_PARAMS_FILE: path }, parametersFile: { path, text: json } }
  }
  return { env: { ...Object.fromEntries(values), BELFRY_PARAMS: json }, parametersFile: null }
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
