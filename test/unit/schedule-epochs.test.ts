import { describe, expect, it } from 'vitest'
import { beginEpoch, latestOf, setBackMeanwhile, type EpochOptions } from '../../electron/host/schedule/epochs'
import type { ClockEpoch } from '../../electron/host/store/types'
import { makeTask } from '../support/make-task'
import { silentLog } from '../support/small-router'
import { virtualClock } from '../support/virtual-clock'

const start = '2027-01-01T12:00:00.000Z'
const now = Date.parse(start)
const hour = 3_600_000

function scene() {
  const clock = virtualClock(start)
  const told: string[] = []
  const epochs: ClockEpoch[] = []
  const made = { full: false, over: false, lastWritten: 0, latest: 0 }
  const options: EpochOptions = {
    clock,
    state: {
      epoch: () => epochs.at(-1) ?? { number: 0, began: 0, fixedStay: true },
      beginEpoch: async (epoch) => {
        if (made.full) throw new Error('the disk is full')
        told.push('epoch')
        epochs.push(epoch)
      },
      lastWritten: () => made.lastWritten,
    },
    warnings: {
      raise: (code, message) => void told.push(`${code} ${message}`),
      clear: (code) => void told.push(`no ${code}`),
    },
    log: silentLog,
    pullBack: async (at) => void told.push(`pulled back to ${new Date(at).toISOString()}`),
    latest: () => made.latest,
    isOver: () => made.over,
  }
  return { clock, told, epochs, made, options }
}

describe('a clock that was set back', () => {
  it.each([
    [2000, true],
    [3 * hour - 1, true],
    [3 * hour, false],
    [24 * hour, false],
  ])('by %i ms: fixed times stay decided %s, and the operator is told where they do not', async (by, fixedStay) => {
    const { options, epochs, told } = scene()
    expect(await beginEpoch(options, by, now)).toEqual({ fixedStay })
    expect(epochs).toEqual([{ number: 1, began: now, fixedStay }])
    expect(told.filter((line) => line.startsWith('CLOCK'))).toHaveLength(fixedStay ? 0 : 1)
    // A host that dies in between begins anew.
    expect(told.slice(-2)).toEqual([`pulled back to ${start}`, 'epoch'])
  })

  it('waits for a disk that refuses, says so, and goes on once it takes it', async () => {
    const { options, epochs, told, made, clock } = scene()
    made.full = true
    const begun = beginEpoch(options, hour, now)
    await clock.advance(5000)
    expect(epochs).toEqual([])
    expect(told).toContain('STORAGE The clock was set back; nothing starts until that is recorded: the disk is full')
    made.full = false
    await clock.advance(2000)
    expect(await begun).toEqual({ fixedStay: true })
    expect(epochs).toHaveLength(1)
    expect(told.at(-1)).toBe('no STORAGE')
  })

  it('is given up by a host that stops', async () => {
    const { options, epochs, made, clock } = scene()
    made.full = true
    const begun = beginEpoch(options, hour, now)
    await clock.advance(1000)
    made.over = true
    await clock.advance(1000)
    await begun
    expect(epochs).toEqual([])
    expect(clock.pending()).toBe(0)
  })

  it.each([
    [-hour, 0],
    [0, 0],
    [1999, 0],
    [2000, 2000],
    [hour, hour],
  ])('while no host ran shows by what was written last, or changed, %i ms ahead: by %i ms', (ahead, by) => {
    for (const what of ['lastWritten', 'latest'] as const) {
      const { options, made } = scene()
      made[what] = now + ahead
      expect(setBackMeanwhile(options)).toBe(by)
    }
  })

  it.each<[string, Parameters<typeof latestOf>, number]>([
    ['nothing', [[], null], 0],
    ['since when a task counts', [[makeTask({ countsFrom: start }), makeTask()], null], now],
    ['since when a task is paused', [[makeTask(), makeTask({ pause: { since: start, until: null } })], null], now],
    ['since when everything is paused', [[makeTask()], { since: start, until: null }], now],
  ])('is known from %s', (_name, given, expected) => {
    expect(latestOf(...given)).toBe(expected)
  })
})
