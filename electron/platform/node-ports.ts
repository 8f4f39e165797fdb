import * as files from 'node:fs/promises'
import type { Logger, Notifier, Ports } from '../host/ports'
import { systemClock } from './clock'
import { ulids } from './ids'
import { nodeModuleRunner } from './module-runner-node'
import { noPowerEvents } from './power-none'
import { systemProcesses } from './processes'
import { keyFileSecretBox } from './secret-box-key-file'
import { watchFiles } from './watch-files'

export interface NodePortsOptions {
  readonly dataFolder: string
  readonly log: Logger
  readonly notifier: Notifier
}

/** Every port for plain Node. The tray shell starts from these and replaces what Electron does better. */
export function nodePorts({ dataFolder, log, notifier }: NodePortsOptions): Ports {
  const processes = systemProcesses()
  return {
    clock: systemClock(),
    ids: ulids(),
    files,
    processes,
    notifier,
    modules: nodeModuleRunner(processes),
    secrets: keyFileSecretBox({ files, dataFolder, platform: process.platform }),
    power: noPowerEvents(),
    watchFiles,
    log,
  }
}
