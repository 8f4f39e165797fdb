import { describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import type { LogLine } from '@shared/model/run'
import { exact, relative, took, whenNext } from '../../electron/cli/format'
import { createLogOutput, progressBar } from '../../electron/cli/log-output'
import { describeError } from '../../electron/cli/run-cli'
import { table } from '../../electron/cli/table'
import { printable, printableLine } from '../../electron/cli/terminal'
import { fakeTerminal } from '../support/fake-terminal'

describe('a table', () => {
  const columns = [{ title: 'NAME', flexible: true }, { title: '#', right: true }, { title: 'ID' }]

  it('aligns by what a terminal draws, not by letters', () => {
    expect(
      table(columns, [
        ['备份', '7', 'x'],
        ['plain', '12', 'y'],
      ]),
    ).toBe(['NAME    #  ID', '备份    7  x', 'plain  12  y'].join('\n'))
  })

  it('cuts what gives way where the terminal is narrow, and nothing else', () => {
    const text = table(columns, [['a very long name indeed, longer than there is room for', '1', '01ABCDEF']], 30)
    expect(text.split('\n')).toEqual(['NAME               #  ID', 'a very long name…  1  01ABCDEF'])
    expect(table(columns, [['a very long name indeed', '1', '01ABCDEF']], 10)).toContain('a very long…  1  01ABCDEF')
  })
})

describe('what was written elsewhere', () => {
  it('is shown on a terminal, not obeyed, in all that an answer holds', () => {
    const name = 'a\u001b[31mRED\r\nb\u009b2J\u2028\u202ec\u0007\t'
    const safe = 'a\\x1b[31mRED\\r\\nb\\x9b2J\\u2028\\u202ec\\x07\\t'
    expect(printable({ items: [{ name, [name]: null, count: 3, on: true }] })).toEqual({
      items: [{ name: safe, [safe]: null, count: 3, on: true }],
    })
    expect(printable('备份 – ☕ 👩‍💻 שלום')).toBe('备份 – ☕ 👩‍💻 שלום')
  })

  it('keeps its colours where it is a line of a log', () => {
    expect(printableLine('\u001b[1;31mred\u001b[0m\t10%\r20%\u001b[2J\u001b]0;title\u0007')).toBe(
      '\u001b[1;31mred\u001b[0m\t10%\r20%\\x1b[2J\\x1b]0;title\\x07',
    )
  })

  it('is one line of an error, too', () => {
    expect(describeError(new BelfryError('NOT_FOUND', 'no "a\u001b[2J\nb"', { field: 'x\n' }))).toEqual([
      'NOT_FOUND: no "a\\x1b[2J\\nb" (x\\n)',
    ])
  })

  it('is a log as it is where nobody looks', async () => {
    const text = '\u001b[2Jcleared'
    for (const isTTY of [false, true]) {
      const terminal = fakeTerminal({ isTTY })
      await createLogOutput(terminal).line({ number: 1, at: '2027-01-01T00:00:00.000Z', stream: 'out', text })
      expect(terminal.out()).toBe(isTTY ? '\\x1b[2Jcleared\n' : `${text}\n`)
    }
  })
})

describe('spans and times', () => {
  it.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [4200, '4.2 s'],
    [59_949, '59.9 s'],
    [59_990, '1 m 00 s'],
    [64_000, '1 m 04 s'],
    [7_500_000, '2 h 05 m'],
    [null, '–'],
  ])('%s ms took %s', (ms, text) => expect(took(ms)).toBe(text))

  it.each([
    [0, 'now'],
    [400, 'now'],
    [5000, 'in 5 s'],
    [-90_000, '2 m ago'],
    [3_600_000, 'in 1 h'],
    [5_400_000, 'in 1 h 30 m'],
    [-172_800_000, '2 d ago'],
  ])('%s ms from now is %s', (ms, text) =>
    expect(relative(new Date(1_000_000_000_000 + ms).toISOString(), 1_000_000_000_000)).toBe(text),
  )
})

describe('what comes next', () => {
  const now = Date.parse('2027-03-28T04:09:39Z')
  it.each([
    ['2027-03-28T04:14:39.000Z', 'in 5 m (…)'],
    ['2027-03-28T04:09:39.000Z', 'due now (…)'],
    ['2026-08-23T04:09:39.000Z', 'due now (…)'],
    [null, '–'],
  ])('at %s, is told as %s', (at, text) => {
    expect(whenNext(at, now)).toBe(at === null ? text : text.replace('…', exact(at)))
  })
})

describe('the log of a run that is waited for', () => {
  const line = (stream: LogLine['stream'], text: string): LogLine => ({
    number: 1,
    at: '2027-01-01T00:00:00.000Z',
    stream,
    text,
  })

  it('keeps the streams apart, and on a pipe leaves progress lines as they are', async () => {
    const terminal = fakeTerminal()
    const output = createLogOutput(terminal)
    for (const one of [
      line('out', 'one'),
      line('err', 'two'),
      line('belfry', 'three'),
      line('out', '::progress 1/2 half'),
    ])
      await output.line(one)
    await output.end()
    expect(terminal.out()).toBe('one\n::progress 1/2 half\n')
    expect(terminal.err()).toBe('two\nthree\n')
  })

  it('draws progress on a terminal, below the output, and takes it away at the end', async () => {
    const terminal = fakeTerminal({ isTTY: true })
    const output = createLogOutput(terminal)
    await output.line(line('out', '::progress 1/4 first'))
    await output.line(line('out', 'said meanwhile'))
    await output.line(line('out', '::progress 200%'))
    await output.end()
    const bar = '██████░░░░░░░░░░░░░░░░░░ 1/4 first'
    const erased = '\r\u001b[2K'
    expect(terminal.out()).toBe('said meanwhile\n::progress 200%\n')
    expect(terminal.err()).toBe(`${bar}${erased}${bar}${erased}${bar}${erased}`)
  })

  it('never draws wider than the terminal', () => {
    const progress = { percent: 50, processed: null, total: null, item: null, message: 'x'.repeat(100) }
    expect(progressBar(progress, 40)).toHaveLength(39)
    expect(progressBar({ ...progress, message: null }, 80)).toBe(`${'█'.repeat(12)}${'░'.repeat(12)} 50%`)
  })
})
