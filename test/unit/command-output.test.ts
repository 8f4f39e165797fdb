import { execFileSync } from 'node:child_process'
import * as files from 'node:fs/promises'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CommandBench, type Running } from '../support/command-bench'
import { MemoryLogWriter } from '../support/memory-log-writer'

let bench: CommandBench
beforeAll(async () => {
  bench = await CommandBench.make()
})
afterAll(() => bench.remove())

const mebibyte = 2 ** 20

describe('the output of a command', () => {
  it('is recorded by stream, in order, with times and positions', async () => {
    const before = Date.now()
    const { log } = await bench.run({ command: 'echo one; echo two; echo bad >&2; printf "ü\\nlast"; echo worse >&2' })
    const lines = (stream: string) =>
      log.lines.filter((line) => line.stream === stream).map(({ text, position }) => [text, position])
    expect(lines('out')).toEqual([
      ['one', 4],
      ['two', 8],
      ['ü', 11],
      ['last', 15],
    ])
    expect(lines('err')).toEqual([
      ['bad', 4],
      ['worse', 10],
    ])
    for (const { at } of log.lines) {
      expect(Date.parse(at)).toBeGreaterThanOrEqual(before)
      expect(Date.parse(at)).toBeLessThanOrEqual(Date.now())
    }
  })

  it('comes live', async () => {
    const go = bench.path('go')
    execFileSync('mkfifo', [go])
    const running = await bench.start({ command: 'echo one; read -r line <"$BELFRY_HOME/go"; echo "$line"' })
    await vi.waitFor(() => expect(running.log.texts()).toEqual(['one']))
    await files.writeFile(go, 'two\n')
    await running.done
    expect(running.log.texts()).toEqual(['one', 'two'])
  })

  it('keeps what is no text: bytes that are no UTF-8, NUL, a line of 10 MB', async () => {
    const { log, outcome } = await bench.run({
      command: `printf 'a\\377b\\0c\\n'; head -c 10000000 /dev/zero | tr '\\0' x; echo; echo end`,
    })
    const [first, ...rest] = log.texts()
    expect(first).toBe('a\ufffdb\0c')
    expect(rest.at(-1)).toBe('end')
    const long = rest.slice(0, -1)
    expect(long.join('')).toBe('x'.repeat(10_000_000))
    expect(Math.max(...long.map((text) => text.length))).toBe(65_536)
    expect(outcome.exitCode).toBe(0)
  })

  it('loses nothing when the platform tells of no change', async () => {
    const deaf = await CommandBench.make({ watchFolder: () => ({ close: () => undefined }) })
    try {
      const { log, outcome } = await deaf.run({ command: 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done; exit 7' })
      expect(log.texts()).toEqual(['1', '2', '3', '4', '5', '6'])
      expect(outcome.exitCode).toBe(7)
    } finally {
      await deaf.remove()
    }
  })

  it('is whole in every one of 50 commands at once', async () => {
    const runs = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        bench.run({ command: `for i in $(seq 20); do echo ${index}-$i; echo e${index}-$i >&2; done; exit ${index}` }),
      ),
    )
    for (const [index, { log, outcome }] of runs.entries()) {
      const expected = Array.from({ length: 20 }, (_, i) => `${index}-${i + 1}`)
      expect(log.texts('out')).toEqual(expected)
      expect(log.texts('err')).toEqual(expected.map((text) => `e${text}`))
      expect(outcome.exitCode).toBe(index)
    }
  })

  it('waits for a log that cannot be written, and then has all of it', async () => {
    const log = new MemoryLogWriter()
    log.refuse = true
    const running = await bench.start({ command: 'seq 1000; echo bad >&2; exit 3' }, { log })
    await vi.waitFor(async () =>
      expect(await files.readFile(bench.path(`${running.run.id}/status`), 'utf8')).toMatch(/3\n$/),
    )
    log.refuse = false
    expect(await running.done).toMatchObject({ exitCode: 3, error: { message: 'bad' } })
    expect(log.texts('out')).toEqual(Array.from({ length: 1000 }, (_, index) => String(index + 1)))
  })
})

