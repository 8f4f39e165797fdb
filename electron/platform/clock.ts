import { uptime } from 'node:os'
import type { Clock } from '../host/ports'

const longestTimer = 2 ** 31 - 1

/** The machine's clocks. Sleep counts in `boot` (Linux: CLOCK_BOOTTIME by way of /proc/uptime), not in `monotonic`. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    boot: () => uptime() * 1000,
    after(ms, call) {
      const timer = setTimeout(call, Math.min(Math.max(ms, 0), longestTimer))
      return () => clearTimeout(timer)
    },
    timeZone: machineTimeZone,
  }
}

function machineTimeZone(): string {
  // Node looks at the machine's zone once; only a change of TZ makes it look again.
  if (process.env['TZ'] === undefined) {
    process.env['TZ'] = 'UTC'
    delete process.env['TZ']
  }
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
