import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../electron/cli/run-cli'
import { fakeTerminal } from '../support/fake-terminal'

// A folder without a host: everything here must work without one.
const env = { BELFRY_HOME: '/nonexistent/belfry' }
const from = ['--from', '2027-03-27T00:00:00Z']

async function next(args: readonly string[], stdin = '') {
  const terminal = fakeTerminal({ env, stdin, now: Date.parse('2027-01-01T00:00:00Z') })
  const code = await runCli(['next', ...args], terminal)
  return { code, out: terminal.out(), err: terminal.err() }
}

describe('belfry next with an expression', () => {
  it('answers instants strictly after the given one', async () => {
    const { code, out } = await next([
      '0 12 * * *',
      '--tz',
      'Europe/Berlin',
      '--from',
      '2027-03-27T11:00:00Z',
      '--count',
      '2',
      '--json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ next: ['2027-03-28T10:00:00.000Z', '2027-03-29T10:00:00.000Z'] })
  })

  it('answers ten from now unless told', async () => {
    const { out } = await next(['@hourly', '--tz', 'UTC', '--json'])
    const answer = JSON.parse(out) as { next: string[] }
    expect(answer.next).toHaveLength(10)
    expect(answer.next[0]).toBe('2027-01-01T01:00:00.000Z')
  })

  it('answers fewer when the expression ends', async () => {
    const { out } = await next(['0 0 0 1 1 * 2028', '--tz', 'UTC', '--json'])
    expect(JSON.parse(out)).toEqual({ next: ['2028-01-01T00:00:00.000Z'] })
  })

  it('shows people the zone’s time beside UTC', async () => {
    const { out } = await next(['0 3 * * *', '--tz', 'Asia/Shanghai', '--count', '1'])
    expect(out).toMatch(/^Asia\/Shanghai +UTC\n2027-01-02 03:00:00 +2027-01-01T19:00:00\.000Z +in 19 h\n$/)
  })

  it.each([
    ['an empty expression', '', [], /^INVALID: the expression is empty \(expression\)$/],
    ['four fields', '* * * *', [], /^INVALID: the expression has 4 fields.*\(expression\)$/],
    ['minute 60', '60 * * * *', [], /^INVALID: .*\(expression\)$/],
    ['a step of nothing', '*/0 * * * *', [], /^INVALID: .*\(expression\)$/],
    ['a range backwards', '5-1 * * * *', [], /^INVALID: .*\(expression\)$/],
    ['weekday 8', '0 0 * * 8', [], /^INVALID: .*\(expression\)$/],
    ['a question mark for the hour', '0 ? * * *', [], /^INVALID: .*\(expression\)$/],
    ['30 February', '0 0 30 2 *', [], /^INVALID: the expression never comes.*\(expression\)$/],
    ['an unknown nickname', '@sometimes', [], /^INVALID: .*@hourly.*\(expression\)$/],
    [
      'an unknown zone',
      '0 0 * * *',
      ['--tz', 'Mars/Olympus'],
      /^INVALID: "Mars\/Olympus" is not a known time zone.*\(timezone\)$/,
    ],
    ['no instant', '0 0 * * *', ['--from', 'tomorrow'], /^INVALID: is not an instant .* or a local time.*\(from\)$/],
    ['count 0', '0 0 * * *', ['--count', '0'], /^INVALID: .*\(count\)$/],
    ['count x', '0 0 * * *', ['--count', 'x'], /^INVALID: .*\(count\)$/],
  ])('refuses %s', async (_name, expression, options, message) => {
    const { code, out, err } = await next([expression, ...options])
    expect(code).toBe(1)
    expect(out).toBe('')
    expect(err.trimEnd()).toMatch(message)
  })

  it('takes a word for a task, which needs a host', async () => {
    const { code, err } = await next(['backup'])
    expect(code).toBe(69)
    expect(err).toBe('NO_HOST: no host is running on /nonexistent/belfry; start one with: belfry serve\n')
  })

  it('answers lines of JSON in order, each for itself', async () => {
    const lines = [
      { expression: '0 12 * * *', timezone: 'UTC', from: '2027-01-01T00:00:00Z', count: 1 },
      { expression: '61 * * * *', timezone: 'UTC' },
      { expression: '@daily', timezone: 'Nowhere' },
    ]
    const { code, out } = await next(
      ['--json-lines'],
      `${lines.map((line) => JSON.stringify(line)).join('\n')}\n\nrubbish\n`,
    )
    expect(code).toBe(0)
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { next: ['2027-01-01T12:00:00.000Z'] },
      { error: { field: 'expression', message: expect.any(String) as string } },
      { error: { field: 'timezone', message: expect.stringContaining('Nowhere') as string } },
      { error: { field: 'line', message: 'is empty' } },
      { error: { field: 'line', message: 'is not JSON' } },
    ])
  })

  const lines = async (input: string | readonly (string | Buffer)[]): Promise<unknown[]> => {
    const terminal = fakeTerminal({ env, now: Date.parse('2027-01-01T00:00:00Z') })
    const stdin = Readable.from(typeof input === 'string' ? [input] : input)
    expect(await runCli(['next', '--json-lines'], { ...terminal, stdin })).toBe(0)
    return terminal.out() === ''
      ? []
      : terminal
          .out()
          .trimEnd()
          .split('\n')
          .map((line): unknown => JSON.parse(line))
  }
  const daily = '{"expression":"0 12 * * *","timezone":"Europe/Berlin","count":1}'
  const noon = { next: ['2027-01-01T11:00:00.000Z'] }

  it('answers a thousand lines of a hundred expressions, each in its place', async () => {
    const minutes = Array.from({ length: 1000 }, (_, line) => (line * 37) % 100)
    const asked = minutes.map((index) => ({
      expression: `${index % 60} ${Math.floor(index / 60)} * * *`,
      timezone: 'UTC',
    }))
    const from = '2027-06-01T12:00:00Z'
    const input = asked.map((line) => `${JSON.stringify({ ...line, from, count: 1 })}\n`).join('')
    const expected = minutes.map((index) => ({ next: [new Date(Date.UTC(2027, 5, 2, 0, index)).toISOString()] }))
    expect(new Set(minutes).size).toBe(100)
    expect(await lines(input)).toEqual(expected)
  })

  it.each<[string, string | (string | Buffer)[], number]>([
    ['nothing', '', 0],
    ['no end of the last line', `${daily}\n${daily}`, 2],
    ['ends of lines as on Windows', `${daily}\r\n${daily}\r\n`, 2],
    ['a byte order mark', `\uFEFF${daily}\n`, 1],
    ['a byte order mark in bytes', [Buffer.from([0xef, 0xbb]), Buffer.from([0xbf]), Buffer.from(`${daily}\n`)], 1],
    ['lines in pieces', [daily.slice(0, 20), `${daily.slice(20)}\n${daily.slice(0, 5)}`, daily.slice(5)], 2],
    ['a line that comes byte by byte', [...Buffer.from(daily)].map((byte) => Buffer.from([byte])), 1],
  ])('reads lines with %s', async (_name, input, count) => {
    expect(await lines(input)).toEqual(Array.from({ length: count }, () => noon))
  })

  it.each<[string, unknown, string, RegExp]>([
    ['a number', 5, 'line', /^is not an object such as \{"expression"/],
    ['null', null, 'line', /^is not an object such as \{"expression"/],
    ['a list', [], 'line', /^is not an object such as \{"expression"/],
    ['no expression', { timezone: 'UTC' }, 'expression', /^the expression is missing$/],
    ['a number for an expression', { expression: 5 }, 'expression', /^the expression is not text$/],
    ['a field that it does not know', { expression: '@daily', tz: 'Asia/Tokyo' }, 'tz', /^is not known; .*timezone/],
    [
      'an expression of 10,000 characters',
      { expression: `${'0,'.repeat(5000)}0 * * * *` },
      'expression',
      /more than 1000 characters/,
    ],
    ['no zone', { expression: '@daily', timezone: null }, 'timezone', /^is not the name of a time zone$/],
    ['an offset for a zone', { expression: '@daily', timezone: '+02:00' }, 'timezone', /not a known time zone/],
    ['a date that is not there', { expression: '@daily', from: '2027-02-31T00:00' }, 'from', /no such date/],
    ['a day', { expression: '@daily', from: '2027-02-28' }, 'from', /^is a day without its time .*2027-02-28T00:00/],
    ['a count of none', { expression: '@daily', count: 0 }, 'count', /from 1 to 10000/],
    ['a count and a half', { expression: '@daily', count: 1.5 }, 'count', /whole number/],
    ['a count beyond all bounds', { expression: '@daily', count: 10_001 }, 'count', /from 1 to 10000/],
    [
      'a day that never comes',
      { expression: '0 0 31 4 *', timezone: 'UTC' },
      'expression',
      /never comes: no such date/,
    ],
    [
      'an instant before the calendar',
      { expression: '@daily', from: '0001-01-01T00:00:00Z' },
      'from',
      /^must be in the years 0100 to 9999/,
    ],
    [
      'a local time before it',
      { expression: '@daily', from: '0099-12-31T00:00', timezone: 'UTC' },
      'from',
      /^must be in the years 0100 to 9999/,
    ],
    [
      'a year long ago',
      { expression: '0 0 0 1 1 * 1850', timezone: 'UTC' },
      'expression',
      /^the expression does not come after/,
    ],
    [
      'a year that has passed',
      { expression: '0 0 0 1 1 * 2020', timezone: 'UTC' },
      'expression',
      /^the expression does not come after 2027-01-01T00:00:00\.000Z$/,
    ],
  ])('refuses %s, with the field, and goes on', async (_name, question, field, message) => {
    const [refused, answered] = await lines(`${JSON.stringify(question)}\n${daily}\n`)
    expect(refused).toEqual({ error: { field, message: expect.stringMatching(message) as string } })
    expect(answered).toEqual(noon)
  })

  it('answers each empty line, so that answers can be paired with lines by their number', async () => {
    const empty = { error: { field: 'line', message: 'is empty' } }
    expect(await lines(`\n\r\n  \n${daily}\n\n`)).toEqual([empty, empty, empty, noon, empty])
  })

  it('reads a line with a byte order mark, whichever it is, without it', async () => {
    expect(await lines(`\uFEFF${daily}\n\uFEFF${daily}\r\n${daily}`)).toEqual([noon, noon, noon])
    expect(await lines('\uFEFF\n')).toEqual([{ error: { field: 'line', message: 'is empty' } }])
  })

  it('reads letters that come in pieces', async () => {
    const bytes = [...Buffer.from('{"expression":"@daily","timezone":"é漢"}')].map((byte) => Buffer.from([byte]))
    expect(await lines(bytes)).toEqual([
      { error: { field: 'timezone', message: expect.stringContaining('"é漢"') as string } },
    ])
  })

  it('refuses a line that is too long, of which it keeps nothing, and goes on', async () => {
    const piece = Buffer.from('x'.repeat(65_536))
    const pieces = function* () {
      for (let count = 0; count < 480; count++) yield piece
      yield `\n${daily}\n`
    }
    const tooLong = { error: { field: 'line', message: 'is longer than 65536 characters' } }
    const before = process.cpuUsage()
    expect(await lines([...pieces()])).toEqual([tooLong, noon])
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
    expect(await lines(`${'x'.repeat(65_537)}\n${' '.repeat(65_536)}\n${'x'.repeat(70_000)}`)).toEqual([
      tooLong,
      { error: { field: 'line', message: 'is empty' } },
      tooLong,
    ])
  })

  it.each([[['@daily']], [['--tz', 'UTC']], [['--from', '2027-01-01T00:00:00Z']], [['--count', '3']]])(
    'does not let --json-lines stand beside %j, which it would not heed',
    async (args) => {
      const { code, out, err } = await next(['--json-lines', ...args], daily)
      expect([code, out]).toEqual([2, ''])
      expect(err).toMatch(/^USAGE: --json-lines reads all from standard input/)
    },
  )

  it('takes a local instant as one of the expression’s zone', async () => {
    const question = { expression: '*/30 * * * *', timezone: 'Europe/Berlin', from: '2027-03-28T01:30', count: 1 }
    expect(await lines(JSON.stringify(question))).toEqual([{ next: ['2027-03-28T01:00:00.000Z'] }])
  })

  it('answers a line before the next is there, and waits for a slow reader', async () => {
    const stdin = new PassThrough()
    const stdout = new PassThrough({ highWaterMark: 10 })
    const terminal = { ...fakeTerminal({ env }), stdin, stdout }
    const done = runCli(['next', '--json-lines'], terminal)
    const read = stdout[Symbol.asyncIterator]()
    stdin.write(`${daily}\n`)
    expect(String((await read.next()).value)).toMatch(/^\{"next":/)
    for (let line = 0; line < 3; line++) stdin.write(`${daily}\n`)
    stdin.end()
    let rest = ''
    const reading = (async () => {
      for (let piece = await read.next(); piece.done !== true; piece = await read.next()) rest += String(piece.value)
    })()
    expect(await done).toBe(0)
    stdout.end()
    await reading
    expect(rest.trimEnd().split('\n')).toHaveLength(3)
  })

  it('knows from what follows that an expression was meant', async () => {
    const { err } = await next(['backup', ...from])
    expect(err).toMatch(/^INVALID: the expression has 1 field/)
  })
})