describe('a flood of output', () => {
  const spoolSize = async (running: Running): Promise<number> => {
    const sizes = await Promise.all(
      ['out', 'err'].map((name) => files.stat(bench.path(`${running.run.id}/${name}`)).then((stat) => stat.size)),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  it.each([
    {
      what: 'long lines',
      command: `yes "$(head -c 200 /dev/zero | tr '\\0' x)" | head -c 209715200; echo; echo the end`,
      written: 209_715_209,
    },
    { what: 'short lines', command: 'yes | head -c 209715200; echo the end', written: 209_715_208 },
    { what: 'no line end', command: 'head -c 209715200 /dev/zero; echo; echo the end', written: 209_715_209 },
  ])('of 200 MiB in $what leaves its end, little memory and little on disk', async ({ command, written }) => {
    const log = new MemoryLogWriter({ keep: false })
    let last = ''
    let bytes = 0
    let gaps = 0
    const append = log.append.bind(log)
    log.append = (lines) => {
      for (const { stream, text } of lines) {
        const gap = stream === 'belfry' && /^(\d+) bytes of output came too fast/.exec(text)
        if (gap) gaps++
        // A line that was split is longer than 65,536 bytes, and its parts have no end.
        bytes += gap ? Number(gap[1]) : text.length + (text.length < 65_536 ? 1 : 0)
      }
      last = lines.at(-1)?.text ?? last
      return append(lines)
    }
    const memory = process.memoryUsage().rss
    const running = await bench.start({ command }, { log })
    expect(await running.done).toMatchObject({ exitCode: 0, error: null })
    expect(last).toBe('the end')
    // Every byte was recorded or is said to be missing. A line that a gap begins in has its newline counted once more.
    expect(Math.abs(bytes - written)).toBeLessThanOrEqual(gaps)
    expect(await spoolSize(running)).toBeLessThan(32 * mebibyte)
    expect(process.memoryUsage().rss - memory).toBeLessThan(200 * mebibyte)
  })
})

describe('what a command says to Belfry', () => {
  it('arrives as progress and result, and stays in the log', async () => {
    const { log, progress, results } = await bench.run({
      command:
        'echo "::progress 1/4 first"; sleep 0.2; printf "\\033]9;4;1;50\\007"; sleep 0.2; echo; echo "::result {\\"rows\\": 3}"',
    })
    expect(progress).toEqual([
      { percent: 25, processed: 1, total: 4, item: null, message: 'first' },
      { percent: 50, processed: null, total: null, item: null, message: null },
    ])
    expect(results).toEqual([{ rows: 3 }])
    expect(log.texts('out')[0]).toBe('::progress 1/4 first')
    expect(log.texts('out').at(-1)).toBe('::result {"rows": 3}')
  })

  it('is answered in the log where it is malformed, without ending the run, and not for ever', async () => {
    const { log, results, outcome } = await bench.run({
      command: 'for i in $(seq 30); do echo "::result {bad"; done; echo "::result 1"',
    })
    expect(log.texts('belfry').length).toBe(10)
    expect(log.texts('belfry')[0]).toMatch(/^::result is not JSON/)
    expect(results).toEqual([1])
    expect(outcome.error).toBeNull()
  })

  it('comes with a sign of life at most once a second', async () => {
    const begun = performance.now()
    const { signsOfLife } = await bench.run({ command: 'for i in $(seq 30); do echo $i; sleep 0.05; done' })
    expect(signsOfLife()).toBeGreaterThanOrEqual(2)
    expect(signsOfLife()).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 1000))
  })
})

describe('after 100 runs', () => {
  it('no file, pipe or watcher is left open', async () => {
    const open = () => readdirSync('/proc/self/fd').length
    await bench.run({ command: 'echo warm' })
    const before = open()
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 10 }, () => bench.run({ command: 'cat; exit 1', stdin: 'x' })))
    }
    await bench.run({ command: 'true' }, { started: () => Promise.reject(new Error('full')) })
    await vi.waitFor(() => expect(open()).toBeLessThanOrEqual(before))
  })
})
