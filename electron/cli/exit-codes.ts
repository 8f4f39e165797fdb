/** What the command's exit codes mean; sysexits.h where it has one. Told in `belfry --help`. */
import { assertNever, type BelfryError } from '@shared/errors'
import type { EndedStatus } from '@shared/model/run'

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 69,
  locked: 73,
  config: 78,
  timedOut: 124,
  cancelled: 130,
} as const

export const exitCodeHelp = `
Exit codes:
  0    done; with run --wait: the run succeeded
  1    an error, told on stderr as "code: message (field)"; with run --wait: the run failed or was interrupted
  2    the command line cannot be understood
  69   no host is running on the data folder, or it cannot do this now
  73   another host holds the data folder
  78   the data folder cannot be used
  124  with run --wait: the run timed out
  130  with run --wait: the run was cancelled, or waiting was (Ctrl-C)`

export function exitCodeOfError({ code }: BelfryError): number {
  if (code === 'NO_HOST' || code === 'UNAVAILABLE') return exitCodes.unavailable
  return code === 'LOCKED' ? exitCodes.locked : exitCodes.failed
}

export function exitCodeOfRun(status: EndedStatus): number {
  switch (status) {
    case 'succeeded':
      return exitCodes.ok
    case 'failed':
    case 'interrupted':
    case 'expired':
      return exitCodes.failed
    case 'timed_out':
      return exitCodes.timedOut
    case 'cancelled':
      return exitCodes.cancelled
    default:
      return assertNever(status)
  }
}
