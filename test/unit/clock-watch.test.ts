import { describe, expect, it } from 'vitest'
import { createClockWatch } from '../../electron/host/schedule/clock-watch'

interface Passed {
  readonly wall: number
  readonly monotonic: number
  readonly boot: number
}

/** Looks after the clocks have gone on so far, ms; what Linux or another system shows. */
function lookAfter(passed: Passed, { linux = true, power = false } = {}) {
  let now = { wall: 1_000_000, monotonic: 0, boot: 50_000 }
  const watch = createClockWatch(
    {
      now: () => now.wall,
      monotonic: () => now.monotonic,
      boot: () => now.boot,
      timeZone: () => 'UTC',
      after: () => () => undefined,
      at: () => () => undefined,
    },
    linux,
  )
  watch.look()
  if (power) watch.powerEvent()
  now = { wall: now.wall + passed.wall, monotonic: passed.monotonic, boot: now.boot + passed.boot }
  const setBack = (by: number): void => void (now = { ...now, wall: now.wall - by })
  return { watch, look: watch.look(), setBack }
}

const s = 1000
const h = 3_600_000

describe('on Linux three clocks tell', () => {
  it.each<[string, Passed, { cause: string; stepped: number; woke: boolean }]>([
    ['nothing but time', { wall: 30 * s, monotonic: 30 * s, boot: 30 * s }, { cause: 'busy', stepped: 0, woke: false }],
    ['a host that hung', { wall: h, monotonic: h, boot: h }, { cause: 'busy', stepped: 0, woke: false }],
    ['sleep', { wall: 8 * h, monotonic: 5 * s, boot: 8 * h }, { cause: 'asleep', stepped: 0, woke: true }],
    ['a nap under 2 s', { wall: 1999, monotonic: 0, boot: 1999 }, { cause: 'busy', stepped: 0, woke: false }],
    ['a nap of 2 s', { wall: 2000, monotonic: 0, boot: 2000 }, { cause: 'asleep', stepped: 0, woke: true }],
    ['a clock set forward', { wall: h, monotonic: s, boot: s }, { cause: 'clock', stepped: h - s, woke: false }],
    ['a clock set back', { wall: -h, monotonic: s, boot: s }, { cause: 'busy', stepped: -h - s, woke: false }],
    ['a step forward under 2 s', { wall: 2999, monotonic: s, boot: s }, { cause: 'busy', stepped: 0, woke: false }],
    ['a step back under 2 s', { wall: -999, monotonic: s, boot: s }, { cause: 'busy', stepped: 0, woke: false }],
    ['a step back of 2 s', { wall: -1000, monotonic: s, boot: s }, { cause: 'busy', stepped: -2000, woke: false }],
    [
      'sleep, and a clock set a little',
      { wall: 9 * h, monotonic: 0, boot: 8 * h },
      { cause: 'asleep', stepped: h, woke: true },
    ],
    [
      'a nap, and a clock set far',
      { wall: 9 * h, monotonic: 0, boot: h },
      { cause: 'clock', stepped: 8 * h, woke: true },
    ],
    [
      'sleep, and a clock set back',
      { wall: 7 * h, monotonic: 0, boot: 8 * h },
      { cause: 'asleep', stepped: -h, woke: true },
    ],
  ])('%s', (_name, passed, told) => {
    expect(lookAfter(passed).look).toMatchObject(told)
    // A power event is a hint for systems that cannot tell.
    expect(lookAfter(passed, { power: true }).look).toMatchObject(told)
  })
})

