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
