/**
 * Runs a command on Windows: output by pipes, so that it ends with its host; no gate, so that a host which dies in the
 * moment before the run's process is recorded leaves it running.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { messageOf } from '@shared/errors'
import type { CommandAction } from '@shared/model/action'
import type { ProcessIdentity, Survivor } from '@shared/model/run'
import { Bell } from '../../run/bell'
import { TreeEnding } from '../../run/end-tree'
import { asSurvivor, ProcessTree } from '../../run/process-tree'
import { sleep } from '../../run/timer'
import type { Execution, Outcome, Started } from '../executor'
import type { CommandDeps } from './deps'
import { OutputRecorder, type Stream } from './output-recorder'
import { failedStart, outcomeOf } from './outcome'
import { prepare, spawnFailure, StartRefused, type Prepared } from './prepare'

/** Ms that the pipes get to close after the command's end. */
const pipePatience = 500
/** Ms in which the end of a command that is over is heard of. */
const lookPatience = 50

export function startWindows(deps: CommandDeps, execution: Execution<CommandAction>): Started {
  const run = new WindowsRun(deps, execution)
  return { done: run.perform(), stop: (grace) => run.stop(grace), look: () => run.look() }
}

class WindowsRun {
  private readonly recorder: OutputRecorder
  private readonly bell: Bell
  private stopAt: number | undefined
  private ending: TreeEnding | undefined
  private ended: Promise<readonly Survivor[]> = Promise.resolve([])
  private tree: ProcessTree | undefined
  private exited: Promise<number | null> = new Promise(() => undefined)

  constructor(
    private readonly deps: CommandDeps,
    private readonly execution: Execution<CommandAction>,
  ) {
    this.bell = new Bell(deps.clock)
    this.recorder = new OutputRecorder({ execution, clock: deps.clock, log: deps.log, positions: { out: 0, err: 0 } })
  }

  stop(grace: number): void {
    this.stopAt = Math.min(this.stopAt ?? Number.POSITIVE_INFINITY, this.deps.clock.monotonic() + grace)
    this.ending?.within(grace)
    this.endIfAsked()
  }

  look(): Promise<boolean> {
    const exited = this.exited.then(() => true)
    return Promise.race([exited, sleep(this.deps.clock, lookPatience).then(() => false)])
  }

  async perform(): Promise<Outcome> {
    try {
      const prepared = await prepare(this.deps, this.execution)
      if (this.stopAt !== undefined) return failedStart('CANCELLED', 'stopped before it began')
      return await this.run(prepared)
    } catch (error) {
      if (error instanceof StartRefused) return error.outcome
      this.deps.log.error({ err: error, run: this.execution.run.id }, 'a command could not be run')
      return failedStart('SPAWN', `the command could not be run: ${messageOf(error)}`)
    }
  }

  private async run(prepared: Prepared): Promise<Outcome> {
    const { deps, execution } = this
    const child = await this.spawn(prepared)
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal === null ? code : 128 + constants.signals[signal]))
    })
    const identity = child.pid === undefined ? undefined : deps.processes.identify(child.pid)
    if (identity) {
      const refused = await this.record(identity)
      if (refused) return refused
    }
    const streams = Promise.all([this.read(child, 'out'), this.read(child, 'err')])
    const exit = await this.exited
    const closed = await Promise.race([streams.then(() => true), this.bell.wait(pipePatience).then(() => false)])
    const survivors = this.ending
      ? await this.ended
      : closed
        ? []
        : ((await this.tree?.look())?.members.map(asSurvivor) ?? [])
    if (!closed) child.stdout?.destroy()
    if (!closed) child.stderr?.destroy()
    await streams
    if (!(await this.recorder.finish())) this.recorder.giveUp()
    return outcomeOf({ action: execution.action, exit, tail: this.recorder.tail, survivors })
  }

  private async record(identity: ProcessIdentity): Promise<Outcome | undefined> {
    const { processes, clock, log } = this.deps
    this.tree = new ProcessTree({ processes, runId: this.execution.run.id, leader: identity, ownPid: process.pid })
    this.execution.report.began(clock.now())
    try {
      await this.execution.report.started(identity)
    } catch (error) {
      const ending = new TreeEnding({ tree: this.tree, processes, clock, log })
      ending.within(0)
      await ending.perform()
      return failedStart('STORAGE', `ended, as it could not be recorded: ${messageOf(error)}`)
    }
    this.endIfAsked()
    return undefined
  }

  private endIfAsked(): void {
    if (this.stopAt === undefined || !this.tree || this.ending) return
    const { processes, clock, log } = this.deps
    this.ending = new TreeEnding({ tree: this.tree, processes, clock, log })
    this.ending.within(Math.max(0, this.stopAt - clock.monotonic()))
    this.ended = this.ending.perform()
  }

  private spawn({ cwd, env, stdinPath }: Prepared): Promise<ChildProcess> {
    const { command, shell, stdin } = this.execution.action
    const line = typeof command === 'string'
    const file = line ? (shell ?? env['COMSPEC'] ?? 'cmd.exe') : (command[0] ?? '')
    // cmd takes the line as it stands, inside one more pair of quotes.
    const args = line ? (shell === undefined ? ['/d', '/s', '/c', `"${command}"`] : ['-c', command]) : command.slice(1)
    return new Promise((resolve, reject) => {
      const refuse = (error: unknown): void => reject(new StartRefused(spawnFailure(error, cwd)))
      try {
        const child = spawn(file, args, {
          cwd,
          env,
          detached: false,
          windowsHide: true,
          windowsVerbatimArguments: line && shell === undefined,
          stdio: [stdinPath === null ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        })
        child.once('error', refuse)
        child.once('spawn', () => resolve(child))
        child.stdin?.on('error', () => undefined)
        child.stdin?.end(stdin)
      } catch (error) {
        refuse(error)
      }
    })
  }

  private async read(child: ChildProcess, stream: Stream): Promise<void> {
    try {
      for await (const chunk of (stream === 'out' ? child.stdout : child.stderr) ?? []) {
        await this.recorder.write(stream, Buffer.from(chunk as Uint8Array))
        while (!(await this.recorder.save())) await this.bell.wait(pipePatience)
      }
    } catch {
      // Destroyed: somebody else has it open, and is listed.
    }
  }
}
