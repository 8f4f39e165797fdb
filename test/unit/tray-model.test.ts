import { describe, expect, it } from 'vitest'
import type { TaskView } from '@shared/model/task'
import { pauseUntil, shortTime } from '../../electron/desktop/short-time'
import { trayModel, type TrayItem, type TrayState } from '../../electron/desktop/tray-model'
import { chooseLocale, wordsOf } from '../../electron/desktop/words'
import {
  brokenEnd,
  failing,
  missing,
  next,
  now,
  progress,
  run,
  started,
  status,
  task,
  warning,
} from '../support/tray-state'

const model = (state: Partial<TrayState>, locale: 'en' | 'zh-CN' = 'en') =>
  trayModel({ status: status(), tasks: [], runs: [], ...state }, now, wordsOf(locale), locale)

/** The menu as indented lines. */
function lines(items: readonly TrayItem[], depth = ''): string[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'separator':
        return [`${depth}---`]
      case 'menu':
        return [`${depth}${item.label} >`, ...lines(item.items, `${depth}  `)]
      case 'text':
        return [`${depth}(${item.label})`]
      default:
        return [`${depth}${item.label}${item.enabled ? '' : ' [off]'}`]
    }
  })
}
const menuOf = (items: readonly TrayItem[], label: string): readonly TrayItem[] => {
  const found = items.find((item) => item.kind === 'menu' && item.label.startsWith(label))
  if (found?.kind !== 'menu') throw new Error(`no menu "${label}" in:\n${lines(items).join('\n')}`)
  return found.items
}

describe('the tray icon', () => {
  const paused = { since: started, until: null }
  it.each<[string, string, Partial<TrayState>]>([
    ['is idle when nothing happens', 'idle', {}],
    ['rings while something runs', 'running', { runs: [run('a')] }],
    ['does not ring for what is only queued', 'idle', { runs: [run('a', { status: 'queued', startedAt: null })] }],
    ['shows that everything is paused', 'paused', { status: status({ paused }) }],
    ['rings for a manual run while everything is paused', 'running', { status: status({ paused }), runs: [run('a')] }],
    ['wants attention for a failing task, whatever runs', 'attention', { tasks: [failing('b')], runs: [run('a')] }],
    ['wants attention for what was missed', 'attention', { tasks: [missing('b')] }],
    ['wants attention for a trigger that cannot fire', 'attention', { tasks: [task('b', { warnings: ['gone'] })] }],
    ['wants attention for a warning of the host', 'attention', { status: status({ warnings: [warning] }) }],
    [
      'is calm again once the failure was acknowledged',
      'idle',
      { tasks: [task('b', { recent: [brokenEnd('x')], streak: { count: 1, since: started, acknowledged: true } })] },
    ],
  ])('%s', (_what, icon, state) => {
    expect(model(state).icon).toBe(icon)
  })
})

describe('the tooltip', () => {
  it.each<[string, Partial<TrayState>]>([
    ['Belfry · All quiet', {}],
    ['next Disk space 11:00', { status: status({ next }) }],
    [
      '2 running · next Disk space 11:00 · 1 failed',
      { status: status({ next }), runs: [run('a'), run('b')], tasks: [failing('c')] },
    ],
    ['1 failed · 2 missed', { tasks: [failing('a'), missing('b'), missing('c')] }],
    ['2 need attention', { status: status({ warnings: [warning] }), tasks: [task('b', { warnings: ['gone'] })] }],
    ['1 needs attention', { status: status({ warnings: [warning] }) }],
    ['Paused until Thu 09:00', { status: status({ paused: { since: started, until: '2027-03-25T08:00:00.000Z' } }) }],
  ])('says "%s"', (tooltip, state) => {
    expect(model(state).tooltip).toBe(tooltip)
  })

  it('is Chinese where the locale is', () => {
    expect(model({ status: status({ next }), runs: [run('备份')] }, 'zh-CN').tooltip).toBe(
      '1 个运行中 · 下一个 Disk space 11:00',
    )
  })

  it('gives the count beside the icon only while something runs', () => {
    expect([model({}).title, model({ runs: [run('a'), run('b')] }).title]).toEqual(['', '2'])
  })
})

