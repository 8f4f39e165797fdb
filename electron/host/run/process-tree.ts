/** Which processes belong to a run. Every one is known by pid and start time, never by its pid alone. */
import type { ProcessIdentity, Survivor } from '@shared/model/run'
import type { ProcessInfo, Processes } from '../ports'
import { runMarker } from './environment'

export interface TreeRoots {
  /** The process that was started for the run. */
  readonly leader: ProcessIdentity | null
  /** Those with the run's marker in their environment. */
  readonly marked: readonly ProcessIdentity[]
  /** Those that were found to belong to it earlier. */
  readonly known: readonly ProcessIdentity[]
  /** Belfry's own process. */
  readonly ownPid: number
}

/**
 * Pure: the living processes of a run. A member is the leader, whoever has the marker or was known, and from there on
 * every child, and everybody in a group or session that a member leads. Never Belfry, its ancestors, or what Belfry
 * started for itself, though a host that was itself started by a run has handed its marker on to them.
 */
export function selectTree(all: readonly ProcessInfo[], roots: TreeRoots): ProcessInfo[] {
  const living = all.filter((entry) => !entry.zombie)
  const byPid = new Map(living.map((entry) => [entry.pid, entry]))
  const find = (identity: ProcessIdentity): ProcessInfo | undefined => {
    const entry = byPid.get(identity.pid)
    return entry && key(entry) === key(identity) ? entry : undefined
  }
  const own = new Set(lineage(roots.ownPid, byPid))
  const leader = roots.leader && find(roots.leader)
  const isOwnHelper = (entry: ProcessInfo): boolean => {
    const line = lineage(entry.pid, byPid)
    const belfry = line.indexOf(roots.ownPid)
    return belfry >= 0 && !(leader && line.slice(0, belfry).includes(leader.pid))
  }
  const marked = roots.marked.flatMap((identity) => find(identity) ?? []).filter((entry) => !isOwnHelper(entry))

  const members = new Map<number, ProcessInfo>()
  const open: ProcessInfo[] = []
  const add = (entry: ProcessInfo): void => {
    if (own.has(entry.pid) || members.has(entry.pid)) return
    members.set(entry.pid, entry)
    open.push(entry)
  }
  if (leader) add(leader)
  for (const entry of marked) add(entry)
  for (const identity of roots.known) {
    const entry = find(identity)
    if (entry) add(entry)
  }
  // A number stays taken while its group lives, so a marked member proves that the dead leader's group is still ours.
  const led = roots.leader?.pid
  if (led !== undefined && !byPid.has(led) && marked.some((entry) => entry.group === led)) {
    for (const entry of living) if (entry.group === led) add(entry)
  }

  for (let member = open.pop(); member; member = open.pop()) {
    const { pid, group, session } = member
    for (const entry of living) {
      const follows =
        entry.parent === pid || (group === pid && entry.group === pid) || (session === pid && entry.session === pid)
      if (follows) add(entry)
    }
  }
  return [...members.values()]
}

/** The process and its ancestors, nearest first. */
function lineage(pid: number, byPid: ReadonlyMap<number, ProcessInfo>): number[] {
  const line: number[] = []
  for (let next: number | undefined = pid; next !== undefined && next > 0 && !line.includes(next);) {
    line.push(next)
    next = byPid.get(next)?.parent
  }
  return line
}

function key(identity: ProcessIdentity): string {
  return `${identity.bootId} ${identity.pid} ${identity.startTime}`
}

export interface ProcessTreeOptions {
  readonly processes: Processes
  readonly runId: string
  readonly leader: ProcessIdentity | null
  readonly ownPid: number
  /** Members that only carry output: they are ended last, and are nobody's survivors. */
  readonly carriers?: (members: readonly ProcessInfo[]) => readonly ProcessInfo[]
}

/** One run's processes, remembered from look to look: a child that was seen once is not lost when its parent dies. */
export class ProcessTree {
  readonly leader: ProcessIdentity | null
  private readonly known = new Map<string, ProcessIdentity>()

  constructor(private readonly options: ProcessTreeOptions) {
    this.leader = options.leader
  }

  /** Reads the process table: what lives, told apart from what only carries output. */
  async look(): Promise<{ readonly members: ProcessInfo[]; readonly carriers: ProcessInfo[] }> {
    const { processes, runId, ownPid } = this.options
    const marked = await processes.withEnvironment(runMarker, runId)
    const all = await processes.list()
    const tree = selectTree(all, { leader: this.leader, marked, known: [...this.known.values()], ownPid })
    for (const entry of tree) this.known.set(key(entry), entry)
    const carriers = this.options.carriers?.(tree) ?? []
    return { members: tree.filter((entry) => !carriers.includes(entry)), carriers: [...carriers] }
  }
}

export function asSurvivor({ pid, startTime, bootId, command }: ProcessInfo): Survivor {
  return { pid, startTime, bootId, command }
}
