import { describe, expect, it } from 'vitest'
import { ErrorTail } from '../../electron/host/executors/command/error-tail'
import { LineAssembler, longestLine } from '../../electron/host/executors/command/line-assembler'
import { readExit } from '../../electron/host/executors/command/outcome'
import { parseOutputLine, parseTerminalProgress } from '../../electron/host/executors/command/parse-output-line'
import { expandHome, spawnFailure } from '../../electron/host/executors/command/prepare'
import { parseStatus } from '../../electron/host/executors/command/status-file'

const none = { percent: null, processed: null, total: null, item: null, message: null }

describe('what a line of output says to Belfry', () => {
  it.each([
    { line: '::progress 45/100', says: { ...none, percent: 45, processed: 45, total: 100 } },
    {
      line: '::progress 1/3 files of today',
      says: { ...none, percent: (1 / 3) * 100, processed: 1, total: 3, message: 'files of today' },
    },
    { line: '::progress 5 / 4', says: { ...none, percent: 100, processed: 5, total: 4 } },
    { line: '::progress 0/0 nothing yet', says: { ...none, processed: 0, total: 0, message: 'nothing yet' } },
    { line: '::progress 45%', says: { ...none, percent: 45 } },
    { line: '::progress 45', says: { ...none, percent: 45 } },
    { line: '::progress 12.5% half way  ', says: { ...none, percent: 12.5, message: 'half way' } },
    { line: '::progress\t7 x', says: { ...none, percent: 7, message: 'x' } },
  ])('"$line" is progress', ({ line, says }) => {
    expect(parseOutputLine(line)).toEqual({ kind: 'progress', progress: says })
  })

  it.each([
    `::progress 5${' '.repeat(60_000)}\u2028x\u2028y`,
    `::progress 5${' '.repeat(60_000)}\rx\ry\rz`,
    `::progress ${'1'.repeat(60_000)}x`,
    `::progress 1/${'1'.repeat(60_000)}x`,
    `::progress 5${' a'.repeat(30_000)}\u2028`,
    `::progress${' '.repeat(60_000)}x`,
  ])('a line made to be hard to read is read at once', (line) => {
    const began = performance.now()
    parseOutputLine(line)
    expect(performance.now() - began).toBeLessThan(250)
  })

  it.each([
    { line: '::progress 45text', reason: 'needs' },
    { line: '::progress 1/2x', reason: 'needs' },
    { line: '::progress 45%x', reason: 'needs' },
    { line: `::result ${'['.repeat(5000)}${']'.repeat(5000)}`, reason: 'nested deeper than 100 levels' },
  ])('a directive that is not one is told: $reason', ({ line, reason }) => {
    expect(parseOutputLine(line)).toEqual({ kind: 'malformed', reason: expect.stringContaining(reason) as string })
  })

  it.each([
    { line: '::result {"rows": 3}', result: { rows: 3 } },
    { line: '::result 7', result: 7 },
    { line: '::result null', result: null },
    { line: '::result ["a", {"b": true}] ', result: ['a', { b: true }] },
  ])('"$line" is a result', ({ line, result }) => {
    expect(parseOutputLine(line)).toEqual({ kind: 'result', result })
  })

  it.each([
    { line: '::progress', reason: 'needs' },
    { line: '::progress soon', reason: 'needs' },
    { line: '::progress -1', reason: 'needs' },
    { line: '::progress 101', reason: 'over 100 percent' },
    { line: '::result', reason: 'needs a JSON value' },
    { line: '::result {rows: 3}', reason: 'not JSON' },
    { line: '::result {"a":1} x', reason: 'not JSON' },
  ])('"$line" is malformed', ({ line, reason }) => {
    expect(parseOutputLine(line)).toEqual({ kind: 'malformed', reason: expect.stringContaining(reason) as string })
  })

  it.each([
    '',
    'plain',
    ' ::progress 5',
    '::progressive 5',
    '::results 1',
    ':: progress 5',
    '::set-output x',
    'x ::result 1',
  ])('"%s" is only output', (line) => {
    expect(parseOutputLine(line)).toBeUndefined()
  })
})

