import * as files from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BelfryError } from '@shared/errors'
import { importAnswer, type ImportCandidate } from '@shared/model/import'
import type { TaskView } from '@shared/model/task'
import type { RunCommand } from '../../electron/host/import/command-runner'
import { createImportService, type ImportServiceOptions } from '../../electron/host/import/import-service'
import { makeTaskView } from '../support/make-task-view'
import { makeMachine, shownTimers, type Machine } from '../support/machine'

const at = Date.parse('2026-11-20T13:00:00Z')
const stamp = '2026-11-20T13-00-00-000Z'

/** Tasks in memory, as the task service keeps them, with a record of what happened in which order. */
function makeTasks(journal: string[]) {
  const views: TaskView[] = []
  const view = (candidate: ImportCandidate): TaskView =>
    makeTaskView({
      ...candidate,
      id: `t${views.length + 1}`,
      revision: 1,
      createdAt: new Date(at).toISOString(),
      updatedAt: new Date(at).toISOString(),
      countsFrom: new Date(at).toISOString(),
      state: candidate.enabled ? 'idle' : 'disabled',
    })
  const tasks: ImportServiceOptions['tasks'] = {
    all: () => views,
    async createImported(candidates) {
      return candidates.map((candidate) => {
        const made = view(candidate)
        views.push(made)
        journal.push(`made ${made.name} ${made.enabled ? 'enabled' : 'disabled'}`)
        return made
      })
    },
    async setEnabled(id, enabled) {
      const index = views.findIndex((task) => task.id === id)
      const changed: TaskView = { ...views[index]!, enabled, state: enabled ? 'idle' : 'disabled' }
      views[index] = changed
      journal.push(`enabled ${changed.name}`)
      return changed
    },
  }
  return tasks
}

let machine: Machine
let journal: string[]

beforeEach(async () => {
  machine = await makeMachine('root')
  journal = []
})
afterEach(() => machine.remove())

function service(over: Partial<ImportServiceOptions> = {}) {
  const run: RunCommand = async (argv, stdin) => {
    const result = await machine.run(argv, stdin)
    if (argv.includes('-') || argv.includes('disable') || argv.includes('mask')) journal.push(`ran ${argv.join(' ')}`)
    return result
  }
  return createImportService({
    files,
    clock: { now: () => at },
    run,
    tasks: makeTasks(journal),
    user: { name: 'root', uid: 0 },
    dataFolder: machine.dataFolder,
    root: machine.root,
    ...over,
  })
}

const ask = (over: { dryRun?: boolean; enable?: boolean; replace?: boolean } = {}) => ({
  dryRun: false,
  enable: false,
  replace: false,
  ...over,
})
const takeOver = ask({ enable: true, replace: true })
const sorted = (names: readonly { readonly name: string }[]): string[] => names.map(({ name }) => name).sort()

describe('a crontab given by hand', () => {
  const text = '1 * * * * a\n61 * * * * b\n2 * * * * c\n'

  it('arrives disabled, and enabled when asked', async () => {
    const answer = await service().crontab({ text, path: '/home/ops/tab', dryRun: false, enable: false })
    expect(importAnswer.parse(answer)).toEqual(answer)
    expect(answer).toMatchObject({ dryRun: false, wouldCreate: [], unchanged: [] })
    expect(answer.created.map(({ name, enabled }) => [name, enabled])).toEqual([
      ['a', false],
      ['c', false],
    ])
    expect(answer.errors).toMatchObject([{ line: 2, path: '/home/ops/tab', text: '61 * * * * b' }])
    const enabled = await service().crontab({ text, dryRun: false, enable: true })
    expect(enabled.created.every((task) => task.enabled)).toBe(true)
  })

  it('imported twice changes nothing, even when its lines have moved', async () => {
    const imports = service()
    const first = await imports.crontab({ text: `${text}1 * * * * a\n`, dryRun: false, enable: false })
    const again = await imports.crontab({
      text: `# moved\n1 * * * * a\n\n1 * * * * a\n2 * * * * c\n`,
      dryRun: false,
      enable: true,
    })
    expect(first.created.map(({ name }) => name)).toEqual(['a', 'c', 'a (2)'])
    expect(again).toMatchObject({ created: [], errors: [] })
    expect(again.unchanged.map(({ id, enabled }) => [id, enabled])).toEqual([
      ['t1', false],
      ['t3', false],
      ['t2', false],
    ])
  })

  it('twice at the same time makes each task once', async () => {
    const imports = service()
    const input = { text, dryRun: false, enable: false }
    const [first, second] = await Promise.all([imports.crontab(input), imports.crontab(input)])
    expect([first.created.length, second.created.length, second.unchanged.length]).toEqual([2, 0, 2])
  })

  it('in a dry run is only shown', async () => {
    const answer = await service().crontab({ text, dryRun: true, enable: true })
    expect(importAnswer.parse(answer)).toEqual(answer)
    expect(answer).toMatchObject({
      dryRun: true,
      created: [],
      wouldCreate: [{ name: 'a', enabled: true }, { name: 'c' }],
    })
    expect(journal).toEqual([])
  })

  it('that is in force on this machine is not enabled beside cron', async () => {
    for (const path of ['/etc/crontab', '/etc/cron.d/x', '/var/spool/cron/crontabs/root']) {
      await expect(service().crontab({ text: '', path, dryRun: false, enable: true })).rejects.toMatchObject({
        code: 'INVALID',
        field: 'enable',
      })
    }
    const answer = await service().crontab({
      text: '1 * * * * bob a\n',
      path: '/etc/crontab',
      dryRun: false,
      enable: false,
    })
    expect(answer.created).toMatchObject([
      { locked: expect.stringMatching(/runs as bob/) as unknown, action: { command: 'a' } },
    ])
  })
})

