import { symlink } from 'node:fs/promises'
import * as files from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseCrontab } from '../../electron/host/import/crontab'
import { expandRunParts, readRunParts } from '../../electron/host/import/run-parts'
import { makeMachine, type Machine } from '../support/machine'

describe('a line that calls run-parts', () => {
  it.each([
    ['run-parts /etc/cron.hourly', { folder: '/etc/cron.hourly' }],
    ['cd / && run-parts --report /etc/cron.hourly', { folder: '/etc/cron.hourly', cwd: '/' }],
    [
      'test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }',
      { folder: '/etc/cron.daily', cwd: '/' },
    ],
    [
      'test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.weekly )',
      { folder: '/etc/cron.weekly', cwd: '/' },
    ],
    ['[ -x /usr/bin/run-parts ] && /usr/bin/run-parts /srv/jobs/ >/dev/null 2>&1', { folder: '/srv/jobs' }],
    ['run-parts  /etc/cron.daily   2>&1', { folder: '/etc/cron.daily' }],
    ['( run-parts /srv/jobs; ) >> /var/log/jobs 2>&1', { folder: '/srv/jobs' }],
    ['nice -n 19 run-parts -v --umask=077 -a now --arg=then /srv/jobs', { folder: '/srv/jobs', args: ['now', 'then'] }],
    [`run-parts --regex='^[a-z]+\\.sh$' /srv/jobs`, { folder: '/srv/jobs', names: /^[a-z]+\.sh$/ }],
  ])('%s is seen through', (command, expected) => {
    expect(readRunParts(command)).toMatchObject(expected)
  })

  it.each([
    'run-parts --test /etc/cron.daily',
    'run-parts --list /etc/cron.daily',
    'run-parts "$HOME/jobs"',
    'run-parts jobs',
    'run-parts /srv/jobs && touch /run/done',
    'echo run-parts /etc/cron.daily',
    'run-parts',
    `run-parts --regex=( /srv/jobs`,
  ])('%s stays what it is', (command) => {
    expect(readRunParts(command)).toBeUndefined()
  })
})

describe("a folder's scripts", () => {
  let machine: Machine
  beforeEach(async () => {
    machine = await makeMachine('root')
  })
  afterEach(() => machine.remove())

  const line =
    'PATH=/usr/bin:/bin\nMAILTO=ops\n25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n'
  const expand = (text = line) => {
    const { found } = parseCrontab(text, { kind: 'system-crontab', path: '/etc/crontab', user: null, system: true })
    return expandRunParts(found, { files, root: machine.root })
  }

  it('become a task each, with the time, the environment and the folder of the line', async () => {
    await machine.write('/etc/cron.daily/dpkg', '#!/bin/sh\necho dpkg\n', 0o755)
    await machine.write('/etc/cron.daily/apt-compat', '#! /usr/bin/env  -S bash -e\necho apt\n', 0o755)
    const { found, errors } = await expand()
    expect(errors).toEqual([])
    expect(found.map((item) => item.candidate)).toMatchObject([
      {
        name: 'cron.daily/apt-compat',
        action: { command: ['/usr/bin/env', '-S bash -e', '/etc/cron.daily/apt-compat'] },
        source: { kind: 'run-parts', path: '/etc/cron.daily/apt-compat', user: 'root' },
      },
      {
        name: 'cron.daily/dpkg',
        notes: 'Mail to ops (MAILTO)',
        triggers: [{ kind: 'cron', expression: '25 6 * * *' }],
        action: {
          command: ['/bin/sh', '/etc/cron.daily/dpkg'],
          cwd: '/',
          env: { PATH: '/usr/bin:/bin', MAILTO: 'ops' },
        },
        source: {
          text: '25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }',
        },
      },
    ])
  })

  it('are those that run-parts would run: executable files with a plain name', async () => {
    for (const [name, mode] of [
      ['plain', 0o755],
      ['UPPER_and-dash', 0o755],
      ['not-executable', 0o644],
      ['with.dot', 0o755],
      ['backup~', 0o755],
      ['x.dpkg-old', 0o755],
      ['.placeholder', 0o755],
    ] as const) {
      await machine.write(`/etc/cron.daily/${name}`, '#!/bin/sh\n', mode)
    }
    await files.mkdir(`${machine.root}/etc/cron.daily/folder`)
    const { found } = await expand()
    expect(found.map((item) => item.candidate.name)).toEqual(['cron.daily/UPPER_and-dash', 'cron.daily/plain'])
  })

  it('that are links run where they lead to', async () => {
    await machine.write('/usr/lib/tool/daily', '#!/bin/sh\n', 0o755)
    await machine.write('/etc/cron.daily/.placeholder', '')
    await symlink(`${machine.root}/usr/lib/tool/daily`, `${machine.root}/etc/cron.daily/tool`)
    const { found } = await expand()
    expect(found.map((item) => item.candidate.action.command)).toEqual([['/usr/lib/tool/daily']])
  })

  it('an empty folder is a note, a missing one an error of the line', async () => {
    expect(await expand()).toMatchObject({
      found: [],
      errors: [
        {
          line: 3,
          path: '/etc/crontab',
          message: expect.stringMatching(/cron\.daily cannot be listed: ENOENT/) as unknown,
        },
      ],
    })
    await machine.write('/etc/cron.daily/.placeholder', '')
    expect(await expand()).toMatchObject({ found: [], errors: [], notes: ['/etc/cron.daily has no scripts to run.'] })
  })
})
