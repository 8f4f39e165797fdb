/** The process table as `ps` tells it. Start times have whole seconds. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { ProcessIdentity } from '@shared/model/run'
import type { ProcessInfo, Processes } from '../host/ports'
import { isGone, posixSignal } from './guarded-signal'

const run = promisify(execFile)
const columns = 'pid=,ppid=,pgid=,sess=,state=,lstart=,command='
const options = {
  encoding: 'utf8',
  env: { LC_ALL: 'C', PATH: '/usr/bin:/bin:/usr/sbin:/sbin' },
  maxBuffer: 2 ** 26,
} as const

interface Row extends ProcessInfo {
  readonly stopped: boolean
}

export function macProcesses(): Processes {
  let boot: string | undefined
  const bootId = (): string => (boot ??= execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], options).trim())

  const parse = (text: string): Row[] =>
    text.split('\n').flatMap((line) => {
      const entry = parsePs(line)
      return entry ? [{ ...entry, bootId: bootId() }] : []
    })

  const look = (pid: number): Row | undefined => {
    try {
      process.kill(pid, 0)
    } catch (error) {
      if (isGone(error)) return undefined
    }
    try {
      return parse(execFileSync('ps', ['-ww', '-o', columns, '-p', String(pid)], options))[0]
    } catch {
      return undefined
    }
  }

  const identify = (pid: number): ProcessIdentity | undefined => {
    const entry = look(pid)
    return !entry || entry.zombie ? undefined : { pid, startTime: entry.startTime, bootId: entry.bootId }
  }

  const alive = (identity: ProcessIdentity): boolean =>
    identity.bootId === bootId() && identify(identity.pid)?.startTime === identity.startTime

  const list = async (): Promise<ProcessInfo[]> =>
    parse((await run('ps', ['-axww', '-o', columns], options)).stdout).map(({ stopped: _, ...entry }) => entry)

  return {
    bootId,
    identify,
    alive,
    list,
    stopped: (identity) => alive(identity) && look(identity.pid)?.stopped === true,
    async withEnvironment(name, value) {
      const { stdout } = await run('ps', ['-axwwE', '-o', 'pid=,command='], options)
      const marker = ` ${name}=${value} `
      const pids = new Set(
        stdout.split('\n').flatMap((line) => (`${line} `.includes(marker) ? [Number.parseInt(line, 10)] : [])),
      )
      return (await list()).filter((entry) => pids.has(entry.pid))
    },
    signal: (identity, signal, scope) =>
      posixSignal({ alive, entry: look, ownPid: process.pid }, identity, signal, scope),
  }
}

/** One line of `ps -o pid=,ppid=,pgid=,sess=,state=,lstart=,command=`; undefined where it is none. */
export function parsePs(line: string): Omit<Row, 'bootId'> | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/.exec(line)
  if (!match) return undefined
  const [, pid, parent, group, session, state, startTime = '', command = ''] = match
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    // Not a number on every release; 0 then.
    session: Number(session) || 0,
    zombie: state?.startsWith('Z') === true,
    stopped: state?.startsWith('T') === true,
    startTime: startTime.replace(/\s+/g, ' '),
    command,
  }
}
