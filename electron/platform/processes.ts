import type { Processes } from '../host/ports'
import { linuxProcesses } from './processes-linux'
import { macProcesses } from './processes-macos'
import { windowsProcesses } from './processes-windows'

/** The process table of the platform that this runs on; other Unixes are read like macOS, by `ps`. */
export function systemProcesses(platform: NodeJS.Platform = process.platform): Processes {
  switch (platform) {
    case 'linux':
    case 'android':
      return linuxProcesses()
    case 'win32':
      return windowsProcesses()
    default:
      return macProcesses()
  }
}
