import { uptime } from 'node:os'
import type { Clock } from '../host/ports'

const longestTimer = 2 ** 31 - 1
/** Node counts whole ms between two readings of the clock, each of which may be one old: without these it calls early. */
const roundedAway = 2

/** The machine's clocks. Sleep counts in `boot` (Linux: CLOCK_BOOTTIME by way of /proc/uptime), not in `monotonic`. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    boot: () => uptime() * 1000,
    after(ms, call) {
      const timer = setTimeout(call, ms <= 0 ? 0 : Math.min(Math.ceil(ms) + roundedAway, longestTimer))
      return () => clearTimeout(timer)
    },
    at: callAt,
    timeZone: machineTimeZone,
  }
}

/** Ms by which a timer may be late; the rest is waited for turn by turn of the event loop. */
const timerSlack = 3

function callAt(instant: number, call: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined
  // By a clock that nobody sets: one that was set back must not have whoever asked sleep until it comes to the instant again.
  const latest = performance.now() + Math.max(0, instant - Date.now()) + timerSlack
  const wait = (): void => {
    const rest = Math.min(instant - Date.now(), latest - performance.now())
    if (rest <= 0) call()
    else if (rest <= timerSlack) turn = setImmediate(wait)
    else timer = setTimeout(wait, Math.min(rest - timerSlack + 1, longestTimer))
  }
  // Never at once: whoever asks holds nothing to take it back with yet.
  turn = setImmediate(wait)
  return () => {
    clearTimeout(timer)
    clearImmediate(turn)
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
