import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { builtCli } from './paths'

const startLimitMs = 20_000
const stopLimitMs = 20_000

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** 30 s unless told; a command that is not done by then is killed and throws. */
  readonly limitMs?: number
  readonly cwd?: string
}

/** Runs `belfry ARGS…` as an operator does: the built command, on this data folder. Never throws for an exit code. */
export async function belfry(home: string, args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { exitCode, stdout, stderr, signal, timedOut } = await execa(process.execPath, [builtCli, ...args], {
    env: { BELFRY_HOME: home, NO_COLOR: '1', ...options.env },
    cwd: options.cwd ?? os.tmpdir(),
    input: options.stdin ?? '',
    timeout: options.limitMs ?? 30_000,
    reject: false,
    stripFinalNewline: false,
  })
  if (exitCode === undefined) {
    const why = timedOut ? 'not done in time' : `ended by ${signal}`
    throw new Error(`belfry ${args.join(' ')}: ${why}\n${stdout}\n${stderr}`)
  }
  return { code: exitCode, stdout, stderr }
}

/** What `belfry ARGS… --json` answers. @throws when it fails, with what it said */
export async function belfryJson<T>(home: string, args: readonly string[], options: CliOptions = {}): Promise<T> {
  const { code, stdout, stderr } = await belfry(home, ['--json', ...args], options)
  if (code !== 0) throw new Error(`belfry ${args.join(' ')} exited with ${code}: ${stderr}${stdout}`)
  return JSON.parse(stdout) as T
}

export interface TestHost {
  readonly home: string
  readonly pid: number
  /** Where the page is, with its one-time token; without a page, why there is none. */
  readonly url: string
  /** All that the host has printed until now. */
  output(): string
  belfry(args: readonly string[], options?: CliOptions): Promise<CliResult>
  json<T>(args: readonly string[], options?: CliOptions): Promise<T>
  /** Asks it to stop and waits until it has; a second call gives the same answer. */
  stop(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: string | null }>
}

export interface HostOptions {
  /** An existing data folder; a new one under the system's temporary folder unless told. */
  readonly home?: string
  readonly env?: Readonly<Record<string, string>>
  /** After `serve`; a free port for the page unless told. */
  readonly args?: readonly string[]
}

/** A new, empty folder for BELFRY_HOME and the like. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'belfry-test-'))
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

/** Starts `belfry serve` and resolves when it says where its page is. @throws with its output when it ends before */
export async function startHost(options: HostOptions = {}): Promise<TestHost> {
  const home = options.home ?? (await temporaryFolder())
  const child = spawn(process.execPath, [builtCli, 'serve', ...(options.args ?? ['--port', '0'])], {
    env: { ...process.env, NO_COLOR: '1', ...options.env, BELFRY_HOME: home },
    cwd: os.tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }))
  let printed = ''
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const url = new Promise<string>((resolve) =>
    createInterface(child.stdout).on('line', (line) => {
      printed += `${line}\n`
      const ready = /^Belfry is running: (.*)$/.exec(line)?.[1]
      if (ready !== undefined) resolve(ready)
    }),
  )
  const output = (): string => printed
  const late = setTimeout(() => child.kill('SIGKILL'), startLimitMs)
  const ready = await Promise.race([url, exited])
  clearTimeout(late)
  if (typeof ready !== 'string') {
    throw new Error(`belfry serve ended before it was ready (code ${ready.code}, ${ready.signal}):\n${printed}`)
  }

  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): ReturnType<TestHost['stop']> => {
    const limit = setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
    child.kill(signal)
    const end = await exited
    clearTimeout(limit)
    return end
  }
  return {
    home,
    pid: child.pid ?? 0,
    url: ready,
    output,
    belfry: (args, extra) => belfry(home, args, extra),
    json: (args, extra) => belfryJson(home, args, extra),
    stop,
  }
}
