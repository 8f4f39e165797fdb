import { call } from '@orpc/server'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Client } from '@shared/contract'
import type { Simulation } from '@shared/model/schedule'
import { createCli, type Cli } from '../../electron/cli/cli'
import { addNextCommand } from '../../electron/cli/commands/next'
import { addSimulateCommand } from '../../electron/cli/commands/simulate'
import { fakeTerminal } from '../support/fake-terminal'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

const now = '2027-01-01T00:00:00.000Z'

/** The commands over a host in this process, with these tasks. */
async function host(...tasks: Parameters<typeof createTask>[1][]) {
  const host = await unitHost(await tempFolder(), { clock: virtualClock(now) })
  await host.start()
  for (const task of tasks) await createTask(host, task)
  const { schedule, tasks: taskRouter } = host.router
  const client = {
    schedule: {
      simulate: (input: Parameters<Client['schedule']['simulate']>[0]) => call(schedule.simulate, input),
      preview: (input: Parameters<Client['schedule']['preview']>[0]) => call(schedule.preview, input),
    },
    tasks: { get: (input: { id: string }) => call(taskRouter.get, input) },
  } as Client
  return async (...args: string[]) => {
    const terminal = fakeTerminal({ now: Date.parse(now) })
    const cli: Cli = { ...createCli(terminal, () => undefined), withHost: (_command, work) => work(client) }
    const program = new Command('belfry')
      .option('--json')
      .exitOverride()
      .configureOutput({ writeErr: () => undefined })
    addSimulateCommand(program, cli)
    addNextCommand(program, cli)
    await program.parseAsync([...args], { from: 'user' })
    return { out: terminal.out(), err: terminal.err() }
  }
}

const cron = (name: string, expression: string, policy = {}): Parameters<typeof createTask>[1] => ({
  name,
  triggers: [{ kind: 'cron', expression, timezone: 'UTC' }],
  policy,
})
const day = ['--until', '2027-01-02T00:00:00Z']

describe('belfry simulate', () => {
  it('prints exactly what the host answers', async () => {
    const belfry = await host(cron('hourly', '0 * * * *'), cron('daily', '30 12 * * *'))
    const { out, err } = await belfry('simulate', ...day, '--limit', '1', '--json')
    const answer = JSON.parse(out) as Simulation
    expect(err).toBe('')
    expect(answer).toMatchObject({
      ...{ from: now, until: '2027-01-02T00:00:00.000Z', total: { ran: 25 } },
      tasks: [
        { taskName: 'daily', ran: 1, duration: 1000 },
        { taskName: 'hourly', ran: 24, duration: 1000 },
      ],
      busiest: { at: now, running: 1 },
      items: [{ at: now, taskName: 'hourly', state: 'ran', reason: null, count: 1 }],
    })
  })

  it('shows people a table, with the states that something is in', async () => {
    const belfry = await host(
      cron('hourly', '0 * * * *', { misfireGrace: '1s' }),
      { name: 'by hand', triggers: [] },
      cron('night', '0 3 * * *', { misfireGrace: null }),
    )
    const { out } = await belfry(
      ...['simulate', ...day, '--limit', '2'],
      ...[
        '--asleep',
        '2027-01-01T02:30:00Z/2027-01-01T04:30:00Z',
        '--asleep',
        '2027-01-01T10:30:00Z/2027-01-01T11:30:00Z',
      ],
    )
    const lines = out.split('\n')
    expect(lines[1]).toMatch(/^TASK +RAN +LATE +MISSED +LASTS +FIRST +WHY$/)
    expect(lines[2]).toMatch(/^hourly +21 +0 +3 +1\.0 s +.* +asleep 3$/)
    expect(lines[3]).toMatch(/^night +0 +1 +0 +1\.0 s /)
    expect(lines[4]).toMatch(/^all of them +21 +1 +3$/)
    expect(lines[5]).toBe('1 other task would not come.')
    expect(lines[6]).toMatch(/^At most 1 at once, first at /)
    expect(lines[8]).toMatch(/^TIME +UTC +STATE +TASK$/)
    expect(lines[9]).toMatch(/ 2027-01-01T00:00:00\.000Z +ran +hourly$/)
  })

  it('says so where nothing comes', async () => {
    const belfry = await host({ name: 'by hand', triggers: [] })
    expect((await belfry('simulate', ...day)).out).toMatch(/Nothing would come\.\n$/)
  })

  it.each<[string, string[], string, RegExp]>([
    ['no instant', ['--until', 'tomorrow'], 'until', /is not an instant/],
    ['an end before the beginning', ['--until', '2026-12-31T00:00:00Z'], 'until', /must be after from/],
    ['more than ten years', ['--until', '2038-01-01T00:00:00Z'], 'until', /at most 10 years/],
    ['half a range', [...day, '--asleep', '2027-01-01T02:30:00Z'], 'asleep.0', /is not FROM\/UNTIL/],
    ['a range of nothing', [...day, '--asleep', 'now/then'], 'asleep.0.from', /is not an instant/],
    [
      'a range backwards',
      [...day, '--asleep', '2027-01-01T04:00:00Z/2027-01-01T03:00:00Z'],
      'asleep.0.until',
      /must be after from/,
    ],
    ['no number', [...day, '--limit', 'all'], 'limit', /./],
    ['a number beyond all bounds', [...day, '--limit', '10001'], 'limit', /10000/],
  ])('refuses %s, with the field', async (_name, args, field, message) => {
    const belfry = await host()
    const refused: unknown = await belfry('simulate', ...args).catch((error: unknown) => error)
    const { data, ...own } = refused as { data?: object; field?: string; message: string }
    const told = JSON.stringify({
      ...own,
      ...data,
      message: (refused as Error).message,
      cause: (refused as Error).cause,
    })
    expect(told).toMatch(message)
    expect(told).toContain(field.split('.').at(-1))
  })

  it('needs an end', async () => {
    const belfry = await host()
    await expect(belfry('simulate')).rejects.toThrow(/--until/)
  })
})

describe('belfry next with a task', () => {
  it('tells what changes of the clocks do, the jitter, and warnings', async () => {
    const belfry = await host({
      name: 'backup',
      triggers: [{ kind: 'cron', expression: '30 2 * * *', timezone: 'Europe/Berlin' }],
      policy: { jitter: '10m', active: [{ weekdays: ['sun'], timezone: 'Europe/Berlin' }] },
    })
    const { out } = await belfry('next', 'backup', '--count', '1')
    const lines = out.trimEnd().split('\n')
    expect(lines[1]).toMatch(/2027-01-03T01:30:00\.000Z/)
    expect(lines.slice(2)).toEqual([
      'Each comes up to 10 minutes later (jitter).',
      '28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. 02:30 runs once, at 03:00.',
      '31 Oct 2027, Europe/Berlin: the clocks go from 03:00 to 02:00. 02:30 comes twice, and runs once.',
    ])
  })

  it('tells that nothing is left of it', async () => {
    const policy = { blackouts: [{ from: '2026-01-01' }] }
    const belfry = await host(cron('never', '0 2 * * *', policy))
    const { out } = await belfry('next', 'never')
    expect(out).toMatch(/^Its triggers plan nothing\.\nNothing will run: active windows and blackouts/)
  })
})
