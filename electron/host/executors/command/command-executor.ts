/**
 * Runs shell lines and argument lists. On Linux and macOS a small `sh` (wrapper.ts) starts the command, whose output goes
 * to spool files that the host follows, so that neither depends on the other's life; on Windows output is piped.
 */
import type { CommandAction } from '@shared/model/action'
import type { Executor } from '../executor'
import type { CommandDeps } from './deps'
import { endPosixLeftovers } from './end-leftovers'
import { startPosix } from './start-posix'
import { startWindows } from './start-windows'

export type { CommandDeps } from './deps'

export function createCommandExecutor(deps: CommandDeps): Executor<CommandAction> {
  const windows = deps.platform === 'win32'
  return {
    kind: 'command',
    start: (execution) => (windows ? startWindows(deps, execution) : startPosix(deps, execution)),
    // A pipe's command has ended with its host; there are no spools, and what lives is ended all the same.
    endLeftovers: (execution) => endPosixLeftovers(deps, execution),
  }
}
