import { appendFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { LogLine, RunStatus } from '@shared/model/run'
import { createContext, type StorePorts } from '../../electron/host/store/context'
import { createLogStore } from '../../electron/host/store/run-log'
import type { LogStore, LogWriter } from '../../electron/host/store/types'
import { faultyFiles } from '../support/faulty-files'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const at = '2026-11-20T12:00:00.000Z'
const running = { id: 'run-1', createdAt: at, status: 'running' as RunStatus }
const ended = { ...running, status: 'succeeded' as RunStatus }
const large = 1 << 20

type Line = Parameters<LogWriter['append']>[0][number]
const out = (text: string, position = 0): Line => ({ at, stream: 'out', text, position })

function openLogs(folder: string, over: Partial<StorePorts> = {}): LogStore {
  const logs = createLogStore(createContext(storePorts(over), folder, '0.1.0'))
  onTestFinished(() => logs.close())
  return logs
}

const pathIn = (folder: string): string => join(folder, 'logs', '2026-11', 'run-1.log')
const texts = (lines: readonly LogLine[]): string[] => lines.map((line) => line.text)

async function readAll(logs: LogStore, run = ended): Promise<LogLine[]> {
  return (await logs.read(run, { after: 0, limit: 1_000_000 })).lines
}

/** Lets others go on for a number of turns of the event loop. */
async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Everything a follower is given until its end. */
async function followed(logs: LogStore, after = 0, signal?: AbortSignal): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for await (const event of logs.follow(running, after, signal)) if (event.type === 'lines') lines.push(...event.lines)
  return lines
}

