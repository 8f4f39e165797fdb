/** The process table as /proc tells it. */
import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessIdentity } from '@shared/model/run'
import type { ProcessInfo, Processes } from '../host/ports'
import { posixSignal } from './guarded-signal'

interface Stat extends Omit<ProcessInfo, 'bootId' | 'command'> {
  readonly name: string
}

/** Looking at one process takes some 20 µs; after this many, others get a turn. */
const batch = 100
const commandLength = 4096

/** @param root where procfs is mounted */
export function linuxProcesses(root = '/proc'): Processes {
  let boot: string | undefined

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

  const info = ({ name, ...entry }: Stat): ProcessInfo => ({
    ...entry,
    bootId: bootId(),
    command: command({ name, ...entry }),
  })

  const select = async (wanted: (pid: number) => boolean): Promise<ProcessInfo[]> => {
    const pids = readdirSync(root).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
    const found: ProcessInfo[] = []
    for (const [index, pid] of pids.entries()) {
      if (index % batch === batch - 1) await new Promise((resolve) => setImmediate(resolve))
      // The identity is read on both sides, or a recycled pid could pass under another's environment.
      const before = stat(pid)
      if (!before || !wanted(pid)) continue
      const after = stat(pid)
      if (after?.startTime === before.startTime) found.push(info(after))
    }
    return found
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
    list: () => select(() => true),
    withEnvironment(name, value) {
      const needle = Buffer.from(`\0${name}=${value}\0`)
      return select((pid) => {
        const environment = readOptional(`${root}/${pid}/environ`)
        return environment !== undefined && Buffer.concat([nul, environment, nul]).includes(needle)
      })
    },
    signal: (identity, signal, scope) =>
      posixSignal({ alive, entry: stat, ownPid: process.pid }, identity, signal, scope),
  }
}

const nul = Buffer.from('\0')

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
