/**
 * The `sh` text that starts a command on Linux and macOS. It waits at a gate (fd 4) until the run's identity is on disk,
 * gives the command pipes, has a `cat` per stream append to a spool that outlives the host, and writes `started` and the
 * exit status to the status file (fd 3). Tried with dash, bash, busybox and mksh; every word has its reason:
 *
 * - A regular file as stderr would be truncated by `echo x >/dev/stderr`; a socket (Node's `pipe`) gives ENXIO there.
 * - A closed gate (`read` fails) means that the host died or changed its mind: the command never starts.
 * - `trap :` rather than `trap ''`, which the command would inherit; only the carriers ignore signals.
 * - `exec "$@"`, or builtins would run instead of programs.
 * - A spool that cannot grow (disk full, over the limit of 1 GiB) must not give the command SIGPIPE: the rest is dropped.
 */
import type { ProcessIdentity } from '@shared/model/run'
import type { ProcessInfo } from '../../ports'

export const wrapperShell = '/bin/sh'
const carrier = '/bin/cat'

const text = `umask 022; cat=$1; shift
k() { trap : HUP INT QUIT TERM USR1 USR2; }
c() { trap '' HUP INT QUIT TERM USR1 USR2 XFSZ; ulimit -f 2097152; "$cat" || exec "$cat" >/dev/null; }
read -r go <&4 || exit 0
k; exec 4<&- 7>&2 2>/dev/null
{ k; exec 8>&1
  { k; ( exec 2>&1 >&8 7>&- 8>&-; echo started >&3; exec 3>&-; exec "$@" ); echo "$?" >&3; } | c >&7 3>&- 8>&-
} | c 3>&- 7>&-
`

/** What `wrapperShell` is to be started with so that it runs `argv` behind the gate. */
export function wrapperArguments(argv: readonly string[]): string[] {
  return ['-c', text, 'belfry', carrier, ...argv]
}

/** Of a run's processes: the wrapper's own shells and carriers. Pure. */
export function wrapperProcesses(members: readonly ProcessInfo[], leader: ProcessIdentity | null): ProcessInfo[] {
  const first = members.find((member) => member.pid === leader?.pid && member.startTime === leader.startTime)
  if (!first) return []
  const shells = members.filter((member) => member.group === first.pid && member.command === first.command)
  const parents = new Set(shells.map((shell) => shell.pid))
  const carriers = members.filter((member) => member.command === carrier && parents.has(member.parent))
  return [...shells, ...carriers]
}

/** Those that append a stream to its spool. Pure. */
export function carriersAmong(members: readonly ProcessInfo[], leader: ProcessIdentity): ProcessInfo[] {
  return wrapperProcesses(members, leader).filter((member) => member.command === carrier)
}
