import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { Task } from '@shared/model/task'
import { toTaskChange, toTaskInput, withTaskOptions, type TaskOptions } from '../../electron/cli/task-options'

function parse(args: readonly string[]): { options: TaskOptions; argv: string[]; command: Command } {
  const command = withTaskOptions(new Command('add'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
  command.action(() => undefined).parse([...args], { from: 'user' })
  return { options: command.opts<TaskOptions>(), argv: command.args, command }
}
const input = (...args: string[]) => {
  const { options, argv, command } = parse(args)
  return toTaskInput(options, argv, command)
}

const task = {
  triggers: [
    { kind: 'cron', expression: '0 0 * * *' },
    { kind: 'interval', every: 1000, mode: 'fixed-rate' },
  ],
  action: { kind: 'command', command: 'old', cwd: '/old', env: { A: '1', B: '2' }, successExitCodes: [0] },
  parameters: { p: 'q' },
} as unknown as Task
const change = (...args: string[]) => {
  const { options, argv, command } = parse(args)
  return toTaskChange(options, argv, task, command)
}

describe('the flags of add', () => {
  it('make the least of a task', () => {
    expect(input('--name', 'n', '--command', 'echo hi')).toEqual({
      name: 'n',
      triggers: [],
      action: { kind: 'command', command: 'echo hi' },
      policy: {},
    })
  })

  it('make all of a task', () => {
    const made = input(
      ...[
        '--name',
        'n',
        '--description',
        'd',
        '--tag',
        'a',
        '--tag',
        'b',
        '--disabled',
        '--timezone',
        'Asia/Shanghai',
        '--every',
        '5m',
      ],
      ...[
        '--cron',
        '0 0 * * *',
        '--cron',
        '@hourly',
        '--at',
        '2027-12-25T10:00',
        '--startup',
        'boot',
        '--timeout',
        '1h',
        '--kill-grace',
        '2s',
      ],
      ...[
        '--cwd',
        '/tmp',
        '--env',
        'A=1=2',
        '--env',
        'B=',
        '--stdin',
        'in',
        '--shell',
        '/bin/bash',
        '--success-exit-codes',
        '0, 3',
        '--param',
        'x=y',
      ],
      ...['--command', 'true'],
    )
    expect(made).toEqual({
      name: 'n',
      description: 'd',
      tags: ['a', 'b'],
      enabled: false,
      parameters: { x: 'y' },
      triggers: [
        { kind: 'cron', expression: '0 0 * * *', timezone: 'Asia/Shanghai' },
        { kind: 'cron', expression: '@hourly', timezone: 'Asia/Shanghai' },
        { kind: 'interval', every: '5m' },
        { kind: 'date', at: '2027-12-25T10:00', timezone: 'Asia/Shanghai' },
        { kind: 'startup', on: 'boot' },
      ],
      action: {
        kind: 'command',
        command: 'true',
        cwd: '/tmp',
        env: { A: '1=2', B: '' },
        stdin: 'in',
        shell: '/bin/bash',
        successExitCodes: [0, 3],
      },
      policy: { timeout: '1h', killGrace: '2s' },
    })
  })

  it('make triggers of events, with absolute paths', () => {
    const { triggers } = input(
      ...['--name', 'n', '--command', 'c', '--startup', 'boot', '--resume', '--settle', '10s'],
      ...['--watch', '/srv/in', '--watch', '~/in', '--watch', 'here', '--after', 'a', '--after', 'b', '--on', 'finish'],
    )
    expect(triggers).toEqual([
      { kind: 'startup', on: 'boot' },
      { kind: 'resume' },
      { kind: 'watch', paths: ['/srv/in', '~/in', `${process.cwd()}/here`], settle: '10s' },
      { kind: 'after', tasks: ['a', 'b'], on: 'finish' },
    ])
  })

  it.each([
    ['--settle', '10s', 'without --watch'],
    ['--on', 'failure', 'without --after'],
  ])('refuse %s %s where it says nothing', (flag, value, reason) => {
    expect(() => input('--name', 'n', '--command', 'c', flag, value)).toThrow(reason)
  })

  it('make all of its policy', () => {
    const { policy } = input(
      ...['--name', 'n', '--command', 'c', '--misfire-grace', '10m', '--no-coalesce', '--on-missed', 'run'],
      ...['--max-instances', '3', '--overlap', 'queue', '--queue-limit', '5', '--group', 'disk', '--priority', '-7'],
      ...['--jitter', '30s'],
    )
    expect(policy).toEqual({
      ...{ misfireGrace: '10m', coalesce: false, onMissed: 'run', maxInstances: 3, overlap: 'queue', queueLimit: 5 },
      ...{ group: 'disk', priority: -7, jitter: '30s' },
    })
  })

  it.each([
    ['--max-instances', 'many'],
    ['--max-instances', '1.5'],
    ['--priority', ''],
    ['--overlap', 'wait'],
    ['--on-missed', 'cry'],
  ])('refuse %s %s', (flag, value) => {
    expect(() => input('--name', 'n', '--command', 'c', flag, value)).toThrow(/is invalid/)
  })

  it('leave what follows -- to the program', () => {
    expect(input('--name', 'n', '--', 'tar', '-c', '--json', '').action).toEqual({
      kind: 'command',
      command: ['tar', '-c', '--json', ''],
    })
  })
})

describe('the flags of edit', () => {
  it.each<[string[], object]>([
    [['--name', 'new'], { name: 'new' }],
    [['--disabled'], { enabled: false }],
    [['--timeout', 'none'], { policy: { timeout: null } }],
    [['--misfire-grace', 'none'], { policy: { misfireGrace: null } }],
    [['--group', 'none'], { policy: { group: null } }],
    [['--coalesce'], { policy: { coalesce: true } }],
    [['--no-coalesce'], { policy: { coalesce: false } }],
    [['--overlap', 'replace', '--max-instances', '2'], { policy: { overlap: 'replace', maxInstances: 2 } }],
    [['--every', '2s'], { triggers: [{ kind: 'interval', every: '2s' }] }],
    [['--manual'], { triggers: [] }],
    [
      ['--timezone', 'UTC'],
      { triggers: [{ kind: 'cron', expression: '0 0 * * *', timezone: 'UTC' }, task.triggers[1] as object] },
    ],
    [['--command', 'new'], { action: { ...task.action, command: 'new' } }],
    [['--', 'new', 'arg'], { action: { ...task.action, command: ['new', 'arg'] } }],
    [['--env', 'B=3'], { action: { ...task.action, env: { A: '1', B: '3' } } }],
    [['--param', 'r=s'], { parameters: { p: 'q', r: 's' } }],
  ])('%j change only what they say', (args, expected) => expect(change(...args)).toEqual(expected))
})