describe('a log', () => {
  it('is a text file with time, stream and position, for its owner only', async () => {
    const folder = await tempFolder()
    const writer = await openLogs(folder).open(running, large)
    await writer.append([out('hello', 6), { at, stream: 'err', text: ' oh  no ', position: 9 }])
    await writer.append([{ at, stream: 'belfry', text: '', position: 0 }])
    await writer.close()
    expect(await readFile(pathIn(folder), 'utf8')).toBe(`${at} o 6 hello\n${at} e 9  oh  no \n${at} b 0 \n`)
    expect((await stat(pathIn(folder))).mode & 0o777).toBe(0o600)
    expect(writer.stats()).toEqual({ bytes: 103, lines: 3, truncated: false })
    expect(writer.positions()).toEqual({ out: 6, err: 9 })
  })

  it('gives back any text that has no newline', async () => {
    const text = fc.string({ unit: 'binary' }).map((given) => given.replaceAll('\n', '\r'))
    await fc.assert(
      fc.asyncProperty(fc.array(text), async (given) => {
        const logs = openLogs(await tempFolder())
        const writer = await logs.open(running, large)
        await writer.append(given.map((line) => out(line)))
        expect(texts(await readAll(logs))).toEqual(given)
        await writer.close()
        expect(texts(await readAll(logs))).toEqual(given)
      }),
      { numRuns: 40 },
    )
  })

  it('keeps a line one line, whatever comes', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, large)
    await writer.append([out('a\nb'), out('c')])
    expect(texts(await readAll(logs))).toEqual(['a b', 'c'])
  })

  it('that nobody wrote is an empty page', async () => {
    const logs = openLogs(await tempFolder())
    expect(await logs.read(ended, { after: 0, limit: 5 })).toEqual({ lines: [], last: 0, total: 0, ended: true })
    expect(await logs.read(running, { after: 7, limit: 5 })).toEqual({ lines: [], last: 7, total: 0, ended: false })
  })

  it('is written by one at a time', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, large)
    await expect(logs.open(running, large)).rejects.toMatchObject({ code: 'CONFLICT' })
    await writer.close()
    await expect(writer.append([out('late')])).rejects.toMatchObject({ code: 'CONFLICT' })
  })

  it.each(['..', '.', 'a/b', ''])('of a run named "%s" is refused', async (id) => {
    const logs = openLogs(await tempFolder())
    await expect(logs.removeSpool({ id, createdAt: at })).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

describe('a page of a log', () => {
  const cases: readonly (readonly [string, { after: number; limit: number; tail?: number }, readonly number[]])[] = [
    ['the beginning', { after: 0, limit: 3 }, [1, 2, 3]],
    ['the middle', { after: 500, limit: 2 }, [501, 502]],
    ['the end', { after: 998, limit: 10 }, [999, 1000]],
    ['behind the end', { after: 1000, limit: 10 }, []],
    ['a tail', { after: 0, limit: 10, tail: 2 }, [999, 1000]],
    ['a tail that is longer than a page', { after: 0, limit: 2, tail: 4 }, [997, 998, 999, 1000]],
    ['a tail longer than the log', { after: 0, limit: 2, tail: 5000 }, Array.from({ length: 1000 }, (_, n) => n + 1)],
    ['a tail longer than what is new', { after: 997, limit: 2, tail: 5000 }, [998, 999, 1000]],
    ['a tail of what is new', { after: 999, limit: 10, tail: 5 }, [1000]],
    ['no tail', { after: 0, limit: 10, tail: 0 }, []],
  ]
  it.each(cases)('is %s', async (_, range, numbers) => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, large)
    await writer.append(Array.from({ length: 1000 }, (__, n) => out(`line ${n + 1} ${'x'.repeat(n % 200)}`)))
    for (const run of [running, ended]) {
      if (run === ended) await writer.close()
      const page = await logs.read(run, range)
      expect(page.lines.map((line) => line.number)).toEqual(numbers)
      for (const line of page.lines) expect(line.text).toMatch(new RegExp(`^line ${line.number} `))
      expect(page.total).toBe(1000)
      expect(page.ended).toBe(run === ended)
      if (numbers.length > 0) expect(page.last).toBe(numbers.at(-1))
    }
  })

  it('of a large log reads little of it', async () => {
    const faulty = faultyFiles()
    const logs = openLogs(await tempFolder(), { files: faulty.files })
    const writer = await logs.open(running, 100 * large)
    for (let n = 0; n < 100; n += 1) await writer.append(Array.from({ length: 1000 }, () => out('x'.repeat(100))))
    const reads = async (run: typeof running): Promise<number> => {
      faulty.plan()
      expect((await logs.read(run, { after: 90_000, limit: 3 })).lines.map((line) => line.number)).toEqual([
        90_001, 90_002, 90_003,
      ])
      return faulty.calls().filter((call) => call === 'read').length
    }
    expect(await reads(running)).toBeLessThanOrEqual(2)
    await writer.close()
    await reads(ended)
    expect(await reads(ended), 'the second time').toBeLessThanOrEqual(2)
  })

  it('shows a damaged line as it is', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'logs', '2026-11'), { recursive: true })
    await writeFile(pathIn(folder), `${at} o 3 ab\nwritten by hand\n\n${at} x 1 y\n${at} o 6 cd\n`)
    const lines = await readAll(openLogs(folder))
    expect(texts(lines)).toEqual(['ab', 'written by hand', '', `${at} x 1 y`, 'cd'])
    expect(lines.map((line) => line.stream)).toEqual(['out', 'belfry', 'belfry', 'belfry', 'out'])
    expect(lines[1]?.at).toBe(at)
  })
})

describe('a log that is opened again', () => {
  it('goes on after its last whole line, and knows how far the streams were', async () => {
    const folder = await tempFolder()
    const before = await openLogs(folder).open(running, large)
    await before.append([out('one', 4), { at, stream: 'err', text: 'e', position: 2 }, out('two', 8)])
    await before.append([{ at, stream: 'belfry', text: 'b', position: 0 }])
    await appendFile(pathIn(folder), `${at} o 999 torn`)
    const logs = openLogs(folder)
    const writer = await logs.open(running, large)
    expect(writer.positions()).toEqual({ out: 8, err: 2 })
    expect(writer.stats().lines).toBe(4)
    await writer.append([out('three', 14)])
    expect(texts(await readAll(logs))).toEqual(['one', 'e', 'two', 'b', 'three'])
    expect((await readAll(logs)).map((line) => line.number)).toEqual([1, 2, 3, 4, 5])
  })

  it('is whole again wherever it was cut', async () => {
    const source = Buffer.from(`${at} o 5 eins\n${at} e 5 zwei\n`)
    for (let length = 0; length <= source.length; length += 1) {
      const folder = await tempFolder()
      await mkdir(join(folder, 'logs', '2026-11'), { recursive: true })
      await writeFile(pathIn(folder), source.subarray(0, length))
      const logs = openLogs(folder)
      const writer = await logs.open(running, large)
      await writer.append([out('drei')])
      const whole = source.subarray(0, length).toString().split('\n').length - 1
      expect(texts(await readAll(logs))).toEqual([...['eins', 'zwei'].slice(0, whole), 'drei'])
    }
  })
})