describe('all that this machine schedules', () => {
  beforeEach(async () => {
    await machine.write('/etc/debian_version', '12.11\n')
    await machine.write(
      '/etc/crontab',
      // Not UTF-8: it has to come through as it is.
      Buffer.from(
        [
          '# comment: caf\xe9',
          'PATH=/usr/bin:/bin',
          '17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly',
          '25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }',
          '0 5 * * * root tidy',
          '0 6 * * * www-data rotate',
          '61 * * * * root never',
          '',
        ].join('\n'),
        'latin1',
      ),
      0o640,
    )
    // Owned by somebody else, where that can be arranged.
    if (process.getuid?.() === 0) await files.chown(`${machine.root}/etc/crontab`, 1234, 5678)
    await machine.write('/etc/cron.hourly/.placeholder', '')
    await machine.write('/etc/cron.daily/dpkg', '#!/bin/sh\necho dpkg\n', 0o755)
    await machine.write('/etc/cron.weekly/man-db', '#!/bin/sh\necho man\n', 0o755)
    await machine.write('/etc/cron.d/scrub', '10 3 * * * root scrub -A\n')
    await machine.write('/etc/cron.d/ignored.dpkg-old', '10 3 * * * root old\n')
    await machine.setCrontab('MAILTO=me\n0 7 * * * backup\n@reboot hello\n')
    await files.writeFile(`${machine.root}/../timers-system`, shownTimers)
  })

  const everything = [
    'a',
    'backup',
    'cron.daily/dpkg',
    'cron.weekly/man-db',
    'hello',
    'rotate',
    'scrub -A',
    'tick',
    'tidy',
  ]

  it('is found, arrives disabled, and twice changes nothing', async () => {
    const imports = service()
    const answer = await imports.system(ask())
    expect(importAnswer.parse(answer)).toEqual(answer)
    expect(sorted(answer.created)).toEqual(everything)
    expect(answer.created.every((task) => !task.enabled)).toBe(true)
    expect(answer.errors.map(({ path, line }) => [path, line])).toEqual([
      ['/etc/crontab', 7],
      ['b.timer', null],
      ['t@one.timer', null],
      ['run-u7.timer', null],
    ])
    expect(answer.notes).toEqual([
      'Your crontab: cron mailed output to me (MAILTO); the tasks carry that as a note, Belfry sends no mail.',
      '/etc/cron.hourly has no scripts to run.',
      'No crontab names /etc/cron.weekly (anacron may run it): its scripts are given @weekly.',
      'systemd does not run for root, so no timers were looked for (Failed to connect to bus: No such file or directory).',
      'Jobs of www-data stay disabled: Belfry runs as root.',
    ])
    const again = await imports.system(ask())
    expect(again.created).toEqual([])
    expect(sorted(again.unchanged)).toEqual(everything)
  })

  it('keeps jobs of other users locked, root or not', async () => {
    const asRoot = await service().system(ask({ dryRun: true }))
    expect(asRoot.wouldCreate.filter((task) => task.locked !== null).map(({ name, locked }) => [name, locked])).toEqual(
      [['rotate', 'It runs as www-data, and Belfry runs as root: run Belfry as www-data to take it over']],
    )
    const asOps = await service({ user: { name: 'ops', uid: 1000 } }).system(ask({ dryRun: true }))
    expect(sorted(asOps.wouldCreate.filter((task) => task.locked === null))).toEqual(['backup', 'hello'])
  })

  it.each([
    [{ enable: true }, 'enable'],
    [{ enable: true, dryRun: true }, 'enable'],
    [{ replace: true }, 'replace'],
  ])('with only %o is refused', async (over, field) => {
    const refused = await service()
      .system(ask(over))
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(BelfryError)
    expect(refused).toMatchObject({ code: 'INVALID', field })
    expect(journal).toEqual([])
  })

  it('a dry run of taking over touches nothing and says what it would', async () => {
    const before = await machine.read('/etc/crontab')
    const answer = await service().system(ask({ enable: true, replace: true, dryRun: true }))
    expect(answer.notes.at(-1)).toBe(
      'Originals that would be switched off: /etc/cron.daily/dpkg, /etc/crontab, /etc/cron.d/scrub, your crontab, /etc/cron.weekly/man-db, a.timer, tick.timer.',
    )
    expect(answer.wouldCreate.filter((task) => !task.enabled).map(({ name }) => name)).toEqual(['rotate'])
    expect(await machine.read('/etc/crontab')).toBe(before)
    expect(await machine.systemctlCalls()).toEqual([])
    expect(journal).toEqual([])
  })

  it('is taken over: each original off with a copy kept, each task enabled, other users left alone', async () => {
    const bytes = await files.readFile(`${machine.root}/etc/crontab`)
    const owner = await files.stat(`${machine.root}/etc/crontab`)
    const imports = service()
    const answer = await imports.system(takeOver)
    expect(importAnswer.parse(answer)).toEqual(answer)
    expect(sorted(answer.created.filter((task) => task.enabled))).toEqual(
      everything.filter((name) => name !== 'rotate'),
    )
    expect(answer.errors).toHaveLength(4)

    const changed = await files.readFile(`${machine.root}/etc/crontab`)
    expect(changed.toString('latin1').split('\n')).toEqual([
      ...bytes.toString('latin1').split('\n').slice(0, 4),
      '# Belfry runs this since 2026-11-20T13:00:00.000Z:',
      '#0 5 * * * root tidy',
      '0 6 * * * www-data rotate',
      '61 * * * * root never',
      '',
    ])
    const { mode, uid, gid } = await files.stat(`${machine.root}/etc/crontab`)
    expect({ mode: mode & 0o777, uid, gid }).toEqual({ mode: 0o640, uid: owner.uid, gid: owner.gid })
    expect(await machine.crontab()).toBe(
      [
        'MAILTO=me',
        '# Belfry runs this since 2026-11-20T13:00:00.000Z:',
        '#0 7 * * * backup',
        '# Belfry runs this since 2026-11-20T13:00:00.000Z:',
        '#@reboot hello',
        '',
      ].join('\n'),
    )
    expect((await files.stat(`${machine.root}/etc/cron.daily/dpkg`)).mode & 0o777).toBe(0o644)
    expect(await machine.systemctlCalls()).toEqual([
      'system disable --now -- a.timer',
      'system mask --now -- tick.timer',
    ])

    const copies = `${machine.dataFolder}/imported`
    expect((await files.readdir(copies)).sort()).toEqual(
      [
        'a.timer',
        'crontab',
        'etc-cron.d-scrub',
        'etc-cron.daily-dpkg',
        'etc-cron.weekly-man-db',
        'etc-crontab',
        'tick.timer',
      ].map((name) => `${stamp}-${name}`),
    )
    expect(await files.readFile(`${copies}/${stamp}-etc-crontab`)).toEqual(bytes)
    expect(answer.notes).toContain(
      `/etc/cron.daily/dpkg is no longer executable (it had mode 755); a copy is ${copies}/${stamp}-etc-cron.daily-dpkg.`,
    )

    // What is left of it is the job of somebody else.
    const again = await imports.system(takeOver)
    expect(again.created).toEqual([])
    expect(sorted(again.unchanged)).toContain('rotate')
  })

  it('never has a task and its original on at once', async () => {
    await service().system(takeOver)
    const made = journal.findLastIndex((line) => line.startsWith('made'))
    expect(journal.slice(0, made + 1).every((line) => line.endsWith('disabled'))).toBe(true)
    const order = (text: string): number => journal.indexOf(text)
    expect(order('ran crontab -')).toBeGreaterThan(made)
    expect(order('enabled backup')).toBeGreaterThan(order('ran crontab -'))
    expect(order('enabled a')).toBeGreaterThan(order('ran systemctl disable --now -- a.timer'))
  })

  it('leaves a task disabled, with the reason, when its original cannot be switched off', async () => {
    await files.writeFile(`${machine.root}/../refuse-crontab`, '')
    await machine.write('/etc/cron.daily/dpkg', '\x7fELF', 0o755)
    const refusing = {
      ...files,
      rename: async (from: string, to: string) => {
        if (to.endsWith('/scrub')) throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
        return files.rename(from, to)
      },
    } as typeof files
    const answer = await service({ files: refusing }).system(takeOver)
    expect(sorted(answer.created.filter((task) => !task.enabled))).toEqual([
      'backup',
      'cron.daily/dpkg',
      'hello',
      'rotate',
      'scrub -A',
    ])
    expect(answer.errors.slice(4).map(({ path, line, message }) => [path, line, message])).toEqual([
      ['/etc/cron.daily/dpkg', null, expect.stringMatching(/has to stay executable/) as unknown],
      [
        '/etc/cron.d/scrub',
        1,
        '"scrub -A" stays disabled, its original could not be switched off: EACCES: permission denied',
      ],
      ...['backup', 'hello'].map((name, index) => [
        'crontab -l',
        index + 2,
        `"${name}" stays disabled, its original could not be switched off: You (root) are not allowed to use this program (crontab)`,
      ]),
    ])
    expect(await machine.crontab()).toBe('MAILTO=me\n0 7 * * * backup\n@reboot hello\n')
    expect(await machine.read('/etc/cron.d/scrub')).toBe('10 3 * * * root scrub -A\n')
    expect((await files.readdir(`${machine.root}/etc/cron.d`)).sort()).toEqual(['ignored.dpkg-old', 'scrub'])
  })

  it('leaves a script alone that another user runs too', async () => {
    await machine.write('/etc/cron.d/shared', '0 1 * * * www-data run-parts /etc/cron.daily\n')
    const answer = await service().system(takeOver)
    const scripts = answer.created.filter((task) => task.name.startsWith('cron.daily'))
    expect(scripts.map(({ enabled }) => enabled)).toEqual([false, false])
    expect(answer.errors.map(({ message }) => message)).toContain(
      '"cron.daily/dpkg" stays disabled, its original could not be switched off: another user runs the same script, and would lose it',
    )
    expect((await files.stat(`${machine.root}/etc/cron.daily/dpkg`)).mode & 0o777).toBe(0o755)
  })

  it('says so when a task that is enabled by hand runs beside its original', async () => {
    const tasks = makeTasks(journal)
    const imports = service({ tasks })
    const { created } = await imports.system(ask())
    await tasks.setEnabled(created.find((task) => task.name === 'tidy')!.id, true)
    const { notes } = await imports.system(ask())
    expect(notes).toContain('"tidy" is enabled, and /etc/crontab runs it too: it runs twice.')
  })
})

