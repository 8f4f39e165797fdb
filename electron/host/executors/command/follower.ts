/** Follows a running command by its spools, its status file and its processes, to its end. */
import type { ChildProcess } from 'node:child_process'
import { watch } from 'node:fs'
import type { CommandAction } from '@shared/model/action'
import type { ProcessIdentity, Survivor } from '@shared/model/run'
import { Bell } from '../../run/bell'
import { TreeEnding } from '../../run/end-tree'
import { asSurvivor, ProcessTree } from '../../run/process-tree'
import type { Execution, Outcome } from '../executor'
import { Carriers } from './carriers'
import type { CommandDeps, WatchFolder } from './deps'
import { OutputRecorder } from './output-recorder'
import { outcomeOf } from './outcome'
import { readStatus, type RunFiles } from './run-files'
import { Spool } from './spool'
import { wrapperProcesses } from './wrapper'

export interface FollowerOptions {
  readonly deps: CommandDeps
  readonly execution: Execution<CommandAction>
  readonly files: RunFiles
  readonly child: ChildProcess
  readonly leader: ProcessIdentity
}

/** Ms between two looks when nothing is heard. */
const lookEvery = 500
/** Ms between two looks from which on the host has stood still. */
const stall = 2000
/** Ms that the carriers get to hand on the rest after the command's end, before its descendants are looked at. */
const carrierPatience = 200
/** How often the log is tried again at the end of a run, `lookEvery` apart. */
const lastAttempts = 10
/** What a shell gives for SIGKILL. */
const killed = 128 + 9

export class Follower {
  private readonly bell: Bell
  private readonly recorder: OutputRecorder
  private readonly spools: readonly Spool[]
  private readonly tree: ProcessTree
  private stopAt: number | undefined
  private ending: TreeEnding | undefined
  private survivors: readonly Survivor[] | undefined
  private exit: number | null = null
  private gone = false
  private lost = false
  private ended = false
  private began = false
  /** When the command ended (ms), where a stalled host has noticed it late. */
  private endedAt: number | undefined
  /** Those who asked for a look. */
  private readonly askers: ((ended: boolean) => void)[] = []

  constructor(private readonly options: FollowerOptions) {
    const { deps, execution, files, child, leader } = options
    this.bell = new Bell(deps.clock)
    this.recorder = new OutputRecorder({ execution, clock: deps.clock, log: deps.log, positions: { out: 0, err: 0 } })
    const carriers = new Carriers(deps.processes, deps.clock, leader)
    this.spools = (['out', 'err'] as const).map(
      (stream) =>
        new Spool({
          stream,
          handle: files[stream],
          recorder: this.recorder,
          alone: carriers.hold,
          clock: deps.clock,
          limit: execution.logLimit,
          position: 0,
        }),
    )
    this.tree = new ProcessTree({
      processes: deps.processes,
      runId: execution.run.id,
      leader,
      ownPid: process.pid,
      carriers: (members) => wrapperProcesses(members, leader),
    })
    child.once('exit', () => {
      this.gone = true
      this.ending?.nudge()
      this.bell.ring()
    })
  }

  /** As `Started.stop`. */
  stop(grace: number): void {
    this.stopAt = Math.min(this.stopAt ?? Number.POSITIVE_INFINITY, this.options.deps.clock.monotonic() + grace)
    this.ending?.within(grace)
    this.bell.ring()
  }

  /** As `Started.look`. */
  look(): Promise<boolean> {
    if (this.ended) return Promise.resolve(true)
    return new Promise((resolve) => {
      this.askers.push(resolve)
      this.bell.ring()
    })
  }

  /** Until the command has ended and all its output is in the log. Never rejects for what the command does. */
  async perform(): Promise<Outcome> {
    const { deps, execution } = this.options
    const watcher = (deps.watchFolder ?? watchFolder)(execution.spoolFolder, () => this.bell.ring())
    try {
      await this.untilEnded()
    } finally {
      watcher.close()
      this.ended = true
      this.answer(this.askers.length, true)
    }
    await this.readAll()
    await this.finishLog()
    return outcomeOf({
      action: execution.action,
      exit: this.exitTold(),
      tail: this.recorder.tail,
      survivors: this.survivors ?? [],
      endedAt: this.endedAt,
    })
  }