describe('the menu', () => {
  it('is short when there is nothing to report', () => {
    expect(lines(model({ status: status({ next }), tasks: [task('Disk space')] }).menu)).toEqual([
      '(All quiet)',
      '(Next: Disk space at 11:00)',
      '---',
      'Run >',
      '  Disk space',
      '---',
      'Pause all >',
      '  For 1 hour',
      '  Until tomorrow',
      '  Until resumed',
      '---',
      'Open Belfry',
      'Quit Belfry',
    ])
  })

  it('lists what runs with its progress, and offers its log and to cancel it', () => {
    const runs = [
      run('Photos to NAS', { progress: progress(62.9) }),
      run('Scan', { startedAt: '2027-03-24T06:42:00.000Z', createdAt: '2027-03-24T06:42:00.000Z' }),
      run('Sync', { ending: 'cancel', createdAt: '2027-03-24T09:39:00.000Z' }),
      run('Later', { status: 'queued', startedAt: null, createdAt: '2027-03-24T09:40:00.000Z' }),
    ]
    expect(lines(menuOf(model({ runs }).menu, 'Running (4)'))).toEqual([
      'Scan  –  3 h >',
      '  Open log',
      '  Cancel',
      'Photos to NAS  –  60 %, 4 m >',
      '  Open log',
      '  Cancel',
      'Sync  –  ending >',
      '  Open log',
      '  Cancel [off]',
      'Later  –  queued >',
      '  Open log',
      '  Cancel',
      '---',
      'Cancel all',
    ])
  })

  it('names what needs attention with its reason, the latest first', () => {
    const tasks = [
      failing('Older', 'old reason', '2027-03-24T08:00:00.000Z'),
      failing('Mirror', 'rsync: connection unexpectedly closed\nsecond line', '2027-03-24T09:00:00.000Z'),
    ]
    expect(lines(menuOf(model({ tasks }).menu, 'Needs attention (2)'))).toEqual([
      'Mirror >',
      '  (rsync: connection unexpectedly closed)',
      '  ---',
      '  Open log',
      '  Run again',
      '  Acknowledge',
      'Older >',
      '  (old reason)',
      '  ---',
      '  Open log',
      '  Run again',
      '  Acknowledge',
      '---',
      'Show in Belfry',
    ])
  })

  it('tells what was missed, how often, when last and why, and lets it be run or skipped', () => {
    const tasks = [
      missing('Statements', '2027-03-24T04:30:00.000Z'),
      { ...missing('Busy', '2027-03-24T05:30:00.000Z', 1), activeRuns: ['r'] },
      failing('Mirror'),
      task('Scans', { warnings: ['/scans is gone'] }),
    ]
    expect(lines(menuOf(model({ tasks }).menu, 'Needs attention (4)')).slice(6)).toEqual([
      'Busy >',
      '  (Missed 06:30: the machine slept)',
      '  ---',
      '  Run now [off]',
      '  Skip',
      '  Open task',
      'Statements >',
      '  (Missed 3, last 05:30: the machine slept)',
      '  ---',
      '  Run now',
      '  Skip',
      '  Open task',
      'Scans >',
      '  (/scans is gone)',
      '  ---',
      '  Open task',
      '---',
      'Show in Belfry',
    ])
    const statements = menuOf(menuOf(model({ tasks }).menu, 'Needs attention'), 'Statements')
    expect(statements.flatMap((item) => (item.kind === 'action' ? [item.action] : []))).toEqual([
      { do: 'decide', taskId: 'task-Statements', decision: 'run' },
      { do: 'decide', taskId: 'task-Statements', decision: 'skip' },
      { do: 'open', hash: '/tasks/task-Statements' },
    ])
  })

  it('names of a streak the run that broke, not one that was cancelled after it', () => {
    const broke = failing('Mirror', 'no route to host')
    const cancelled = { ...brokenEnd('cancelled'), id: 'run-cancelled', status: 'cancelled' } as const
    const items = menuOf(model({ tasks: [{ ...broke, recent: [...broke.recent, cancelled] }] }).menu, 'Needs attention')
    expect(lines(items)).toContain('  (no route to host)')
    expect(menuOf(items, 'Mirror')).toContainEqual(
      expect.objectContaining({ label: 'Open log', action: { do: 'open', hash: '/runs/run-broken' } }),
    )
  })

  it('offers the tasks that ran last first, then the others by name, and none twice at once', () => {
    const recent = (startedAt: string): TaskView['recent'] => [
      { ...brokenEnd(''), status: 'succeeded', startedAt, error: null },
    ]
    const tasks = [
      task('Zebra'),
      task('Apple'),
      task('Yesterday', { recent: recent('2027-03-23T09:00:00.000Z') }),
      task('Today', { recent: recent('2027-03-24T09:00:00.000Z'), activeRuns: ['run-Today'] }),
    ]
    expect(lines(menuOf(model({ tasks }).menu, 'Run'))).toEqual(['Today [off]', 'Yesterday', 'Apple', 'Zebra'])
  })

  it('stops at fifteen tasks and says where the others are', () => {
    const tasks = Array.from({ length: 40 }, (_, index) => task(`Task ${String(index).padStart(2, '0')}`))
    const items = lines(menuOf(model({ tasks }).menu, 'Run'))
    expect(items).toHaveLength(17)
    expect(items.slice(-3)).toEqual(['Task 14', '---', '25 more in Belfry'])
  })

  it('offers to resume while everything is paused, and then plans nothing', () => {
    const menu = lines(model({ status: status({ next, paused: { since: started, until: null } }) }).menu)
    expect(menu).toContain('Resume all')
    expect(menu).toContain('(Nothing planned)')
    expect(menu.join()).not.toContain('Pause all')
  })

  it('makes one short line of a name that has several', () => {
    const menu = model({ tasks: [task(`first\nsecond ${'x'.repeat(100)}`)] }).menu
    const [line] = lines(menuOf(menu, 'Run'))
    expect(line).toMatch(/^first second x+…$/)
    expect(line).toHaveLength(48)
  })

  it.each(['en', 'zh-CN'] as const)('has words for everything in %s', (locale) => {
    const state = { runs: [run('a'), run('b')], tasks: [failing('c')], status: status({ next, warnings: [warning] }) }
    expect(lines(model(state, locale).menu).join()).not.toMatch(/undefined|NaN|null/)
  })
})