describe('the crontab command', () => {
  const crontabOf = async () => {
    const { created, errors, notes } = await service().system(ask())
    return { names: sorted(created), errors: errors.filter(({ path }) => path === 'crontab -l'), notes }
  }
  const absent = 'There is no crontab command here, so no crontab of your own was looked for.'

  it('may have a crontab, and its tasks are found', async () => {
    await machine.setCrontab('0 7 * * * backup\n')
    const { names, errors, notes } = await crontabOf()
    expect([names, errors]).toEqual([['backup'], []])
    expect(notes).not.toContain(absent)
  })

  it('may have none, which is no error', async () => {
    const { names, errors, notes } = await crontabOf()
    expect([names, errors]).toEqual([[], []])
    expect(notes).not.toContain(absent)
  })

  it('may not be there, which is noted', async () => {
    await machine.removeTool('crontab')
    const { names, errors, notes } = await crontabOf()
    expect([names, errors]).toEqual([[], []])
    expect(notes).toContain(absent)
  })

  it('may refuse, and what it says is told', async () => {
    await machine.replaceTool('crontab', 'echo "You (root) are not allowed to use this program (crontab)" >&2; exit 1')
    const { names, errors } = await crontabOf()
    expect(names).toEqual([])
    expect(errors).toEqual([
      {
        path: 'crontab -l',
        line: null,
        text: '',
        message: 'You (root) are not allowed to use this program (crontab)',
      },
    ])
  })
})
