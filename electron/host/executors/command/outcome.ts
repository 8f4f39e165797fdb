/** From what is known at the end of a command to what is recorded. Pure. */
import { constants } from 'node:os'
import type { CommandAction } from '@shared/model/action'
import type { RunError, Survivor } from '@shared/model/run'
import type { Outcome } from '../executor'
import type { ErrorTail } from './error-tail'

export interface Ending {
  readonly action: CommandAction
  /** As the shell gives it: 128+n for signal n. Null when nobody wrote it down. */
  readonly exit: number | null
  readonly tail: ErrorTail
  readonly survivors: readonly Survivor[]
  /** See Outcome. */
  readonly endedAt?: number | undefined
}

const signalNames = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]))

/** 128+n is signal n, where there is such a signal. */
export function readExit(exit: number | null): Pick<Outcome, 'exitCode' | 'signal'> {
  const signal = exit !== null && exit > 128 ? signalNames.get(exit - 128) : undefined
  return signal === undefined ? { exitCode: exit, signal: null } : { exitCode: null, signal }
}

export function outcomeOf({ action, exit, tail, survivors, endedAt }: Ending): Outcome {
  const late = endedAt === undefined ? {} : { endedAt }
  const ended = { ...readExit(exit), stderrTail: tail.text(), survivors, ...late }
  if (exit === null) return { ...ended, error: lost }
  if (action.successExitCodes.includes(exit)) return { ...ended, exitCode: exit, signal: null, error: null }
  const said = tail.lastLine()
  if (ended.signal === null) return { ...ended, error: exitError(action, exit, said) }
  const detail = said === undefined ? {} : { detail: said }
  return { ...ended, error: { code: 'SIGNAL', message: `ended by ${ended.signal}`, ...detail } }
}

/** For a run that never began. */
export function failedStart(code: string, message: string, detail?: string): Outcome {
  const error = { code, message, ...(detail === undefined ? {} : { detail }) }
  return { exitCode: null, signal: null, error, stderrTail: '', survivors: [] }
}

const lost: RunError = { code: 'LOST', message: 'lost: its process is gone and left no exit status' }

/** The wrapper calls itself belfry; dash, bash, busybox and mksh each count lines in their own way. */
const wrapperSpoke = /^belfry(: (line )?\d+: |: exec: |\[\d+\]: )/

function exitError(action: CommandAction, exit: number, said: string | undefined): RunError {
  const happened = `exit code ${exit}`
  const refused = said !== undefined && wrapperSpoke.test(said) ? quoted(action) : undefined
  if (exit === 127) {
    const message = refused === undefined ? (said ?? 'a command was not found') : `${refused} was not found`
    return { code: 'NOT_FOUND', message, detail: happened }
  }
  if (exit === 126) {
    const message = refused === undefined ? (said ?? 'a command is not executable') : `${refused} is not executable`
    return { code: 'NOT_EXECUTABLE', message, detail: happened }
  }
  return said === undefined
    ? { code: 'EXIT_CODE', message: happened }
    : { code: 'EXIT_CODE', message: said, detail: happened }
}

/** What the wrapper was to start. */
function quoted({ command, shell }: CommandAction): string {
  return typeof command === 'string' ? `the shell "${shell ?? '/bin/sh'}"` : `"${command[0]}"`
}
