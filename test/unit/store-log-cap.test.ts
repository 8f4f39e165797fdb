import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LogLine, RunStatus } from '@shared/model/run'
import { createContext, type StorePorts } from '../../electron/host/store/context'
import { createLogStore } from '../../electron/host/store/run-log'
import type { LogStore } from '../../electron/host/store/types'
import { faultyFiles } from '../support/faulty-files'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const at = '2026-11-20T12:00:00.000Z'
const running = { id: 'run-1', createdAt: at, status: 'running' as RunStatus }
const limit = 65_536

function openLogs(folder: string, over: Partial<StorePorts> = {}): LogStore {
  const logs = createLogStore(createContext(storePorts(over), folder, '0.1.0'))
  onTestFinished(() => logs.close())
  return logs
}

const folderOf = (folder: string): string => join(folder, 'logs', '2026-11')
const readAll = async (logs: LogStore, after = 0): Promise<LogLine[]> =>
  (await logs.read(running, { after, limit: 1_000_000 })).lines

/** Line n says n, in 100 bytes of log. */
const line = (n: number, stream: 'out' | 'err' = 'out') => ({
  at,
  stream,
  text: `${n} `.padEnd(100 - `${at} o ${n * 10} \n`.length, '.'),
  position: n * 10,
})

function checkLines(lines: readonly LogLine[]): { gaps: LogLine[]; numbers: number[] } {
  const gaps = lines.filter((one) => one.stream === 'belfry')
  const numbers = lines.filter((one) => one.stream !== 'belfry').map((one) => one.number)
  expect(lines.filter((one) => one.stream !== 'belfry' && Number.parseInt(one.text) !== one.number)).toEqual([])
  expect(lines.every((one, index) => index === 0 || one.number > (lines[index - 1]?.number ?? 0))).toBe(true)
  return { gaps, numbers }
}

