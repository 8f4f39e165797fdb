/** A run service over a real store and a scripted executor, by a clock that the test moves. */
import * as realFiles from 'node:fs/promises'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { Files } from '../../electron/host/ports'
import { createRunService, type RunService } from '../../electron/host/run/run-service'
import { createLedger, type Ledger } from '../../electron/host/schedule/ledger'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { createWarnings, type Warnings } from '../../electron/host/system/warnings'
import { ulids } from '../../electron/platform/ids'
import { scriptedExecutor, type ScriptedExecutor } from './scripted-executor'
import { tempFolder } from './temp-folder'
import { virtualClock, type VirtualClock } from './virtual-clock'

export interface RunBench {
  readonly folder: string
  readonly clock: VirtualClock
  readonly store: Store
  readonly executor: ScriptedExecutor
  readonly warnings: Warnings
  readonly runs: RunService
  readonly ledger: Ledger
  /** That there are, by id. */
  readonly tasks: Map<string, Task>
  /** Every change that was told, in order. */
  readonly told: readonly Run[]
  /** What is not on disk by now is lost, as in a crash. */
  close(): Promise<void>
}

export interface RunBenchOptions {
  /** Of a host that was here before; a new one unless told. */
  readonly folder?: string
  readonly files?: Files
  readonly clock?: VirtualClock
}

export async function runBench(options: RunBenchOptions = {}): Promise<RunBench> {
  const folder = options.folder ?? (await tempFolder())
  const clock = options.clock ?? virtualClock('2027-01-01T00:00:00Z')
  const ports = { clock, ids: ulids(), files: options.files ?? realFiles, log: pino({ level: 'silent' }) }
  const store = await openStore(ports, folder, '0.0.0')
  onTestFinished(() => store.close())
  const executor = scriptedExecutor()
  const warnings = createWarnings(ports, () => undefined)
  const ledger = createLedger({ ports, store, refused: () => undefined, wrote: () => undefined })
  onTestFinished(() => ledger.stop())
  const told: Run[] = []
  const tasks = new Map<string, Task>()
  const runs = createRunService({
    ports,
    store,
    ledger,
    executors: { command: executor },
    task: (id) => tasks.get(id),
    settings: () => store.settings.get(),
    warnings,
    changed: (run) => void told.push(run),
  })
  return { folder, clock, store, executor, warnings, runs, ledger, tasks, told, close: () => store.close() }
}
