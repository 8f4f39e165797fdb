import { describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import { exitCodeOfError, exitCodeOfRun } from '../../electron/cli/exit-codes'
import { describeError, runCli } from '../../electron/cli/run-cli'
import { wantsColour } from '../../electron/cli/terminal'
import { fakeTerminal } from '../support/fake-terminal'

async function belfry(...args: string[]) {
  const terminal = fakeTerminal({ env: { BELFRY_HOME: '/nonexistent/belfry' } })
  const code = await runCli(args, terminal)
  return { code, out: terminal.out(), err: terminal.err() }
}

describe('a command line that cannot be understood', () => {
  it.each([
    [['fly']],
    [['ls', '--colour']],
    [['show']],
    [['show', '']],
    [['show', 'a', 'b']],
    [['pause']],
    [['pause', 'a', '--all']],
    [['pause', 'a', '--for', '1h', '--until', '2027-01-01T00:00:00Z']],
    [['add', '--command', 'true']],
    [['add', '--name', 'a']],
    [['add', '--name', 'a', '--command', 'true', '--', 'false']],
    [['add', '--name', 'a', '--env', 'novalue', '--command', 'true']],
    [['add', '--name', 'a', '--startup', 'never', '--command', 'true']],
    [['import']],
    [['import', '--from', 'jenkins']],
    [['import', '--from', 'system', 'file']],
    [['import', '--from', 'crontab', '--replace', 'file']],
    [['runs', '--status', 'fine']],
    [['run', 'a', '--param', 'x']],
    [['serve', '--port', '70000']],
    [['serve', '--port', 'x']],
  ])('exits with 2 and says why: %j', async (args) => {
    const { code, out, err } = await belfry(...args)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toMatch(/^USAGE: .+/)
  })

  it('shows the help when there is nothing at all', async () => {
    const { code, err } = await belfry()
    expect(code).toBe(2)
    expect(err).toContain('Usage: belfry')
  })
})

describe('help', () => {
  it('lists every command and the exit codes', async () => {
    const { code, out } = await belfry('--help')
    expect(code).toBe(0)
    const commands =
      'status ls show add edit rm enable disable run pause resume cancel runs logs import serve next open'
    for (const name of commands.split(' ')) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
    for (const exit of [0, 1, 2, 69, 73, 78, 124, 130]) expect(out).toMatch(new RegExp(`^ {2}${exit} +\\w`, 'm'))
  })
})

describe('without a host', () => {
  it.each(['status', 'ls', 'runs', 'open'])('%s says how to start one', async (command) => {
    const { code, out, err } = await belfry(command, '--json')
    expect([code, out]).toEqual([69, ''])
    expect(err).toBe('NO_HOST: no host is running on /nonexistent/belfry; start one with: belfry serve\n')
  })

  it('names the folder that was asked for', async () => {
    const { err } = await belfry('--data-folder', '/nonexistent/other', 'ls')
    expect(err).toBe(
      'NO_HOST: no host is running on /nonexistent/other; start one with: belfry serve --data-folder /nonexistent/other\n',
    )
  })
})

describe('errors', () => {
  it.each<[BelfryError, string[], number]>([
    [
      new BelfryError('NOT_FOUND', 'there is no task "x"', { field: 'id' }),
      ['NOT_FOUND: there is no task "x" (id)'],
      1,
    ],
    [new BelfryError('STORAGE', 'the disk is full'), ['STORAGE: the disk is full'], 1],
    [new BelfryError('LOCKED', 'another host'), ['LOCKED: another host'], 73],
    [new BelfryError('NO_HOST', 'none'), ['NO_HOST: none'], 69],
    [
      new BelfryError('INVALID', 'one', {
        field: 'a',
        detail: [
          { field: 'a', message: 'one' },
          { field: 'b.0', message: 'two' },
        ],
      }),
      ['INVALID: one (a)', 'INVALID: two (b.0)'],
      1,
    ],
  ])('%s', (error, lines, code) => {
    expect(describeError(error)).toEqual(lines)
    expect(exitCodeOfError(error)).toBe(code)
  })

  it.each([
    ['succeeded', 0],
    ['failed', 1],
    ['interrupted', 1],
    ['timed_out', 124],
    ['cancelled', 130],
  ] as const)('a run that %s exits with %i', (status, code) => expect(exitCodeOfRun(status)).toBe(code))
})

describe('colour', () => {
  it.each<[Record<string, string>, boolean, boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
  ])('with %j on a terminal (%s): %s', (env, isTTY, expected) => expect(wantsColour(env, isTTY)).toBe(expected))
})