describe('a terminal progress report', () => {
  it.each([
    { text: '\x1b]9;4;1;45\x07', percent: 45 },
    { text: 'before\x1b]9;4;1;45\x1b\\after', percent: 45 },
    { text: '\x1b]9;4;1;10\x07 \x1b]9;4;1;11\x07', percent: 11 },
    { text: '\x1b]9;4;2;80\x07', percent: 80 },
    { text: '\x1b]9;4;4;80\x07', percent: 80 },
    { text: '\x1b]9;4;1;250\x07', percent: 100 },
    { text: '\x1b]9;4;3\x07', percent: null },
    { text: '\x1b]9;4;3;50\x07', percent: null },
    { text: '\x1b]9;4;0;0\x07', percent: null },
  ])('is found in $text', ({ text, percent }) => {
    expect(parseTerminalProgress(text)).toEqual({ progress: { ...none, percent }, rest: '' })
  })

  it.each([
    '',
    'plain 9;4;1;45',
    '\x1b[31mred\x1b[0m and more text that follows it',
    '\x1b]9;5;1;45\x07 and more text that follows it',
  ])('is not found in %j', (text) => {
    expect(parseTerminalProgress(text)).toEqual({ progress: undefined, rest: '' })
  })

  it('is found wherever it is cut in two', () => {
    for (const whole of ['x\x1b]9;4;1;45\x07y', 'x\x1b]9;4;1;45\x1b\\y']) {
      for (let cut = 0; cut < whole.length - 1; cut++) {
        const first = parseTerminalProgress(whole.slice(0, cut))
        const second = parseTerminalProgress(first.rest + whole.slice(cut))
        expect(first.progress ?? second.progress, `cut at ${cut}`).toEqual({ ...none, percent: 45 })
      }
    }
  })
})

describe('lines out of bytes', () => {
  const bytes = (...values: (string | number[])[]) => Buffer.concat(values.map((value) => Buffer.from(value as string)))

  it.each([
    {
      what: 'newlines',
      input: bytes('a\n\nb\n'),
      lines: [
        ['a', 2],
        ['', 3],
        ['b', 5],
      ],
    },
    {
      what: 'carriage returns before newlines',
      input: bytes('a\r\nb\rc\r\n'),
      lines: [
        ['a', 3],
        ['b\rc', 8],
      ],
    },
    {
      what: 'an unfinished line',
      input: bytes('a\nb'),
      lines: [
        ['a', 2],
        ['b', 3],
      ],
    },
    { what: 'characters of many bytes', input: bytes('ü日🔔\n'), lines: [['ü日🔔', 10]] },
    { what: 'bytes that are no UTF-8', input: bytes('a', [0xff, 0xc3], 'b\n'), lines: [['a\ufffd\ufffdb', 5]] },
    { what: 'a NUL', input: bytes('a\0b\n'), lines: [['a\0b', 4]] },
  ])('count $what', ({ input, lines }) => {
    for (let cut = 0; cut <= input.length; cut++) {
      const assembler = new LineAssembler()
      const got = [
        ...assembler.push(input.subarray(0, cut)),
        ...assembler.push(input.subarray(cut)),
        ...assembler.flush(),
      ]
      expect(got.map(({ text, position }) => [text, position])).toEqual(lines)
    }
  })

  it('split what is longer than 64 KiB, never inside a character', () => {
    const input = bytes('x', '日'.repeat(50_000), '\n', 'next\n')
    for (const step of [1000, 65_536, input.length]) {
      const assembler = new LineAssembler()
      const got = []
      for (let at = 0; at < input.length; at += step) got.push(...assembler.push(input.subarray(at, at + step)))
      expect(got.map(({ text }) => text).join('')).toBe(`x${'日'.repeat(50_000)}next`)
      expect(got.every(({ text }) => Buffer.byteLength(text) <= longestLine && !text.includes('\ufffd'))).toBe(true)
      expect(got.map(({ position }) => position)).toEqual([65_536, 131_071, 150_002, 150_007])
    }
  })

  it.each(['\n', '\r\n'])('do not split a line of just 64 KiB before %j', (end) => {
    const line = 'x'.repeat(longestLine)
    expect(new LineAssembler().push(bytes(line, end, 'y\n')).map(({ text }) => text)).toEqual([line, 'y'])
  })

  it('go on with their position where the stream goes on', () => {
    expect(new LineAssembler(100).push(bytes('ab\n'))).toEqual([{ text: 'ab', position: 103 }])
  })

  it('join a line that a cut of the spool went through', () => {
    const assembler = new LineAssembler(1000)
    expect(assembler.push(bytes('one\ntw'))).toEqual([{ text: 'one', position: 1004 }])
    assembler.renumber(0)
    expect(assembler.push(bytes('o\nthree\n'))).toEqual([
      { text: 'two', position: 2 },
      { text: 'three', position: 8 },
    ])
  })
})

