/** Starts a command behind its gate, by the wrapper, and follows it by its files. Linux and macOS. */
import { spawn, type ChildProcess } from 'node:child_process'
import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { BelfryError, messageOf } from '@shared/errors'
import type { CommandAction } from '@shared/model/action'
import type { ProcessIdentity } from '@shared/model/run'
import type { Execution, Outcome, Started } from '../executor'
import type { CommandDeps } from './deps'
import { Follower } from './follower'
import { failedStart } from './outcome'
import { commandArguments, prepare, spawnFailure, StartRefused, type Prepared } from './prepare'
import { closeRunFiles, openRunFiles, type RunFiles } from './run-files'
import { wrapperArguments, wrapperShell } from './wrapper'

interface Waiting {
  readonly child: ChildProcess
  readonly identity: ProcessIdentity
  readonly gate: Writable
}

export function startPosix(deps: CommandDeps, execution: Execution<CommandAction>): Started {
  const start = new PosixStart(deps, execution)
  return { done: start.perform(), stop: (grace) => start.stop(grace), look: () => start.look() }
}

class PosixStart {
  private follower: Follower | undefined
  private stopped = false

  constructor(
    private readonly deps: CommandDeps,
    private readonly execution: Execution<CommandAction>,
  ) {}

  stop(grace: number): void {
    this.stopped = true
    this.follower?.stop(grace)
  }

  look(): Promise<boolean> {
    return this.follower?.look() ?? Promise.resolve(false)
  }

  async perform(): Promise<Outcome> {
    try {
      const prepared = await prepare(this.deps, this.execution)
      return await this.withFiles((files) => this.run(prepared, files))
    } catch (error) {
      if (error instanceof StartRefused) return error.outcome
      this.deps.log.error({ err: error, run: this.execution.run.id }, 'a command could not be run')
      return failedStart('SPAWN', `the command could not be run: ${messageOf(error)}`)
    }
  }

  private async withFiles(use: (files: RunFiles) => Promise<Outcome>): Promise<Outcome> {
    const { run, spoolFolder } = this.execution
    let files: RunFiles
    try {
      files = await openRunFiles(this.deps.files, spoolFolder)
    } catch (error) {
      return failedStart('STORAGE', `the run's files could not be opened: ${messageOf(error)}`)
    }
    try {
      // First of all, so that the block is there when the disk is full: the exit status must not be lost.
      await files.status.write(`${run.id}\n`)
      return await use(files)
    } catch (error) {
      if (error instanceof StartRefused) throw error
      return failedStart('STORAGE', `the run's files could not be used: ${messageOf(error)}`)
    } finally {
      await closeRunFiles(files)
    }
  }

  private async run(prepared: Prepared, files: RunFiles): Promise<Outcome> {
    const { deps, execution } = this
    if (this.stopped) return neverBegan
    const { child, identity, gate } = await this.spawn(prepared, files)
    const follower = new Follower({ deps, execution, files, child, leader: identity })
    try {
      await execution.report.started(identity)
    } catch (error) {
      gate.destroy()
      const code = error instanceof BelfryError ? error.code : 'STORAGE'
      return failedStart(code, `not started, as it could not be recorded: ${messageOf(error)}`)
    }
    if (this.stopped) {
      gate.destroy()
      return neverBegan
    }
    this.follower = follower
    gate.end('go\n', () => gate.destroy())
    return follower.perform()
  }

  private async spawn({ cwd, env, stdinPath }: Prepared, files: RunFiles): Promise<Waiting> {
    const stdin = stdinPath === null ? undefined : await this.deps.files.open(stdinPath, 'r')
    try {
      const child = await this.begin(cwd, env, files, stdin)
      const identity = child.pid === undefined ? undefined : this.deps.processes.identify(child.pid)
      const gate = child.stdio[4]
      if (!identity || !(gate instanceof Writable)) {
        throw new StartRefused(failedStart('SPAWN', 'the command was ended from outside before it began'))
      }
      // A gate that the wrapper has left behind is no news: its end tells.
      gate.on('error', () => undefined)
      return { child, identity, gate }
    } finally {
      await stdin?.close()
    }
  }

  private begin(cwd: string, env: Record<string, string>, files: RunFiles, stdin?: FileHandle): Promise<ChildProcess> {
    const args = wrapperArguments(commandArguments(this.execution.action))
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown): void => reject(new StartRefused(spawnFailure(error, cwd)))
      try {
        const stdio = [stdin?.fd ?? 'ignore', files.out.fd, files.err.fd, files.status.fd, 'pipe'] as const
        const child = spawn(wrapperShell, args, { cwd, env, detached: true, stdio: [...stdio] })
        child.once('error', refuse)
        child.once('spawn', () => {
          child.off('error', refuse)
          child.on('error', (error) => this.deps.log.warn({ err: error }, 'a command gave an error'))
          child.unref()
          resolve(child)
        })
      } catch (error) {
        refuse(error)
      }
    })
  }
}

const neverBegan: Outcome = failedStart('CANCELLED', 'stopped before it began')
