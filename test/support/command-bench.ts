/** Runs commands with the real executor in a temp folder, and keeps what it reported. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as files from 'node:fs/promises'
import { pino } from 'pino'
import { commandAction, type CommandAction } from '@shared/model/action'
import type { Json, Parameters } from '@shared/model/common'
import type { ProcessIdentity, Progress, Run } from '@shared/model/run'
import { createCommandExecutor, type CommandDeps } from '../../electron/host/executors/command/command-executor'
import type { Execution, Executor, Outcome, Started } from '../../electron/host/executors/executor'
import { systemClock } from '../../electron/platform/clock'
import { ulids } from '../../electron/platform/ids'
import { systemProcesses } from '../../electron/platform/processes'
import { deferred } from './deferred'
import { makeRun } from './make-run'
import { makeTask } from './make-task'
import { MemoryLogWriter } from './memory-log-writer'

export const processes = systemProcesses()
const ids = ulids()

export interface RunOptions {
  readonly parameters?: Parameters
  readonly killGrace?: number
  readonly logLimit?: number
  readonly log?: MemoryLogWriter
  /** Before the run is recorded as started; a rejection is a full disk. */
  readonly started?: (identity: ProcessIdentity) => Promise<void>
}

export interface Running extends Started {
  readonly run: Run
  readonly execution: Execution<CommandAction>
  readonly log: MemoryLogWriter
  readonly progress: Omit<Progress, 'updatedAt'>[]
  readonly results: Json[]
  readonly signsOfLife: () => number
  /** When it was seen to begin (ms). */
  readonly began: readonly number[]
  /** Why the log did not take all output. */
  readonly unrecorded: readonly string[]
  /** Once it has been recorded as started. */
  readonly identity: Promise<ProcessIdentity>
}

type Action = Partial<CommandAction> & Pick<CommandAction, 'command'>

export class CommandBench {
  private constructor(
    readonly folder: string,
    readonly executor: Executor<CommandAction>,
  ) {}

  static async make(changes: Partial<CommandDeps> = {}): Promise<CommandBench> {
    const folder = await mkdtemp(join(tmpdir(), 'belfry-command-'))
    const executor = createCommandExecutor({
      clock: systemClock(),
      files,
      processes,
      log: pino({ level: 'silent' }),
      dataFolder: folder,
      hostEnv: process.env,
      home: folder,
      platform: process.platform,
      belfryBin: null,
      ...changes,
    })
    return new CommandBench(folder, executor)
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true })
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  /** Everything but what reports. */
  async prepare(action: Action, options: RunOptions = {}): Promise<Omit<Execution<CommandAction>, 'report'>> {
    const run = makeRun({
      id: ids.next(Date.now()),
      status: 'running',
      startedAt: null,
      finishedAt: null,
      durationMs: null,
      exitCode: null,
      parameters: options.parameters ?? {},
    })
    const parsed = commandAction.parse({ kind: 'command', ...action })
    const spoolFolder = this.path(run.id)
    await mkdir(spoolFolder)
    return {
      run,
      task: makeTask({ action: parsed, policy: { killGrace: options.killGrace ?? 5000 } }),
      action: parsed,
      log: options.log ?? new MemoryLogWriter(),
      spoolFolder,
      logLimit: options.logLimit ?? 10_485_760,
    }
  }

  async start(action: Action, options: RunOptions = {}): Promise<Running> {
    const prepared = await this.prepare(action, options)
    const log = options.log ?? (prepared.log as MemoryLogWriter)
    const progress: Omit<Progress, 'updatedAt'>[] = []
    const results: Json[] = []
    const began: number[] = []
    let signs = 0
    const unrecorded: string[] = []
    const identity = deferred<ProcessIdentity>()
    const execution: Execution<CommandAction> = {
      ...prepared,
      report: {
        async started(process) {
          await options.started?.(process)
          identity.resolve(process)
        },
        began: (at) => void began.push(at),
        progress: (report) => void progress.push(report),
        result: (result) => void results.push(result),
        output: () => void signs++,
        dropped: () => undefined,
        unrecorded: (reason) => void unrecorded.push(reason),
      },
    }
    const started = this.executor.start(execution)
    return {
      done: started.done,
      stop: (grace) => started.stop(grace),
      look: () => started.look(),
      run: prepared.run,
      execution,
      log,
      progress,
      results,
      signsOfLife: () => signs,
      began,
      unrecorded,
      identity: identity.promise,
    }
  }

  async run(action: Action, options: RunOptions = {}): Promise<Running & { readonly outcome: Outcome }> {
    const running = await this.start(action, options)
    return { ...running, outcome: await running.done }
  }
}
