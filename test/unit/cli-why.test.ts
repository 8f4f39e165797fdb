import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Client } from '@shared/contract'
import { createCli, type Cli } from '../../electron/cli/cli'
import { addAccountCommands } from '../../electron/cli/commands/account'
import { addRunCommands } from '../../electron/cli/commands/runs'
import { isJumpedOver, readInstant } from '../../electron/cli/instants'
import { fakeTerminal } from '../support/fake-terminal'
import { makeRun } from '../support/make-run'
import { makeTaskView } from '../support/make-task-view'

const now = Date.parse('2027-03-28T12:00:00Z')

/** The commands over a host that answers as told, and what it was asked. */
async function ask(args: readonly string[], answers: Readonly<Record<string, unknown>>) {
  const terminal = fakeTerminal({ now })
  const asked: [string, unknown][] = []
  const tasks = new Proxy(
    {},
    {
      get: (_target, name) => async (input: unknown) => {
        asked.push([String(name), input])
        return answers[String(name)]
      },
    },
  )
  const client = { tasks } as Client
  const cli: Cli = { ...createCli(terminal, () => undefined), withHost: (_command, work) => work(client) }
  const program = new Command('belfry').option('--json').exitOverride()
  addAccountCommands(program, cli)
  addRunCommands(program, cli)
  await program.parseAsync([...args], { from: 'user' })
  return { asked, out: terminal.out() }
}

const why = {
  taskId: 'a',
  taskName: 'backup',
  at: '2027-03-28T01:00:00.000Z',
  entry: null,
  absence: 'disabled',
  planned: null,
  previous: null,
  reason: null,
  pausedUntil: null,
  standing: null,
  next: null,
  previousEntry: null,
  nextEntry: null,
  nextRun: null,
  moved: [],
  events: [],
  upstream: [],
  inTheWay: null,
  countsFrom: '2027-03-01T00:00:00.000Z',
  run: null,
}

describe('belfry why', () => {
  it('asks for the last occurrence, and answers in a sentence', async () => {
    const { asked, out } = await ask(['why', 'backup'], { why })
    expect(asked).toEqual([['why', { id: 'backup' }]])
    expect(out).toMatch(/^“backup” has nothing at 2027-03-28 \d\d:00:00: it is disabled\.\n$/)
  })

  it('asks for an instant, and prints what the host answers', async () => {
    const { asked, out } = await ask(['--json', 'why', 'backup', '--at', '2027-03-28T03:00:00+02:00'], { why })
    expect(asked).toEqual([['why', { id: 'backup', at: '2027-03-28T01:00:00.000Z' }]])
    expect(JSON.parse(out)).toEqual(why)
  })

  it('refuses what is no instant, without asking', async () => {
    await expect(ask(['why', 'backup', '--at', 'noon'], {})).rejects.toMatchObject({ code: 'INVALID', field: 'at' })
  })
})

describe('belfry ledger', () => {
  const entry = {
    state: 'skipped',
    reason: 'overlap',
    waited: null,
    from: '2027-03-28T11:00:00.000Z',
    until: '2027-03-28T11:30:00.000Z',
    count: 31,
    epoch: 0,
    runId: 'run-1',
    event: null,
  }

  it('shows what became of them, and how to go on', async () => {
    const page = { items: [entry], nextCursor: 'more' }
    const { asked, out } = await ask(
      ['ledger', 'backup', '--since', '2027-03-28T00:00:00Z', '--until', '2027-03-29T00:00:00Z', '--limit', '1'],
      { ledger: page },
    )
    const range = { since: '2027-03-28T00:00:00.000Z', until: '2027-03-29T00:00:00.000Z' }
    expect(asked).toEqual([['ledger', { id: 'backup', ...range, limit: '1' }]])
    expect(out).toMatch(/ 31 {2}skipped: it was running already {2}run-1 {2}30 m ago\nMore: --cursor more\n$/)
  })

  it('says that there is nothing', async () => {
    const { asked, out } = await ask(['ledger', 'backup', '--cursor', 'x'], { ledger: { items: [], nextCursor: null } })
    expect(asked).toEqual([['ledger', { id: 'backup', limit: '50', cursor: 'x' }]])
    expect(out).toBe('Nothing is on record.\n')
  })

  it.each(['since', 'until'])('refuses a --%s that is no instant', async (field) => {
    await expect(ask(['ledger', 'a', `--${field}`, 'x'], {})).rejects.toMatchObject({ code: 'INVALID', field })
  })
})

describe('belfry skip-next', () => {
  it('skips the next occurrence, or none any more', async () => {
    const skipping = makeTaskView({ name: 'backup', skips: ['2027-03-29T01:00:00.000Z'] })
    const skip = await ask(['skip-next', 'backup'], { skipNext: skipping })
    expect(skip.asked).toEqual([['skipNext', { id: 'backup' }]])
    expect(skip.out).toMatch(/^backup skips 2027-03-29 \d\d:00:00\.\n/)
    const undo = await ask(['skip-next', 'backup', '--undo'], { unskip: makeTaskView({ name: 'backup' }) })
    expect(undo.asked).toEqual([['unskip', { id: 'backup' }]])
    expect(undo.out).toMatch(/^backup skips nothing that is planned\.\n/)
  })
})

describe('belfry run', () => {
  it.each([
    [[], undefined],
    [['--force'], true],
  ])('%j', async (flags, force) => {
    const { asked } = await ask(['run', 'backup', ...flags], { run: makeRun() })
    expect(asked).toEqual([['run', { id: 'backup', force }]])
  })
})

describe('an instant as it is typed', () => {
  it.each([
    ['2027-03-28T01:00:00Z', '2027-03-28T01:00:00.000Z'],
    ['2027-03-28T01:00:00.250+02:00', '2027-03-27T23:00:00.250Z'],
    ['2027-03-27T23:30', '2027-03-27T22:30:00.000Z'],
    [' 2027-03-28 03:30:15 ', '2027-03-28T01:30:15.000Z'],
    // The clocks jump from 02:00 to 03:00.
    ['2027-03-28 02:30', '2027-03-28T01:00:00.000Z'],
    ['2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
    // It is 14:00.
    ['14:00', '2027-03-28T12:00:00.000Z'],
    ['14:00:01', '2027-03-27T13:00:01.000Z'],
    ['03:00', '2027-03-28T01:00:00.000Z'],
  ])('%s', (text, wanted) => expect(readInstant(text, 'Europe/Berlin', now, 'at')).toBe(wanted))

  it.each([
    '',
    'noon',
    '25:00',
    '12:60',
    '2027-02-30 12:00',
    '2027-13-01T00:00',
    '2027-03-28',
    '2027-03-28T01',
    '99999',
  ])('is not "%s"', (text) => {
    let thrown: unknown
    try {
      readInstant(text, 'UTC', now, 'at')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toMatchObject({ code: 'INVALID', field: 'at' })
  })
})

describe('a local time that the clocks jump over', () => {
  it.each([
    ['2027-03-28 02:30', true],
    ['02:30:15', true],
    ['2027-03-28 03:00', false],
    ['2026-10-25T02:30', false],
    ['2027-03-28T01:00:00Z', false],
  ])('%s: %s', (text, wanted) =>
    expect(isJumpedOver(text, readInstant(text, 'Europe/Berlin', now, 'at'), 'Europe/Berlin')).toBe(wanted),
  )
})