describe('the end of standard error', () => {
  const tailOf = (...chunks: string[]) => {
    const tail = new ErrorTail()
    for (const chunk of chunks) tail.push(Buffer.from(chunk))
    return tail
  }

  it.each([
    { chunks: [], line: undefined },
    { chunks: ['', '\n \n\t\n'], line: undefined },
    { chunks: ['a\nb\n'], line: 'b' },
    { chunks: ['fatal: ', 'no', ' route\r\n\r\n'], line: 'fatal: no route' },
    { chunks: ['10%\r20%\rcrashed'], line: 'crashed' },
    { chunks: ['\x1b[1;31mError:\x1b[0m it broke\n\x1b[0m\n'], line: 'Error: it broke' },
    { chunks: ['x'.repeat(10_000)], line: `${'x'.repeat(500)}…` },
  ])('says $line', ({ chunks, line }) => {
    expect(tailOf(...chunks).lastLine()).toBe(line)
  })

  it('is no more than 4 KiB of whole characters', () => {
    const text = tailOf('a', '日'.repeat(3000)).text()
    expect(text).toBe('日'.repeat(1365))
  })
})

describe('a status file', () => {
  it.each([
    { text: '', started: false, exit: null },
    { text: 'run-1\n', started: false, exit: null },
    { text: 'run-1\nstar', started: false, exit: null },
    { text: 'run-1\nstarted\n', started: true, exit: null },
    { text: 'run-1\nstarted\n1', started: true, exit: null },
    { text: 'run-1\nstarted\n143\n', started: true, exit: 143 },
    { text: 'run-1\nstarted\nx\n', started: true, exit: null },
    { text: 'run-2\nstarted\n0\n', started: false, exit: null },
  ])('with $text tells started $started and exit $exit', ({ text, started, exit }) => {
    expect(parseStatus(text, 'run-1')).toEqual({ started, exit })
  })

  it.each([
    { exit: null, exitCode: null, signal: null },
    { exit: 0, exitCode: 0, signal: null },
    { exit: 128, exitCode: 128, signal: null },
    { exit: 130, exitCode: null, signal: 'SIGINT' },
    { exit: 137, exitCode: null, signal: 'SIGKILL' },
    { exit: 200, exitCode: 200, signal: null },
    { exit: 255, exitCode: 255, signal: null },
  ])('exit $exit means code $exitCode or signal $signal', ({ exit, exitCode, signal }) => {
    expect(readExit(exit)).toEqual({ exitCode, signal })
  })
})

describe('a working folder', () => {
  it.each([
    { path: '~', is: '/home/me' },
    { path: '~/x y', is: '/home/me/x y' },
    { path: '/a/~', is: '/a/~' },
    { path: '~other', is: '~other' },
  ])('$path is $is', ({ path, is }) => {
    expect(expandHome(path, '/home/me')).toBe(is)
  })
})

describe('a command that the operating system will not start', () => {
  it.each([
    { code: 'EACCES', error: { code: 'CWD', message: 'the working folder /secret cannot be entered' } },
    { code: 'ENOENT', error: { code: 'CWD', message: 'the working folder /secret cannot be entered' } },
    { code: 'E2BIG', error: { code: 'SPAWN', detail: 'E2BIG' } },
    { code: 'EAGAIN', error: { code: 'SPAWN', detail: 'EAGAIN' } },
  ])('for $code is explained', ({ code, error }) => {
    expect(spawnFailure(Object.assign(new Error(`spawn ${code}`), { code }), '/secret').error).toMatchObject(error)
  })
})
