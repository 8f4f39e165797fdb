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
    ['no instant', '0 0 * * *', ['--from', 'tomorrow'], /^INVALID: is not an instant.*\(from\)$/],
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
      { error: { field: '', message: expect.stringContaining('JSON') as string } },
    ])
  })

  it('knows from what follows that an expression was meant', async () => {
    const { err } = await next(['backup', ...from])
    expect(err).toMatch(/^INVALID: the expression has 1 field/)
  })
})