describe('a follower', () => {
  it('has every line once, in order, from where it began to the end, while lines come', async () => {
    const ticks = fc.nat(12)
    const batches = fc.array(fc.record({ wait: ticks, count: fc.integer({ min: 1, max: 5 }) }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(ticks, ticks, batches, ticks, async (join, open, rounds, after) => {
        const logs = openLogs(await tempFolder())
        const follower = pass(join).then(() => followed(logs, after))
        await pass(open)
        const writer = await logs.open(running, large)
        let n = 0
        for (const { wait, count } of rounds) {
          await pass(wait)
          await writer.append(Array.from({ length: count }, () => out(`${++n}`)))
        }
        await writer.close()
        expect(texts(await follower)).toEqual(Array.from({ length: n }, (_, index) => `${index + 1}`).slice(after))
      }),
      { numRuns: 100 },
    )
  })

  it('is given long lines a few at a time', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, 100 * large)
    await writer.append(Array.from({ length: 40 }, () => out('x'.repeat(100_000))))
    await writer.close()
    const sizes: number[] = []
    for await (const event of logs.follow(running, 0)) if (event.type === 'lines') sizes.push(event.lines.length)
    expect(sizes).toEqual([11, 11, 11, 7])
  })

  it('ends at once when the log is over, though its run is thought to run', async () => {
    const logs = openLogs(await tempFolder())
    const writer = await logs.open(running, large)
    await writer.append([out('a')])
    await writer.close()
    expect(texts(await followed(logs))).toEqual(['a'])
  })

  it('ends when it is told to', async () => {
    const logs = openLogs(await tempFolder())
    const abort = new AbortController()
    const waiting = followed(logs, 0, abort.signal)
    abort.abort()
    expect(await waiting).toEqual([])
    expect(await followed(logs, 0, AbortSignal.abort())).toEqual([])
  })

  it('ends when the store closes', async () => {
    const logs = createLogStore(createContext(storePorts(), await tempFolder(), '0.1.0'))
    const writer = await logs.open(running, large)
    await writer.append([out('a')])
    const following = followed(logs)
    await logs.close()
    expect(texts(await following)).toEqual(['a'])
  })
})

describe('a log on a full disk', () => {
  it('refuses lines, keeps those before, and goes on once there is room', async () => {
    const folder = await tempFolder()
    const faulty = faultyFiles()
    const logs = openLogs(folder, { files: faulty.files })
    const writer = await logs.open(running, large)
    await writer.append([out('one', 4)])
    faulty.room(10)
    await expect(writer.append([out('two', 8)])).rejects.toMatchObject({ code: 'STORAGE' })
    expect(writer.stats().lines).toBe(1)
    expect(writer.positions().out).toBe(4)
    expect((await readFile(pathIn(folder), 'utf8')).split('\n')).toHaveLength(2)
    faulty.room(Infinity)
    await writer.append([out('two', 8)])
    await writer.close()
    expect(texts(await readAll(logs))).toEqual(['one', 'two'])
  })
})

describe('the spool folder', () => {
  it('is made beside the log, for its owner only, and removed with all that is in it', async () => {
    const folder = await tempFolder()
    const logs = openLogs(folder)
    const spool = await logs.spoolFolder(running)
    expect(spool).toBe(join(folder, 'logs', '2026-11', 'run-1'))
    expect((await stat(spool)).mode & 0o777).toBe(0o700)
    await writeFile(join(spool, 'out'), 'x')
    await logs.removeSpool(running)
    expect(await readdir(join(folder, 'logs', '2026-11'))).toEqual([])
    await logs.removeSpool(running)
  })
})
