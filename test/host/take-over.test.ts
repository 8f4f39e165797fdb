/** `belfry import --from system --enable --replace`: from the command line through the host to what cron reads. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImportAnswer } from '@shared/model/import'
import type { TaskView } from '@shared/model/task'
import { belfry, belfryJson } from '../support/host'
import { makeMachine, shownTimers, type Machine } from '../support/machine'
import { startMachineHost } from '../support/machine-host'

const takeOver = ['import', '--from', 'system', '--enable', '--replace']
const crontab = '0 5 * * * root tidy\n0 6 * * * www-data rotate\n'
const script = '#!/bin/sh\necho never on the machine that runs this test\n'

let machine: Machine
let stop: () => Promise<void>
const json = <T>(...args: string[]): Promise<T> => belfryJson<T>(machine.dataFolder, args)

beforeEach(async () => {
  machine = await makeMachine('root')
  await machine.write('/etc/crontab', crontab)
  await machine.write('/etc/cron.d/belfry-test', '10 3 * * * root scrub\n')
  await machine.write('/etc/cron.daily/belfry-test', script, 0o755)
  await machine.setCrontab('0 7 * * * backup\n')
  await writeFile(join(machine.root, '..', 'timers-system'), shownTimers)
  stop = await startMachineHost(machine)
  // What is taken over is enabled, and none of it may come due while a test looks at it.
  await json('pause', '--all')
  // A host that saw this machine's own jobs, or other tools, would switch them off: not one step further then.
  const { notes } = await json<ImportAnswer>(...takeOver, '--dry-run')
  expect(notes.at(-1)).toBe(
    'Originals that would be switched off: /etc/crontab, /etc/cron.d/belfry-test, your crontab, /etc/cron.daily/belfry-test, a.timer, tick.timer.',
  )
})
afterEach(async () => {
  await stop()
  await machine.remove()
})

const modeOf = async (path: string): Promise<number> => (await stat(machine.root + path)).mode & 0o777

describe('taking over what the machine schedules', () => {
  it('is only shown by a dry run', async () => {
    expect(await json('ls')).toMatchObject({ items: [] })
    expect(await machine.read('/etc/crontab')).toBe(crontab)
    expect(await machine.crontab()).toBe('0 7 * * * backup\n')
    expect(await machine.systemctlCalls()).toEqual([])
    expect(await modeOf('/etc/cron.daily/belfry-test')).toBe(0o755)
    expect(await readdir(machine.dataFolder)).not.toContain('imported')
  })

  it('switches each original off, keeps its copy in imported/, enables its task, and says so', async () => {
    const { code, stdout, stderr } = await belfry(machine.dataFolder, takeOver)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^Made 7 tasks\n/)

    const { items } = await json<{ items: TaskView[] }>('ls')
    expect(items.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['a', true],
      ['backup', true],
      ['cron.daily/belfry-test', true],
      ['rotate', false],
      ['scrub', true],
      ['tick', true],
      ['tidy', true],
    ])
    expect(items.find(({ name }) => name === 'rotate')?.locked).toMatch(/runs as www-data/)

    const off = (line: string): unknown => expect.stringMatching(new RegExp(`^# Belfry runs this since .*:\n#${line}`))
    expect(await machine.read('/etc/crontab')).toEqual(
      off('0 5 \\* \\* \\* root tidy\n0 6 \\* \\* \\* www-data rotate\n$'),
    )
    expect(await machine.read('/etc/cron.d/belfry-test')).toEqual(off('10 3 \\* \\* \\* root scrub\n$'))
    expect(await machine.crontab()).toEqual(off('0 7 \\* \\* \\* backup\n$'))
    expect(await modeOf('/etc/cron.daily/belfry-test')).toBe(0o644)
    expect(await machine.systemctlCalls()).toEqual([
      'system disable --now -- a.timer',
      'system mask --now -- tick.timer',
    ])

    const folder = join(machine.dataFolder, 'imported')
    const copies = (await readdir(folder)).sort()
    expect(copies.map((name) => name.replace(/^[\dTZ-]+-(?=[a-z])/, ''))).toEqual([
      'a.timer',
      'crontab',
      'etc-cron.d-belfry-test',
      'etc-cron.daily-belfry-test',
      'etc-crontab',
      'tick.timer',
    ])
    for (const name of copies) expect(stdout).toContain(join(folder, name))
    const copyOf = async (end: string): Promise<string> =>
      readFile(join(folder, copies.find((name) => name.endsWith(`Z-${end}`)) ?? ''), 'utf8')
    expect(await copyOf('etc-crontab')).toBe(crontab)
    expect(await copyOf('crontab')).toBe('0 7 * * * backup\n')
    expect(await copyOf('etc-cron.daily-belfry-test')).toBe(script)
  })

  it('leaves to another user what is theirs when it is done again', async () => {
    await json<ImportAnswer>(...takeOver)
    const [tables, calls] = [await machine.read('/etc/crontab'), await machine.systemctlCalls()]
    // systemd shows no timer any more that was switched off.
    await writeFile(join(machine.root, '..', 'timers-system'), '')
    const again = await json<ImportAnswer>(...takeOver)
    expect(again).toMatchObject({ created: [], errors: [], unchanged: [{ name: 'rotate', enabled: false }] })
    expect([await machine.read('/etc/crontab'), await machine.systemctlCalls()]).toEqual([tables, calls])
  })

  it('leaves a task disabled, with the reason, where its original cannot be switched off', async () => {
    await writeFile(join(machine.root, '..', 'refuse-crontab'), '')
    const { code, stdout } = await belfry(machine.dataFolder, takeOver)
    expect(code).toBe(0)
    expect(stdout).toContain('"backup" stays disabled, its original could not be switched off: You (root)')
    expect(await machine.crontab()).toBe('0 7 * * * backup\n')
    expect(await json('show', 'backup')).toMatchObject({ enabled: false })
    expect(await json('show', 'tidy')).toMatchObject({ enabled: true })
  })
})
