import type { Ports } from '../host/ports'
import { nodePorts, type NodePortsOptions } from '../platform/node-ports'
import { electronModuleRunner } from './module-runner-electron'
import { electronPowerEvents } from './power-electron'
import { desktopSecretBox } from './secret-box-safe-storage'

/** Node's ports, with what Electron does better in their place. Only once the app is ready. */
export function electronPorts(options: NodePortsOptions): Ports {
  const ports = nodePorts(options)
  return {
    ...ports,
    modules: electronModuleRunner(ports.processes),
    secrets: desktopSecretBox(process.platform, ports.secrets),
    power: electronPowerEvents(),
  }
}
