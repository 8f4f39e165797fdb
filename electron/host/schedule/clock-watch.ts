/**
 * Tells sleep, a moved clock and a busy host apart by three clocks. On Linux boot time minus monotonic time is sleep, and wall
 * time minus boot time a moved clock; elsewhere boot time does not tell, and a late look after a power event was sleep.
 */
import type { LateReason } from '@shared/model/occurrence'
import type { Clock } from '../ports'

export interface Look {
  /** Wall time, ms. */
  readonly now: number
  /** What a delay since the last look is to be put down to. */
  readonly cause: Exclude<LateReason, 'not_running'>
  /** Ms by which the wall clock was set: forward positive, back negative; steps under 2 s count as none. */
  readonly stepped: number
}

export interface ClockWatch {
  look(): Look
  /** The system says that it woke. */
  powerResumed(): void
}

/** Ms; smaller differences are the clocks' own. */
const noticed = 2000

/** @param bootTells boot time goes on through sleep while monotonic time does not, and is never set: so on Linux */
export function createClockWatch(clock: Clock, bootTells: boolean): ClockWatch {
  let last = read(clock)
  let resumed = false
  return {
    powerResumed() {
      resumed = true
    },
    look() {
      const now = read(clock)
      const passed = {
        wall: now.wall - last.wall,
        monotonic: now.monotonic - last.monotonic,
        boot: now.boot - last.boot,
      }
      last = now
      const hinted = resumed
      resumed = false
      const slept = bootTells ? passed.boot - passed.monotonic : hinted ? passed.wall - passed.monotonic : 0
      const moved = passed.wall - (bootTells ? passed.boot : passed.monotonic + Math.max(0, slept))
      const stepped = Math.abs(moved) < noticed ? 0 : Math.round(moved)
      const asleep = slept >= noticed || (hinted && passed.monotonic >= noticed + longestSleep)
      const cause = stepped > 0 && stepped > slept ? 'clock' : asleep ? 'asleep' : 'busy'
      return { now: now.wall, cause, stepped }
    },
  }
}

/** Ms that pass at most between two looks of a host that is awake and idle. */
export const longestSleep = 30_000

function read(clock: Clock): { wall: number; monotonic: number; boot: number } {
  return { wall: clock.now(), monotonic: clock.monotonic(), boot: clock.boot() }
}
