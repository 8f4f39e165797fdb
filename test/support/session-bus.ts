/** The session D-Bus as `busctl` shows it, JSON in and out. */
import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export interface BusObject {
  /** A well-known name, or a connection's own (`:1.7`). */
  readonly service: string
  readonly path: string
  readonly interface: string
}

/** A value as `busctl --json` writes it: variants and dictionaries keep their type beside them. */
export interface BusValue {
  readonly type: string
  readonly data: unknown
}

/** @throws when nobody has that property, or the bus is not there */
export async function getProperty(of: BusObject, name: string): Promise<unknown> {
  const { data } = await busctl('get-property', of.service, of.path, of.interface, name)
  return data
}

/**
 * @param signature of the arguments, as `iias`; empty when there are none
 * @returns what the method returns, one entry per return value
 * @throws what the method answers as an error
 */
export async function callMethod(
  on: BusObject,
  method: string,
  signature = '',
  ...args: readonly string[]
): Promise<readonly unknown[]> {
  const { data } = await busctl('call', on.service, on.path, on.interface, method, signature, '--', ...args)
  return Array.isArray(data) ? (data as readonly unknown[]) : []
}

async function busctl(...args: readonly string[]): Promise<BusValue> {
  const given = args.filter((arg) => arg !== '')
  const { stdout } = await execute('busctl', ['--user', '--json=short', '--timeout=10', ...given])
  return stdout.trim() === '' ? { type: '', data: [] } : (JSON.parse(stdout) as BusValue)
}

export interface BusMessage {
  readonly type: 'method_call' | 'method_return' | 'signal' | 'error'
  readonly sender: string
  readonly destination?: string
  readonly cookie: number
  readonly reply_cookie?: number
  readonly interface?: string
  readonly member?: string
  readonly payload: BusValue
}

/** Calls back for every message from or to `service`, from when it resolves until what it gives is called. */
export async function monitorBus(service: string, heard: (message: BusMessage) => void): Promise<() => void> {
  const monitor = spawn('busctl', ['--user', '--json=short', 'monitor', service], { stdio: ['ignore', 'pipe', 'pipe'] })
  createInterface(monitor.stdout).on('line', (line) => heard(JSON.parse(line) as BusMessage))
  await new Promise<void>((resolve, reject) => {
    // It says "Monitoring bus message stream." once it listens.
    createInterface(monitor.stderr).on('line', (line) =>
      line.startsWith('Monitoring') ? resolve() : reject(new Error(`busctl monitor: ${line}`)),
    )
    monitor.once('error', reject)
    monitor.once('exit', (code) => reject(new Error(`busctl monitor ended with ${code}`)))
  })
  return () => void monitor.kill()
}
