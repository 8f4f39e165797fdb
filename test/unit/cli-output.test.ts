import { describe, expect, it } from 'vitest'
import type { LogLine } from '@shared/model/run'
import { exact, relative, took, whenNext } from '../../electron/cli/format'
import { createLogOutput, progressBar } from '../../electron/cli/log-output'
import { table } from '../../electron/cli/table'
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