describe('a log over its limit', () => {
  it('keeps its first half and its newest lines, marks the gap, and numbers go on', async () => {
    const folder = await tempFolder()
    const logs = openLogs(folder)
    const writer = await logs.open(running, limit)
    for (let n = 1; n <= 5000; n += 1) await writer.append([line(n)])
    expect((await stat(join(folderOf(folder), 'run-1.log'))).size).toBeLessThanOrEqual(limit * 1.5 + 100)
    for (const closed of [false, true]) {
      if (closed) await writer.close()
      const lines = await readAll(logs)
      const { gaps, numbers } = checkLines(lines)
      expect(gaps).toHaveLength(1)
      const dropped = 5000 - numbers.length
      expect(gaps[0]?.text).toMatch(new RegExp(`^${dropped} lines were dropped here`))
      expect(numbers.slice(0, 327)).toEqual(Array.from({ length: 327 }, (_, index) => index + 1))
      expect(numbers.at(-1)).toBe(5000)
      expect(numbers.filter((n) => n > 2500).length).toBeGreaterThan(320)
      expect(gaps[0]?.number).toBe(327 + dropped)
      expect(writer.stats()).toEqual({
        bytes: (await stat(join(folderOf(folder), 'run-1.log'))).size,
        lines: 5000,
        truncated: true,
      })
    }
    expect(writer.stats().bytes).toBeLessThanOrEqual(limit)
    expect(writer.stats().bytes).toBeGreaterThan(limit - 300)
    expect(await readdir(folderOf(folder))).toEqual(['run-1.log'])
  })

  it('is cut at its close though it never was before', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, limit)
    await writer.append(Array.from({ length: 700 }, (_, n) => line(n + 1)))
    expect((await readAll(logs)).length).toBe(700)
    expect(writer.stats().truncated).toBe(false)
    await writer.close()
    expect(writer.stats().bytes).toBeLessThanOrEqual(limit)
    expect(checkLines(await readAll(logs)).gaps).toHaveLength(1)
  })

  it('just at its limit is whole', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, 70_000)
    await writer.append(Array.from({ length: 700 }, (_, n) => line(n + 1)))
    await writer.close()
    expect(writer.stats()).toEqual({ bytes: 70_000, lines: 700, truncated: false })
  })

  it('knows after a restart how far both streams were, though one spoke only in the gap', async () => {
    const folder = await tempFolder()
    const before = openLogs(folder)
    const first = await before.open(running, limit)
    await first.append(Array.from({ length: 400 }, (_, n) => line(n + 1)))
    await first.append([line(401, 'err')])
    await first.append(Array.from({ length: 3000 }, (_, n) => line(n + 402)))
    await first.close()
    const stderr = (await readAll(before)).filter((one) => one.stream === 'err')
    expect(stderr).toEqual([])
    const logs = openLogs(folder)
    const second = await logs.open(running, limit)
    expect(second.positions()).toEqual({ out: 34_010, err: 4010 })
    expect(second.stats()).toMatchObject({ lines: 3401, truncated: true })
    for (let n = 3402; n <= 6000; n += 1) await second.append([line(n)])
    await second.close()
    const { gaps, numbers } = checkLines(await readAll(logs))
    expect(gaps).toHaveLength(1)
    expect(numbers.at(-1)).toBe(6000)
    expect(second.stats().bytes).toBeLessThanOrEqual(limit)
  })

  it('keeps the last line, however long', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, limit)
    await writer.append([line(1), { at, stream: 'out', text: 'x'.repeat(150_000), position: 7 }])
    await writer.append([{ at, stream: 'out', text: 'y'.repeat(150_000), position: 8 }])
    await writer.close()
    expect((await readAll(logs)).map((one) => one.text[0])).toEqual(['1', '1', 'y'])
    expect(writer.positions().out).toBe(8)
  })

  it('gives a follower that keeps up all lines, and one that does not a gap in their place', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, limit)
    const quick = logs.follow(running, 0)
    const slow = logs.follow(running, 0)[Symbol.asyncIterator]()
    const late: LogLine[] = []
    const take = async (): Promise<boolean> => {
      const { value, done } = await slow.next()
      if (!done && value.type === 'lines') late.push(...value.lines)
      return !done
    }
    const all = (async () => {
      const lines: LogLine[] = []
      for await (const event of quick) if (event.type === 'lines') lines.push(...event.lines)
      return lines
    })()
    for (let n = 0; n < 60; n += 1) {
      await writer.append(Array.from({ length: 50 }, (_, index) => line(n * 50 + index + 1)))
      if (n === 1) await take()
    }
    await writer.close()
    while (await take());
    const { numbers } = checkLines(await all)
    expect(numbers.length).toBeGreaterThan(1500)
    const { gaps } = checkLines(late)
    expect(gaps).toHaveLength(1)
    expect(late.at(-1)?.number).toBe(3000)
  })

  it('is read right while it is cut', async () => {
    // Large enough to be read in several steps.
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, 1 << 20)
    let writing = true
    const readers = [0, 3000, 9000].map(async (after) => {
      while (writing) {
        checkLines(await readAll(logs, after))
        // A read of lines that are still to come touches no disk: it alone would never let the writer have its turn.
        await setImmediate()
      }
    })
    for (let n = 0; n < 60; n += 1) {
      await writer.append(Array.from({ length: 1000 }, (_, index) => line(n * 1000 + index + 1)))
    }
    await writer.close()
    writing = false
    await Promise.all(readers)
  })

  it('is the same whatever sizes the lines come in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 120 }), async (sizes) => {
        const logs = openLogs(await tempFolder())
        const small = 20_000
        const writer = await logs.open(running, small)
        let n = 0
        for (const size of sizes) {
          n += 1
          await writer.append([{ at, stream: n % 2 ? 'out' : 'err', text: `${n} ${'x'.repeat(size)}`, position: n }])
        }
        await writer.close()
        const { gaps, numbers } = checkLines(await readAll(logs))
        expect(numbers.at(-1)).toBe(n)
        expect(gaps.length).toBe(numbers.length < n ? 1 : 0)
        expect(writer.stats().bytes).toBeLessThanOrEqual(small)
        for (const [index, number] of numbers.entries()) {
          if (index > 0 && number !== (numbers[index - 1] ?? 0) + 1) expect(gaps[0]?.number).toBe(number - 1)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is not lost, and goes on, whichever call of the cut fails', async () => {
    const cut = async (fault?: number): Promise<number> => {
      const folder = await tempFolder()
      const faulty = faultyFiles()
      const logs = openLogs(folder, { files: faulty.files })
      const writer = await logs.open(running, limit)
      await writer.append(Array.from({ length: 1000 }, (_, n) => line(n + 1)))
      faulty.plan(fault === undefined ? undefined : { at: fault, torn: true, code: 'ENOSPC' })
      const failed = await writer.append([line(1001)]).then(
        () => false,
        () => true,
      )
      const calls = faulty.calls().length
      faulty.plan()
      checkLines(await readAll(logs))
      if (failed) await writer.append([line(1001)])
      await writer.close()
      const { numbers, gaps } = checkLines(await readAll(logs))
      expect(numbers.at(-1)).toBe(1001)
      expect(gaps).toHaveLength(1)
      expect(await readdir(folderOf(folder))).toEqual(['run-1.log'])
      expect((await readFile(join(folderOf(folder), 'run-1.log'))).length).toBeLessThanOrEqual(limit)
      return calls
    }
    const calls = await cut()
    expect(calls).toBeGreaterThan(8)
    for (let fault = 0; fault < calls; fault += 1) await cut(fault)
  })
})