  private answer(askers: number, ended: boolean): void {
    for (const tell of this.askers.splice(0, askers)) tell(ended)
  }

  private exitTold(): number | null {
    // What comes after the wrapper's end was our doing.
    if (this.lost) return null
    // Without a status it was KILLed, by us when we were asked to.
    return this.exit ?? (this.stopAt === undefined ? null : killed)
  }

  private async untilEnded(): Promise<void> {
    const { deps, execution, files, leader } = this.options
    for (let last = deps.clock.monotonic(); ;) {
      const askers = this.askers.length
      const now = deps.clock.monotonic()
      const stalled = now - last >= stall
      last = now
      // In this order: what is written before the end is read after it was noticed.
      const gone = this.gone || !deps.processes.alive(leader)
      const over = this.survivors !== undefined
      const status = await readStatus(files.status, execution.run.id)
      const changedAt = async (): Promise<number> => (stalled ? (await files.status.stat()).mtimeMs : deps.clock.now())
      if (status.started && !this.began) {
        this.began = true
        execution.report.began(await changedAt())
      }
      if (stalled && this.exit === null && status.exit !== null) this.endedAt = await changedAt()
      this.exit = status.exit
      const more = await this.readSome()
      this.recorder.signOfLife()
      if (this.stopAt !== undefined && !this.ending) this.endWhenItCanHear(status.started || gone)
      if (this.ending) {
        if (over) return
      } else if (gone) {
        // Whoever killed the wrapper alone has left processes that nobody follows any more.
        if (status.exit !== null) return
        this.lost = true
        this.stop(execution.task.policy.killGrace)
        continue
      } else if (status.exit !== null) {
        if (await this.outputIsHeldOpen()) return
        continue
      }
      this.answer(askers, false)
      if (!more) await this.bell.wait(this.pause())
    }
  }

  private pause(): number {
    if (this.ending || this.stopAt === undefined) return lookEvery
    return Math.max(0, Math.min(lookEvery, this.stopAt - this.options.deps.clock.monotonic()))
  }

  /** A TERM before `started` would be lost; KILL, due at the end of the grace, is not. */
  private endWhenItCanHear(ready: boolean): void {
    const { deps } = this.options
    const left = (this.stopAt ?? 0) - deps.clock.monotonic()
    if (!ready && left > 0) return
    this.ending = new TreeEnding({ tree: this.tree, processes: deps.processes, clock: deps.clock, log: deps.log })
    this.ending.within(Math.max(0, left))
    void this.ending.perform().then((survivors) => {
      this.survivors = survivors
      this.bell.ring()
    })
  }

  /** The command has ended: true when others have its output open, which are left alone and listed. */
  private async outputIsHeldOpen(): Promise<boolean> {
    const { clock } = this.options.deps
    const until = clock.monotonic() + carrierPatience
    while (!this.gone && !this.stopAt && clock.monotonic() < until) {
      if (!(await this.readSome())) await this.bell.wait(until - clock.monotonic())
    }
    if (this.gone || this.stopAt !== undefined) return false
    const { members } = await this.tree.look()
    if (members.length > 0) this.survivors = members.map(asSurvivor)
    return members.length > 0
  }

  private async readSome(): Promise<boolean> {
    let some = false
    for (const spool of this.spools) some = (await spool.read()) || some
    return some
  }

  private async readAll(): Promise<void> {
    // What survives may write for ever: one more round has all that the command itself wrote.
    for (let rounds = this.survivors?.length ? 1 : Number.POSITIVE_INFINITY; rounds > 0; rounds--) {
      if (!(await this.readSome())) return
    }
  }

  private async finishLog(): Promise<void> {
    for (let attempt = 0; !(await this.recorder.finish()); attempt++) {
      if (attempt === lastAttempts) {
        this.recorder.giveUp()
        return
      }
      await this.bell.wait(lookEvery)
      await this.readAll()
    }
  }
}

/** Tells of changes where the platform can; where it cannot, the looks every half second must do. */
const watchFolder: WatchFolder = (folder, changed) => {
  try {
    const watcher = watch(folder, { persistent: false }, changed)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return { close: () => undefined }
  }
}