describe('elsewhere a late look with a power event is sleep', () => {
  it.each<[string, Passed, boolean, { cause: string; stepped: number; woke: boolean }]>([
    [
      'where time stands still in sleep',
      { wall: 8 * h, monotonic: s, boot: 8 * h },
      true,
      { cause: 'asleep', stepped: 0, woke: true },
    ],
    [
      'where it does not',
      { wall: 8 * h, monotonic: 8 * h, boot: 8 * h },
      true,
      { cause: 'asleep', stepped: 0, woke: true },
    ],
    [
      'without one the clock was set',
      { wall: 8 * h, monotonic: s, boot: 8 * h },
      false,
      { cause: 'clock', stepped: 8 * h - s, woke: false },
    ],
    [
      'or the host was busy',
      { wall: 8 * h, monotonic: 8 * h, boot: 8 * h },
      false,
      { cause: 'busy', stepped: 0, woke: false },
    ],
    [
      'an event without delay says nothing',
      { wall: 30 * s, monotonic: 30 * s, boot: 30 * s },
      true,
      { cause: 'busy', stepped: 0, woke: false },
    ],
    [
      'a clock set back is seen beside it',
      { wall: -h, monotonic: s, boot: -h },
      true,
      { cause: 'busy', stepped: -h - s, woke: false },
    ],
  ])('%s', (_name, passed, power, told) => {
    expect(lookAfter(passed, { linux: false, power }).look).toMatchObject(told)
  })

  it('the event counts also when the look comes long after it, once', () => {
    const given = { wall: 1_000_000, monotonic: 0 }
    const clock = {
      now: () => given.wall,
      monotonic: () => given.monotonic,
      boot: () => 0,
      timeZone: () => 'UTC',
      after: () => () => undefined,
      at: () => () => undefined,
    }
    const watch = createClockWatch(clock, false)
    watch.powerEvent()
    given.wall += s
    given.monotonic += s
    expect(watch.look().cause).toBe('busy')
    given.wall += h
    expect(watch.look().cause).toBe('asleep')
    given.wall += h
    expect(watch.look().cause).toBe('clock')
  })
})

describe('a process that is stopped while it reads the clocks', () => {
  it.each(['now', 'monotonic', 'boot'] as const)('after %s sees no clock that was set', (stoppedAfter) => {
    let passed = 0
    let stop = false
    const reading = (name: string, value: number): number => {
      const read = value + passed
      if (stop && name === stoppedAfter) {
        stop = false
        passed += 10 * s
      }
      return read
    }
    const clock = {
      now: () => reading('now', 1_000_000),
      monotonic: () => reading('monotonic', 0),
      boot: () => reading('boot', 50_000),
      timeZone: () => 'UTC',
      after: () => () => undefined,
      at: () => () => undefined,
    }
    const watch = createClockWatch(clock, true)
    stop = true
    expect(watch.look()).toMatchObject({ now: 1_010_000, stepped: 0, cause: 'busy', woke: false })
    expect(watch.look()).toMatchObject({ stepped: 0, cause: 'busy' })
  })
})

describe('the earliest that the clock can have shown after a step', () => {
  it.each<[string, Passed, number]>([
    ['is what it shows less the time that has passed', { wall: -h, monotonic: 700, boot: 700 }, -h - 700],
    ['and cut to ms', { wall: -h, monotonic: 700.4, boot: 700 }, -h - 700],
    ['whatever boot time rounds', { wall: -h, monotonic: 700, boot: 710 }, -h - 700],
    ['less what was slept', { wall: 7 * h, monotonic: s, boot: 8 * h }, -h],
  ])('%s', (_name, passed, expected) => {
    expect(lookAfter(passed).look.since).toBe(1_000_000 + expected + 1)
  })
})

describe('why an instant was not looked at in time', () => {
  it('is told by the stretch that it lies in, also later', () => {
    const { watch } = lookAfter({ wall: 8 * h, monotonic: s, boot: 8 * h })
    expect([1_000_000 - 1, 1_000_000, 1_000_000 + h, 1_000_000 + 8 * h].map(watch.causes())).toEqual([
      'busy',
      'asleep',
      'asleep',
      'asleep',
    ])
    watch.look()
    expect(watch.causes()(1_000_000 + h)).toBe('asleep')
    expect(watch.causes()(1_000_000 + 9 * h)).toBe('busy')
  })

  it('stays with whoever has begun to ask when the clock is set back', () => {
    const { watch, setBack } = lookAfter({ wall: 8 * h, monotonic: s, boot: 8 * h })
    const causeAt = watch.causes()
    setBack(h)
    expect(watch.look().stepped).toBe(-h)
    expect(watch.causes()(1_000_000 + h)).toBe('busy')
    expect(causeAt(1_000_000 + h)).toBe('asleep')
  })

  it('is told by the clock as it is when that was set back in sleep', () => {
    const { watch } = lookAfter({ wall: 7 * h, monotonic: 0, boot: 8 * h })
    const told = [-h, -h + 1, 0, 7 * h].map((passed) => watch.causes()(1_000_000 + passed))
    expect(told).toEqual(['busy', 'asleep', 'asleep', 'asleep'])
  })

  it('is forgotten with the epoch of the clock that it was told in', () => {
    const { watch } = lookAfter({ wall: -h, monotonic: 0, boot: 0 })
    expect(watch.causes()(1_000_000 - h)).toBe('busy')
  })
})
