import { powerMonitor } from 'electron'
import type { PowerEvents } from '../host/ports'

/** What the desktop tells of sleep and wake. Only once the app is ready. */
export function electronPowerEvents(): PowerEvents {
  return {
    onSuspend: (listener) => void powerMonitor.on('suspend', listener),
    onResume: (listener) => void powerMonitor.on('resume', listener),
  }
}