describe('pausing from the menu', () => {
  it('for an hour ends an hour from the click', () => {
    expect(pauseUntil('hour', now, 'UTC')).toBe('2027-03-24T10:42:18.000Z')
  })

  it.each([
    ['Europe/Berlin', '2027-03-24T23:00:00.000Z'],
    ['Asia/Shanghai', '2027-03-24T16:00:00.000Z'],
    ['America/Los_Angeles', '2027-03-25T07:00:00.000Z'],
  ])('until tomorrow ends where the next day begins in %s, whatever zone this process has', (zone, expected) => {
    expect(pauseUntil('tomorrow', now, zone)).toBe(expected)
  })

  it('until resumed has no end', () => {
    expect(pauseUntil('resumed', now, 'UTC')).toBeNull()
  })
})

describe('a short time', () => {
  it.each([
    ['2027-03-24T10:00:00.000Z', 'en', '11:00'],
    ['2027-03-25T01:00:00.000Z', 'en', 'Thu 02:00'],
    ['2027-03-24T23:30:00.000Z', 'en', 'Thu 00:30'],
    ['2027-12-24T17:00:00.000Z', 'en', 'Dec 24, 2027 18:00'],
    ['2027-03-25T01:00:00.000Z', 'zh-CN', '周四 02:00'],
  ] as const)('%s in %s is "%s"', (at, locale, expected) => {
    expect(shortTime(at, now, 'Europe/Berlin', locale)).toBe(expected)
  })
})

describe('the locale', () => {
  it.each([
    ['system', 'zh-Hans-CN', 'zh-CN'],
    ['system', 'zh-TW', 'zh-CN'],
    ['system', 'de-DE', 'en'],
    ['en', 'zh-CN', 'en'],
    ['zh-CN', 'en-US', 'zh-CN'],
  ] as const)('setting %s on a desktop in %s gives %s', (setting, system, expected) => {
    expect(chooseLocale(setting, system)).toBe(expected)
  })
})

describe('with ten thousand tasks', () => {
  it('the model is still made at once', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) => task(`Task ${index}`))
    const begin = performance.now()
    model({ tasks })
    expect(performance.now() - begin).toBeLessThan(100)
  })
})
