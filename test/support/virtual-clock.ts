/** A clock that tests move by hand: wall and monotonic time apart, so that sleep and jumps can be played. */
import type { Clock } from '../../electron/host/ports'

export interface VirtualClock extends Clock {
  /** Lets `ms` pass on all clocks, firing timers in order; awaits what they set off. */
  advance(ms: number): Promise<void>
  /** The wall clock is set; nothing else moves. */
  setWall(to: string): void
  /** All clocks go on, and nobody is called back: the process is stopped, or has no time. */
  freeze(ms: number): void
  /** The machine sleeps: wall and boot time pass, timers stand still. */
  sleep(ms: number): void
  setTimeZone(zone: string): void
  /** Timers that wait. */
  pending(): number
}

export function virtualClock(start: string, zone = 'UTC'): VirtualClock {
  let wall = Date.parse(start)
  let monotonic = 0
  let boot = 1_000_000
  let timeZone = zone
  const timers = new Set<{ at: number; call: () => void }>()

  const pass = (ms: number): void => {
    wall += ms
    monotonic += ms
    boot += ms
  }
  /** Lets pending promise callbacks run. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  return {
    now: () => wall,
    monotonic: () => monotonic,
    boot: () => boot,
    timeZone: () => timeZone,
    after(ms, call) {
      const timer = { at: monotonic + Math.max(0, ms), call }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    at(instant, call) {
      return this.after(instant - wall, call)
    },
    async advance(ms) {
      const end = monotonic + ms
      for (;;) {
        await settle()
        const next = [...timers].reduce<{ at: number; call: () => void } | undefined>(
          (first, timer) => (first && first.at <= timer.at ? first : timer),
          undefined,
        )
        if (next === undefined || next.at > end) break
        timers.delete(next)
        pass(Math.max(0, next.at - monotonic))
        next.call()
      }
      pass(end - monotonic)
      await settle()
    },
    setWall(to) {
      wall = Date.parse(to)
    },
    freeze: pass,
    sleep(ms) {
      wall += ms
      boot += ms
    },
    setTimeZone(to) {
      timeZone = to
    },
    pending: () => timers.size,
  }
}
