/** What every platform checks before it signals anything. */
import { BelfryError } from '@shared/errors'
import type { ProcessIdentity } from '@shared/model/run'
import type { Processes } from '../host/ports'

export type Signal = Parameters<Processes['signal']>[1]

/** As much of a process as can be looked up in an instant. */
export interface Entry {
  readonly pid: number
  readonly parent: number
  readonly group: number
}

export interface Guard {
  alive(identity: ProcessIdentity): boolean
  entry(pid: number): Entry | undefined
  readonly ownPid: number
}

/** Throws where `identity` is this process, one of its ancestors, or a group that holds one of them. */
export function refuseOwn(guard: Guard, identity: ProcessIdentity, scope: 'process' | 'group'): void {
  const line = lineage(guard)
  if (line.some((entry) => entry.pid === identity.pid)) {
    throw new BelfryError(
      'INTERNAL',
      `refused to signal process ${identity.pid}: it is Belfry itself or what started it`,
    )
  }
  if (scope === 'group' && line.some((entry) => entry.group === identity.pid)) {
    throw new BelfryError('INTERNAL', `refused to signal process group ${identity.pid}: Belfry is in it`)
  }
}

/**
 * `Processes.signal` for POSIX.
 * @returns false when the process is gone
 */
export function posixSignal(
  guard: Guard,
  identity: ProcessIdentity,
  signal: Signal,
  scope: 'process' | 'group',
): boolean {
  refuseOwn(guard, identity, scope)
  if (!guard.alive(identity)) return false
  if (scope === 'group' && guard.entry(identity.pid)?.group !== identity.pid) {
    throw new BelfryError('INTERNAL', `refused to signal process group ${identity.pid}: that process does not lead it`)
  }
  try {
    process.kill(scope === 'group' ? -identity.pid : identity.pid, signal)
    return true
  } catch (error) {
    if (isGone(error)) return false
    throw error
  }
}

export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH'
}

/** This process, its parent, and so on up to the first. */
function lineage(guard: Guard): Entry[] {
  const line: Entry[] = []
  for (let pid = guard.ownPid; pid > 0;) {
    const entry = guard.entry(pid)
    if (!entry || line.some((earlier) => earlier.pid === pid)) break
    line.push(entry)
    pid = entry.parent
  }
  return line
}
