/** Time that passes from one event to the next, for playing a schedule through. No timer of the machine is behind it. */
import TinyQueue from 'tinyqueue'
import type { Clock } from '../ports'

/** Ms of wall time; from inclusive, until exclusive. */
export interface Span {
  readonly from: number
  readonly until: number
}

export interface SimulatedClock extends Clock {
  /** Like `after`, and before everything else of the same instant. Gives when that is to be, as it looks at the time of asking (ms). */
  first(ms: number, call: () => void): () => number
  /** Whose `after` goes on while the machine sleeps: called at the wake, then. */
  readonly sleepless: Pick<Clock, 'now' | 'after'>
  /** Lets the next thing happen: a timer, or a sleep and its end. False once nothing is left before `end` (ms): now is the ms before it. */
  step(end: number): boolean
}

export interface SimulatedClockOptions {
  /** Ms of wall time. */
  readonly start: number
  readonly zone: string
  /** While the machine sleeps: wall and boot time pass, timers stand still. In any order. */
  readonly asleep: readonly Span[]
  readonly woke: () => void
}

/** Ms that an ask for the monotonic time takes: what reckons for long within one event sees time pass, the same on each machine. */
const ask = 0.02

interface Timer {
  at: number
  readonly sleepless: boolean
  /** Among those of one instant. */
  readonly order: number
  call: (() => void) | undefined
}

export function simulatedClock({ start, zone, asleep, woke }: SimulatedClockOptions): SimulatedClock {
  const soonest = (a: Timer, b: Timer): number => a.at - b.at || a.order - b.order
  let timers = new TinyQueue<Timer>([], soonest)
  const sleeps = merged(asleep, start)
  let monotonic = 0
  let slept = 0
  let order = 0
  let asked = 0

  const now = (): number => start + monotonic + slept

  const put = (ms: number, call: () => void, { rank = 0, sleepless = false } = {}): Timer => {
    const timer: Timer = { at: monotonic + Math.max(0, ms), order: rank + order++, sleepless, call }
    timers.push(timer)
    return timer
  }
  const after = (ms: number, call: () => void): (() => void) => {
    const timer = put(ms, call)
    return () => void (timer.call = undefined)
  }
  const afterSleepless = (ms: number, call: () => void): (() => void) => {
    const timer = put(ms, call, { sleepless: true })
    return () => void (timer.call = undefined)
  }
  const sleepFor = (ms: number): void => {
    slept += ms
    for (const timer of timers.data) if (timer.sleepless) timer.at = Math.max(monotonic, timer.at - ms)
    timers = new TinyQueue(timers.data, soonest)
  }

  const firstTimer = (): Timer | undefined => {
    for (let first = timers.peek(); first !== undefined; first = timers.peek()) {
      if (first.call !== undefined) return first
      timers.pop()
    }
    return undefined
  }

  return {
    now,
    monotonic: () => monotonic + ask * asked++,
    boot: () => monotonic + slept,
    timeZone: () => zone,
    after,
    sleepless: { now, after: afterSleepless },
    at: (instant, call) => after(instant - now(), call),
    first(ms, call) {
      const timer = put(ms, call, { rank: Number.MIN_SAFE_INTEGER })
      return () => timer.at + start + slept
    },
    step(end) {
      asked = 0
      const timer = firstTimer()
      const at = timer === undefined ? Infinity : Math.max(timer.at + start + slept, now())
      const sleep = sleeps[0]
      if (sleep !== undefined && sleep.from <= at && sleep.from < end) {
        sleeps.shift()
        monotonic += Math.max(0, sleep.from - now())
        sleepFor(sleep.until - now())
        woke()
        return true
      }
      if (timer === undefined || at >= end) {
        monotonic += Math.max(0, end - 1 - now())
        return false
      }
      timers.pop()
      monotonic = Math.max(monotonic, timer.at)
      timer.call?.()
      return true
    },
  }
}

/** What lies after `start`, in order, none reaching into another. */
function merged(spans: readonly Span[], start: number): Span[] {
  const found: Span[] = []
  for (const { from, until } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (until <= start || (last !== undefined && until <= last.until)) continue
    if (last !== undefined && from <= last.until) found[found.length - 1] = { from: last.from, until }
    else found.push({ from: Math.max(from, start), until })
  }
  return found
}
