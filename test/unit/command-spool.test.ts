import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OutputRecorder } from '../../electron/host/executors/command/output-recorder'
import { Spool, type Alone } from '../../electron/host/executors/command/spool'
import { MemoryLogWriter } from '../support/memory-log-writer'

const mebibyte = 2 ** 20
const limit = 4 * mebibyte

let folder: string
let handle: FileHandle
let log: MemoryLogWriter
let spool: Spool
/** Advances by this much at every look, so that recording seems to take that long. */
let slowness: number
/** How often the run was told that output is missing. */
let told: number
/** What the command writes between any two steps of the reader, while nobody keeps it from writing. */
let meanwhile: string
let held: boolean
/** The command cannot be kept from writing. */
let restless: boolean
/** Bytes of that. */
let besides: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belfry-spool-'))
  handle = await open(join(folder, 'out'), 'a+')
  log = new MemoryLogWriter()
  slowness = 0.01
  told = 0
  meanwhile = ''
  held = false
  restless = false
  besides = 0
  let time = 0
  const clock = {
    now: () => 0,
    monotonic: () => (time += slowness),
    boot: () => 0,
    after: () => () => undefined,
    at: () => () => undefined,
    timeZone: () => 'UTC',
  }
  const report = {
    started: async () => undefined,
    progress: () => undefined,
    result: () => undefined,
    output: () => undefined,
    dropped: () => void told++,
    began: () => undefined,
    unrecorded: () => undefined,
  }
  const recorder = new OutputRecorder({
    execution: { run: { id: 'run-1' } as never, log, report },
    clock,
    log: pino({ level: 'silent' }),
    positions: { out: 0, err: 0 },
  })
  const alone: Alone = async (use) => {
    if (restless) return undefined
    held = true
    try {
      return await use()
    } finally {
      held = false
    }
  }
  spool = new Spool({ stream: 'out', handle: besideAWriter(handle), recorder, alone, clock, limit, position: 0 })
})
afterEach(async () => {
  await handle.close()
  await rm(folder, { recursive: true })
})

