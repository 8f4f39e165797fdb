import { appendFile, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { lateReason, skipReason, type OccurrenceRecord } from '@shared/model/occurrence'
import type { FateRange } from '../../electron/host/schedule/decide'
import { fullDisk } from '../support/full-disk'
import { at, fate, ledgerBench, onDisk, start } from '../support/ledger-bench'

const brief = (records: readonly OccurrenceRecord[]) =>
  records.map(({ state, reason, from, until, count }) => [
    state,
    reason,
    (Date.parse(from) - start) / 1000,
    (Date.parse(until) - start) / 1000,
    count,
  ])

const everyFate: readonly (readonly [FateRange['state'], FateRange['reason']])[] = [
  ...lateReason.options.map((reason) => ['missed', reason] as const),
  ...skipReason.options.map((reason) => ['skipped', reason] as const),
  ['paused', 'task'],
  ['paused', 'everything'],
]

describe('a fate', () => {
  it.each(everyFate)('%s (%s) is kept as a range that counts, on disk as in memory', async (state, reason) => {
    const { ledger, folder, clock, store } = await ledgerBench()
    for (const second of [1, 2, 3]) ledger.record('a', fate(state, reason, second))
    ledger.record('a', fate(state, reason, 10, 60, 26))
    const wanted = [[state, reason, 1, 60, 29]]
    expect(brief(ledger.pending('a'))).toEqual(wanted)
    await clock.advance(1000)
    await vi.waitFor(() => expect(ledger.pending('a')).toEqual([]))
    expect(brief(await store.occurrences.list('a', { limit: 9 }))).toEqual(wanted)
    expect(brief(await onDisk(folder))).toEqual(wanted)
  })

  const other = fate('skipped', 'overlap', 2)
  it.each([
    ['another state', fate('paused', 'task', 2), {}],
    ['another reason', fate('skipped', 'blackout', 2), {}],
    ['another run in the way', other, { runId: 'run-2' }],
    ['an event', other, { runId: 'run-1', event: { trigger: 0, id: 'woke' } }],
    ['an earlier instant', fate('skipped', 'overlap', 1), { runId: 'run-1' }],
    ['another month', fate('skipped', 'overlap', 31 * 86_400), { runId: 'run-1' }],
  ] as const)('is another range after %s', async (_why, second, given) => {
    const { ledger } = await ledgerBench()
    ledger.record('a', fate('skipped', 'overlap', 1), { runId: 'run-1' })
    ledger.record('a', second, given)
    expect(ledger.pending('a').map(({ count }) => count)).toEqual([1, 1])
  })

  it('is another range after a run, after an event, in another epoch, and of another task', async () => {
    const { ledger, store } = await ledgerBench()
    const one = (second: number, taskId = 'a'): void => ledger.record(taskId, fate('skipped', 'overlap', second))
    one(1)
    ledger.interrupt('a')
    one(2)
    ledger.record('a', fate('skipped', 'overlap', 3), { event: { trigger: 0, id: 'woke' } })
    one(4)
    await store.state.beginEpoch({ number: 1, began: start, fixedStay: true })
    one(5)
    one(6, 'b')
    expect(ledger.pending('a').map(({ from, epoch }) => [(Date.parse(from) - start) / 1000, epoch])).toEqual([
      [5, 1],
      [4, 0],
      [3, 0],
      [2, 0],
      [1, 0],
    ])
    expect(ledger.pending('b')).toHaveLength(1)
  })

  it('what is missed after the clock was set back is not settled with what was missed later before', async () => {
    const { ledger, store } = await ledgerBench()
    await store.state.settleMissed('a', at(60))
    await store.state.beginEpoch({ number: 1, began: start, fixedStay: true })
    ledger.record('a', fate('missed', 'busy', 1, 5))
    ledger.record('a', fate('missed', 'busy', 6))
    expect(ledger.pending('a')).toMatchObject([{ from: at(1), until: at(6) }])
  })

  it('that the operator has settled does not come back with what is missed next', async () => {
    const { ledger, store } = await ledgerBench()
    ledger.record('a', fate('missed', 'busy', 1, 5))
    await ledger.flush('a')
    await store.state.settleMissed('a', at(5))
    ledger.record('a', fate('missed', 'busy', 6))
    await ledger.flush('a')
    expect(store.occurrences.missed('a', { epoch: 0, at: Date.parse(at(5)) })).toMatchObject({ count: 1, from: at(6) })
  })
})

describe('writing', () => {
  it('happens at most once a second per task, and the longer a range has grown the more seldom', async () => {
    const { ledger, clock, writes } = await ledgerBench()
    const written = async (from: number, until: number): Promise<number> => {
      const before = writes.length
      for (let second = from; second < until; second++) {
        ledger.record('a', fate('skipped', 'overlap', second))
        await clock.advance(1000)
      }
      return writes.length - before
    }
    expect(await written(0, 60)).toBeLessThanOrEqual(60)
    const hour = await written(60, 3660)
    expect(hour).toBeLessThan(400)
    expect(hour).toBeGreaterThan(60)
    expect(writes.every((records) => records.length === 1)).toBe(true)
  })

  it('keeps a month of skipped seconds in one row, and less than 2.5 MB of lines', async () => {
    const { ledger, clock, writes, store, folder } = await ledgerBench()
    // A look every five minutes tells of 300 occurrences.
    for (let second = 0; second < 30 * 86_400; second += 300) {
      ledger.record('a', fate('skipped', 'overlap', second, second + 299))
      await clock.advance(300_000)
    }
    await ledger.stop()
    expect(writes.length).toBeLessThan(6000)
    expect(await store.occurrences.list('a', { limit: 9 })).toMatchObject([{ count: 30 * 86_400 }])
    expect((await readFile(join(folder, 'occurrences', '2027-01.jsonl'))).length).toBeLessThan(2_500_000)
  }, 60_000)

  it('of a new range does not wait for an old one that has time', async () => {
    const { ledger, clock, writes } = await ledgerBench()
    ledger.record('a', fate('paused', 'task', 0, 36_000))
    await clock.advance(100)
    ledger.record('b', fate('missed', 'busy', 1))
    await clock.advance(1000)
    expect(writes.flat().map(({ taskId }) => taskId)).toEqual(['b'])
    await clock.advance(600_000)
    expect(writes.flat().map(({ taskId }) => taskId)).toEqual(['b', 'a'])
  })

  it('catches up once a full disk has room, and tells both', async () => {
    const disk = fullDisk()
    const { ledger, clock, folder, refusals, takes } = await ledgerBench({ files: disk.files })
    disk.fill((path) => path.includes('occurrences'))
    for (let second = 0; second < 30; second++) {
      ledger.record('a', fate(second % 2 ? 'skipped' : 'missed', second % 2 ? 'overlap' : 'busy', second))
      await clock.advance(1000)
      await vi.waitFor(() => expect(ledger.pending('a')).toHaveLength(second + 1))
    }
    await vi.waitFor(() => expect(refusals.length).toBeGreaterThan(0))
    await expect(ledger.flush('a')).rejects.toMatchObject({ code: 'STORAGE' })
    expect(takes()).toBe(0)
    disk.fill(undefined)
    await vi.waitFor(async () => {
      await clock.advance(2000)
      expect(ledger.pending('a')).toEqual([])
    })
    expect(takes()).toBe(1)
    expect((await onDisk(folder)).map(({ from }) => from)).toEqual(
      Array.from({ length: 30 }, (_, second) => at(second)),
    )
  })

  it('says that the disk takes it again only after it has refused', async () => {
    const { ledger, takes } = await ledgerBench()
    ledger.record('a', fate('missed', 'busy', 1))
    await ledger.flush('a')
    expect(takes()).toBe(0)
  })

  it('loses nothing that grew while an earlier state of it was being written', async () => {
    const bench = await ledgerBench()
    const { ledger, clock, folder } = bench
    const release = bench.slow()
    ledger.record('a', fate('missed', 'busy', 1))
    await clock.advance(1000)
    expect(bench.writes).toHaveLength(1)
    ledger.record('a', fate('missed', 'busy', 2))
    expect(brief(ledger.pending('a'))).toEqual([['missed', 'busy', 1, 2, 2]])
    release()
    await ledger.stop()
    expect(brief(await onDisk(folder))).toEqual([['missed', 'busy', 1, 2, 2]])
  })
})

describe('a flush', () => {
  it('waits for what is under way already, so that no run’s line overtakes it', async () => {
    const bench = await ledgerBench()
    const { ledger, clock } = bench
    const release = bench.slow()
    ledger.record('a', fate('missed', 'busy', 1))
    await clock.advance(1000)
    expect(bench.writes).toHaveLength(1)
    // Not on disk, though it was handed to it.
    expect(ledger.pending('a')).toHaveLength(1)
    let flushed = false
    const done = ledger.flush('a').then(() => (flushed = true))
    await clock.advance(0)
    expect(flushed).toBe(false)
    release()
    await done
    expect(ledger.pending('a')).toEqual([])
  })

  it('is of one task', async () => {
    const { ledger, writes } = await ledgerBench()
    ledger.record('a', fate('missed', 'busy', 1))
    ledger.record('b', fate('missed', 'busy', 1))
    await ledger.flush('a')
    expect(writes.flat().map(({ taskId }) => taskId)).toEqual(['a'])
  })
})

describe('while a run is to be stored', () => {
  it('nothing later than it is written, what is earlier is, and the rest once the run is', async () => {
    const { ledger, clock, writes, store } = await ledgerBench()
    ledger.record('a', fate('missed', 'busy', 1))
    ledger.record('a', fate('skipped', 'blackout', 3))
    const release = ledger.hold('a', start + 2000)
    const another = ledger.hold('a', start + 4000)
    await ledger.flush('a')
    await clock.advance(60_000)
    expect(brief(writes.flat())).toEqual([['missed', 'busy', 1, 1, 1]])
    expect(brief(ledger.pending('a'))).toEqual([['skipped', 'blackout', 3, 3, 1]])
    release()
    await ledger.flush('a')
    expect(brief(await store.occurrences.list('a', { limit: 9 }))).toHaveLength(2)
    ledger.record('a', fate('skipped', 'blackout', 5))
    await clock.advance(60_000)
    expect(writes).toHaveLength(2)
    another()
    await clock.advance(1000)
    expect(writes).toHaveLength(3)
  })

  it('a host that stops leaves what is later to the next one', async () => {
    const { ledger, folder } = await ledgerBench()
    ledger.hold('a', start + 2000)
    ledger.record('a', fate('missed', 'busy', 1))
    ledger.record('a', fate('skipped', 'blackout', 3))
    await ledger.stop()
    expect(brief(await onDisk(folder))).toEqual([['missed', 'busy', 1, 1, 1]])
  })
})

describe('a store that is opened after a crash', () => {
  it('has each range as it was written last, whatever is torn after it', async () => {
    const { ledger, folder } = await ledgerBench()
    ledger.record('a', fate('missed', 'not_running', 1, 5))
    await ledger.flush('a')
    ledger.record('a', fate('missed', 'not_running', 6, 9))
    await ledger.flush('a')
    const path = join(folder, 'occurrences', '2027-01.jsonl')
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n')
    await appendFile(path, (lines.at(-1) ?? '').slice(0, 60))
    expect(brief(await onDisk(folder))).toEqual([['missed', 'not_running', 1, 9, 9]])
  })

  it('has the state before, where the last line of a range was torn itself', async () => {
    const { ledger, folder } = await ledgerBench()
    ledger.record('a', fate('missed', 'not_running', 1, 5))
    await ledger.flush('a')
    const path = join(folder, 'occurrences', '2027-01.jsonl')
    const whole = await readFile(path)
    ledger.record('a', fate('missed', 'not_running', 6, 9))
    await ledger.flush('a')
    const grown = await readFile(path)
    await truncate(path, whole.length + Math.floor((grown.length - whole.length) / 2))
    expect(brief(await onDisk(folder))).toEqual([['missed', 'not_running', 1, 5, 5]])
  })
})
