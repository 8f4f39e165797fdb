/** The process table as /proc tells it. */
import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessIdentity } from '@shared/model/run'
import type { ProcessInfo, Processes } from '../host/ports'
import { posixSignal } from './guarded-signal'

interface Stat extends Omit<ProcessInfo, 'bootId' | 'command'> {
  readonly name: string
  readonly stopped: boolean
}

/** Looking at one process takes some 20 µs; after this many, others get a turn. */
const batch = 100
const commandLength = 4096

/** @param root where procfs is mounted */
export function linuxProcesses(root = '/proc'): Processes {
  let boot: string | undefined
  const environments = new Map<string, () => Promise<ReadonlyMap<string, ProcessInfo[]>>>()

  const bootId = (): string => (boot ??= readFileSync(`${root}/sys/kernel/random/boot_id`, 'utf8').trim())

  const stat = (pid: number): Stat | undefined => {
    const text = readOptional(`${root}/${pid}/stat`)?.toString('utf8')
    return text === undefined ? undefined : parseStat(text)
  }

  const command = (entry: Stat): string => {
    const line = readOptional(`${root}/${entry.pid}/cmdline`)
    const text = line?.subarray(0, commandLength).toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ')
    return text === undefined || text === '' ? `[${entry.name}]` : text
  }

  const info = (entry: Stat): ProcessInfo => {
    const { pid, parent, group, session, zombie, startTime } = entry
    return { pid, parent, group, session, zombie, startTime, bootId: bootId(), command: command(entry) }
  }

  const scan = async <T>(look: (entry: Stat) => T | undefined): Promise<T[]> => {
    const pids = readdirSync(root).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
    const found: T[] = []
    for (const [index, pid] of pids.entries()) {
      if (index % batch === batch - 1) await new Promise((resolve) => setImmediate(resolve))
      const entry = stat(pid)
      const result = entry && look(entry)
      if (result !== undefined) found.push(result)
    }
    return found
  }

  /** By the values of the variable. */
  const scanEnvironments = async (name: string): Promise<ReadonlyMap<string, ProcessInfo[]>> => {
    const needle = Buffer.from(`\0${name}=`)
    const pairs = await scan((before) => {
      const environment = readOptional(`${root}/${before.pid}/environ`)
      const value = environment && valueAfter(environment, needle)
      if (value === undefined) return undefined
      // The identity is read on both sides, or a recycled pid could pass under another's environment.
      const after = stat(before.pid)
      return after?.startTime === before.startTime ? { value, entry: info(after) } : undefined
    })
    return pairs.reduce(
      (map, { value, entry }) => map.set(value, [...(map.get(value) ?? []), entry]),
      new Map<string, ProcessInfo[]>(),
    )
  }

  const identify = (pid: number): ProcessIdentity | undefined => {
    const entry = stat(pid)
    return !entry || entry.zombie ? undefined : { pid, startTime: entry.startTime, bootId: bootId() }
  }

  const alive = (identity: ProcessIdentity): boolean =>
    identity.bootId === bootId() && identify(identity.pid)?.startTime === identity.startTime

  return {
    bootId,
    identify,
    alive,
    list: shareScan(() => scan(info)),
    stopped: (identity) => alive(identity) && stat(identity.pid)?.stopped === true,
    async withEnvironment(name, value) {
      let look = environments.get(name)
      if (!look) environments.set(name, (look = shareScan(() => scanEnvironments(name))))
      return (await look()).get(value) ?? []
    },
    signal: (identity, signal, scope) =>
      posixSignal({ alive, entry: stat, ownPid: process.pid }, identity, signal, scope),
  }
}

/** Many runs that are ended together need no scan each; but what is told was read after it was asked for. */
function shareScan<T>(scan: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined
  const begin = (): Promise<T> => {
    next = undefined
    const begun = scan().finally(() => {
      if (running === begun) running = undefined
    })
    running = begun
    return begun
  }
  return () => {
    if (!running) return begin()
    next ??= running.then(begin, begin)
    return next
  }
}

/** The value of the variable that `needle` (a NUL, its name, `=`) begins; undefined where there is none. */
function valueAfter(environment: Buffer, needle: Buffer): string | undefined {
  const first = environment.subarray(0, needle.length - 1).equals(needle.subarray(1))
  const start = first ? needle.length - 1 : environment.indexOf(needle) + needle.length
  if (!first && start < needle.length) return undefined
  const end = environment.indexOf(0, start)
  return environment.toString('utf8', start, end < 0 ? environment.length : end)
}

/** One line of /proc/PID/stat. The name stands in parentheses and may itself hold spaces and parentheses. */
export function parseStat(text: string): Stat | undefined {
  const open = text.indexOf('(')
  const close = text.lastIndexOf(')')
  const [state, parent, group, session, ...rest] = text.slice(close + 2).split(' ')
  const startTime = rest[15]
  if (open < 0 || close < open || startTime === undefined) return undefined
  return {
    pid: Number.parseInt(text, 10),
    name: text.slice(open + 1, close),
    zombie: state === 'Z' || state === 'X',
    stopped: state === 'T',
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
  }
}

/** Undefined when the process is gone or is another user's. */
function readOptional(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