/** Writes `meanwhile` before every cut and after every look at the size. */
function besideAWriter(inner: FileHandle): FileHandle {
  const write = async (): Promise<void> => {
    if (held || meanwhile === '') return
    await inner.appendFile(meanwhile)
    besides += meanwhile.length
  }
  return new Proxy(inner, {
    get(target, name) {
      if (name === 'truncate') return (length: number) => write().then(() => target.truncate(length))
      if (name === 'stat') {
        return async () => {
          const stat = await target.stat()
          await write()
          return stat
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

const size = async () => (await handle.stat()).size
async function readAll(): Promise<void> {
  while (await spool.read());
}

/** Numbered lines of 64 bytes, 1 MiB of them. */
function block(number: number): string {
  const first = number * 16_384
  return Array.from({ length: 16_384 }, (_, index) => String(first + index).padStart(63, '.') + '\n').join('')
}
/** Bytes that were recorded or said to be missing. A line that a gap begins in has its newline counted once more. */
function accountedFor(): { bytes: number; gaps: number } {
  const dropped = log.texts('belfry').map((text) => Number(/^(\d+) bytes of output came too fast/.exec(text)?.[1]))
  const lengths = log.texts('out').map((text) => text.length + 1)
  return { bytes: [...dropped, ...lengths].reduce((sum, bytes) => sum + bytes, 0), gaps: dropped.length }
}
const numberOf = (line: string | undefined) => Number(line?.replace(/^\.+/, ''))

describe('a spool', () => {
  it('is cut once it was read and the log is over its limit, and nothing is lost by that', async () => {
    let largest = 0
    for (let number = 0; number < 36; number++) {
      await handle.appendFile(block(number))
      largest = Math.max(largest, await size())
      await readAll()
    }
    expect(largest).toBeLessThanOrEqual(17 * mebibyte)
    expect(log.texts('belfry')).toEqual([])
    expect(log.texts('out').map(numberOf)).toEqual(Array.from({ length: 36 * 16_384 }, (_, index) => index))
  })

  it('joins a line that a cut goes through', async () => {
    for (let number = 0; number < 16; number++) await handle.appendFile(block(number))
    await handle.appendFile('one ')
    await readAll()
    expect(await size()).toBe(0)
    await handle.appendFile('line\nnext\n')
    await readAll()
    const lines = log.lines.slice(-2)
    expect(lines.map(({ text, position }) => [text, position])).toEqual([
      ['one line', 5],
      ['next', 10],
    ])
  })

  it.each([
    { what: 'followed', slowness: 0.01, every: 1 },
    { what: 'passed over', slowness: 6, every: 16 },
  ])('that is $what loses nothing that is written at the moment of a cut', async (trial) => {
    slowness = trial.slowness
    meanwhile = 'meanwhile\n'
    for (let number = 0; number < 80; number++) {
      await handle.appendFile(block(number))
      if (number % trial.every === 0) for (let reads = 0; reads < 4; reads++) await spool.read()
    }
    for (let reads = 0; reads < 200; reads++) await spool.read()
    meanwhile = ''
    await handle.appendFile('the end\n')
    await readAll()
    expect(await size()).toBeLessThan(17 * mebibyte)
    expect(log.texts('out').at(-1)).toBe('the end')
    const { bytes, gaps } = accountedFor()
    expect(gaps > 0).toBe(trial.what === 'passed over')
    expect(Math.abs(bytes - (80 * mebibyte + besides + 'the end\n'.length))).toBeLessThanOrEqual(gaps)
  })

  it('is not cut while the command cannot be kept from writing, and accounts for all of it as well', async () => {
    slowness = 6
    restless = true
    for (let number = 0; number < 80; number++) {
      await handle.appendFile(block(number))
      if (number % 16 === 0) await spool.read()
    }
    await readAll()
    expect(await size()).toBe(80 * mebibyte)
    const { bytes, gaps } = accountedFor()
    expect(gaps).toBeGreaterThan(0)
    expect(Math.abs(bytes - 80 * mebibyte)).toBeLessThanOrEqual(gaps)
    const [last] = log.lines.filter(({ stream }) => stream === 'out').slice(-1)
    expect([numberOf(last?.text), last?.position]).toEqual([80 * 16_384 - 1, 80 * mebibyte])

    restless = false
    await handle.appendFile(block(80))
    await readAll()
    expect(await size()).toBe(0)
    expect(numberOf(log.texts('out').at(-1))).toBe(81 * 16_384 - 1)
  })

  it('is not cut while the log keeps all of it', async () => {
    for (let number = 0; number < 3; number++) await handle.appendFile(block(number))
    await readAll()
    expect(await size()).toBe(3 * mebibyte)
  })

  it('that grows faster than it is recorded keeps its beginning and its end, and says what is missing', async () => {
    // 6 ms for the two looks at each chunk: some 10 MiB/s.
    slowness = 6
    let largest = 0
    for (let number = 0; number < 120; number++) {
      await handle.appendFile(block(number))
      largest = Math.max(largest, await size())
      if (number % 10 === 0) await spool.read()
    }
    await readAll()
    expect(largest).toBeLessThan(60 * mebibyte)
    expect(await size()).toBeLessThan(16 * mebibyte)
    const texts = log.texts('out')
    expect(texts.slice(0, 30_000).map(numberOf)).toEqual(Array.from({ length: 30_000 }, (_, index) => index))
    expect(numberOf(texts.at(-1))).toBe(120 * 16_384 - 1)
    const { bytes, gaps } = accountedFor()
    expect(gaps).toBeGreaterThan(0)
    expect(told).toBe(gaps)
    expect(Math.abs(bytes - 120 * mebibyte)).toBeLessThanOrEqual(gaps)
  })
})
