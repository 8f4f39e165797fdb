/** The process table as PowerShell tells it; trees are ended by taskkill. Windows has no groups, sessions or zombies. */
import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import { z } from 'zod'
import { BelfryError } from '@shared/errors'
import type { ProcessIdentity } from '@shared/model/run'
import type { ProcessInfo, Processes } from '../host/ports'
import { refuseOwn } from './guarded-signal'

const run = promisify(execFile)
const options = { encoding: 'utf8', windowsHide: true, maxBuffer: 2 ** 26 } as const
const sessionManager =
  'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters'

const rows = z.array(
  z.object({ pid: z.number(), parent: z.number(), started: z.string(), command: z.string().nullable() }),
)

export function windowsProcesses(): Processes {
  let boot: string | undefined

  // Windows counts its boots; a time of boot would move with the clock.
  const bootId = (): string => {
    boot ??= /BootId\s+REG_DWORD\s+(\S+)/.exec(
      execFileSync('reg', ['query', sessionManager, '/v', 'BootId'], options),
    )?.[1]
    return (boot ??= 'unknown')
  }

  const parse = (text: string): ProcessInfo[] =>
    rows.parse(text.trim() === '' ? [] : JSON.parse(text)).map((row) => ({
      pid: row.pid,
      parent: row.parent,
      group: 0,
      session: 0,
      zombie: false,
      startTime: row.started,
      bootId: bootId(),
      command: row.command ?? '',
    }))

  const look = (pid: number): ProcessInfo | undefined => {
    try {
      process.kill(pid, 0)
      return parse(execFileSync('powershell', query(`-Filter 'ProcessId=${pid}'`), options))[0]
    } catch {
      return undefined
    }
  }

  const identify = (pid: number): ProcessIdentity | undefined => {
    const entry = look(pid)
    return entry && { pid, startTime: entry.startTime, bootId: entry.bootId }
  }

  const alive = (identity: ProcessIdentity): boolean =>
    identity.bootId === bootId() && identify(identity.pid)?.startTime === identity.startTime

  return {
    bootId,
    identify,
    alive,
    list: async () => parse((await run('powershell', query(''), options)).stdout),
    withEnvironment: async () => [],
    stopped: () => false,
    signal(identity, signal) {
      refuseOwn({ alive, entry: look, ownPid: process.pid }, identity, 'process')
      if (signal === 'SIGSTOP' || signal === 'SIGCONT') throw new BelfryError('INTERNAL', `Windows knows no ${signal}`)
      if (!alive(identity)) return false
      const force = signal === 'SIGKILL' ? ['/F'] : []
      try {
        execFileSync('taskkill', ['/PID', String(identity.pid), '/T', ...force], { ...options, stdio: 'ignore' })
      } catch {
        // Without /F a console program refuses; it is still there, and SIGKILL follows.
      }
      return true
    },
  }
}

function query(filter: string): string[] {
  const select = `Get-CimInstance Win32_Process ${filter} | Where-Object CreationDate | ForEach-Object { [pscustomobject]@{
    pid = $_.ProcessId; parent = $_.ParentProcessId; started = [string]$_.CreationDate.ToFileTimeUtc(); command = $_.CommandLine } }`
  return ['-NoProfile', '-NonInteractive', '-Command', `ConvertTo-Json -Compress -InputObject @(${select})`]
}
