import { describe, expect, it } from 'vitest'
import { nextCron } from '@shared/schedule/cron'
import type { CommandResult, RunCommand } from '../../electron/host/import/command-runner'
import { readCalendar } from '../../electron/host/import/on-calendar'
import { findTimers, readTimers } from '../../electron/host/import/systemd'
import { parseTimespan } from '../../electron/host/import/timespan'
import { shownTimers } from '../support/machine'

describe('a calendar event', () => {
  // The instants are those that `systemd-analyze calendar --base-time='2026-11-20 13:00:00 UTC'` gives (systemd 252, TZ=UTC).
  it.each([
    ['daily', '2026-11-21T00:00:00Z 2026-11-22T00:00:00Z 2026-11-23T00:00:00Z'],
    ['weekly', '2026-11-23T00:00:00Z 2026-11-30T00:00:00Z 2026-12-07T00:00:00Z'],
    ['hourly', '2026-11-20T14:00:00Z 2026-11-20T15:00:00Z 2026-11-20T16:00:00Z'],
    ['quarterly', '2027-01-01T00:00:00Z 2027-04-01T00:00:00Z 2027-07-01T00:00:00Z'],
    ['semiannually', '2027-01-01T00:00:00Z 2027-07-01T00:00:00Z 2028-01-01T00:00:00Z'],
    ['*-*-* 06,18:00:00', '2026-11-20T18:00:00Z 2026-11-21T06:00:00Z 2026-11-21T18:00:00Z'],
    ['*-*-* 05:40:20', '2026-11-21T05:40:20Z 2026-11-22T05:40:20Z 2026-11-23T05:40:20Z'],
    ['Mon..Fri *-*-* 10:00:00', '2026-11-23T10:00:00Z 2026-11-24T10:00:00Z 2026-11-25T10:00:00Z'],
    ['Mon 10:00', '2026-11-23T10:00:00Z 2026-11-30T10:00:00Z 2026-12-07T10:00:00Z'],
    ['Sat,Sun *-*-* 12:00:00', '2026-11-21T12:00:00Z 2026-11-22T12:00:00Z 2026-11-28T12:00:00Z'],
    ['Fri..Sun *-*-* 02:00:00', '2026-11-21T02:00:00Z 2026-11-22T02:00:00Z 2026-11-27T02:00:00Z'],
    ['*-*-01 00:00:00', '2026-12-01T00:00:00Z 2027-01-01T00:00:00Z 2027-02-01T00:00:00Z'],
    ['*:0/20', '2026-11-20T13:20:00Z 2026-11-20T13:40:00Z 2026-11-20T14:00:00Z'],
    ['*-*-* *:00/15:00', '2026-11-20T13:15:00Z 2026-11-20T13:30:00Z 2026-11-20T13:45:00Z'],
    ['*-*-* *:*:00/30', '2026-11-20T13:00:30Z 2026-11-20T13:01:00Z 2026-11-20T13:01:30Z'],
    ['*-*~01 03:00:00', '2026-11-30T03:00:00Z 2026-12-31T03:00:00Z 2027-01-31T03:00:00Z'],
    ['Sun *-*~01 00:00:00', '2027-01-31T00:00:00Z 2027-02-28T00:00:00Z 2027-10-31T00:00:00Z'],
    ['Fri *-*-13 00:00:00', '2027-08-13T00:00:00Z 2028-10-13T00:00:00Z 2029-04-13T00:00:00Z'],
    ['2027-01-01 00:00:00', '2027-01-01T00:00:00Z'],
    ['2026,2028-06-* 12:00:00', '2028-06-01T12:00:00Z 2028-06-02T12:00:00Z 2028-06-03T12:00:00Z'],
    ['2026..2030/2-01-01 00:00:00', '2028-01-01T00:00:00Z 2030-01-01T00:00:00Z'],
    ['*-01/3-01 00:00:00', '2027-01-01T00:00:00Z 2027-04-01T00:00:00Z 2027-07-01T00:00:00Z'],
    ['*-02,03..05-01/2 09..17/2:10:00', '2027-02-01T09:10:00Z 2027-02-01T11:10:00Z 2027-02-01T13:10:00Z'],
    ['*-*-* *:00,30:00 UTC', '2026-11-20T13:30:00Z 2026-11-20T14:00:00Z 2026-11-20T14:30:00Z'],
    ['*-*-* 02:30:00 Europe/Berlin', '2026-11-21T01:30:00Z 2026-11-22T01:30:00Z 2026-11-23T01:30:00Z'],
    [
      'Mon,Wed..Fri *-*-01..07 18:00:00 Asia/Shanghai',
      '2026-12-02T10:00:00Z 2026-12-03T10:00:00Z 2026-12-04T10:00:00Z',
    ],
  ])('%s comes when systemd says', (text, instants) => {
    const reading = readCalendar(text)
    if ('refused' in reading) throw new Error(reading.refused)
    let at: number | undefined = Date.parse('2026-11-20T13:00:00Z')
    const next: string[] = []
    for (let count = 0; count < 3 && at !== undefined; count += 1) {
      at = nextCron(reading.expression, reading.timezone ?? 'UTC', at)
      if (at !== undefined) next.push(new Date(at).toISOString().replace('.000', ''))
    }
    expect(next.join(' ')).toBe(instants)
  })

  it.each([
    ['Mon *-*~07/1 04:00:00', /counts days from the end of the month/],
    ['*-*-* 00:00:00.500000', /fractions of a second/],
    ['soon', /no cron expression/],
    ['', /not understood/],
    ['Mon..Xyz *-*-* 04:00:00', /no cron expression/],
    ['*-*-* 04:00:00 Mars/Base', /not understood/],
  ])('%s is refused with the reason', (text, reason) => {
    expect(readCalendar(text)).toEqual({ refused: expect.stringMatching(reason) as unknown })
  })
})

describe('a time span', () => {
  it.each([
    ['15min', 900_000],
    ['1d', 86_400_000],
    ['5.006000s', 5006],
    ['1month 2d 3h 4min 5.006000s', 30.44 * 86_400_000 + 2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000 + 5006],
    ['250ms', 250],
    ['0', 0],
    ['infinity', undefined],
    ['', undefined],
  ])('%s', (text, ms) => {
    expect(parseTimespan(text)).toBe(ms)
  })
})

describe('timers', () => {
  const { found, errors } = readTimers(shownTimers, 'user', 'ops')
  const tasks = found.map((item) => item.candidate)

  it('that are loaded and scheduled become tasks that start their unit and wait', () => {
    expect(tasks.map((task) => task.name)).toEqual(['a', 'tick'])
    expect(tasks[0]).toMatchObject({
      description: 'Alpha',
      notes: 'systemd starts it up to 12h later, at random (RandomizedDelaySec)',
      enabled: false,
      triggers: [
        { kind: 'startup', on: 'boot', delay: 900_000 },
        { kind: 'cron', expression: '0 6,18 * * *' },
        { kind: 'cron', expression: '0 10 * * 1-5', timezone: 'Europe/Berlin' },
        { kind: 'interval', every: 86_400_000, mode: 'fixed-rate' },
      ],
      action: { kind: 'command', command: ['systemctl', '--user', 'start', '--wait', 'a.service'] },
      source: {
        kind: 'systemd',
        path: 'a.timer',
        user: 'ops',
        text: 'OnBootSec=15min; OnCalendar=*-*-* 06,18:00:00; OnCalendar=Mon..Fri *-*-* 10:00:00 Europe/Berlin; OnUnitActiveSec=1d',
      },
    })
    expect(tasks[1]).toMatchObject({
      triggers: [{ kind: 'interval', every: 90_000, mode: 'fixed-delay' }],
      action: { command: ['systemctl', '--user', 'start', '--wait', 'tick-work.service'] },
      notes: '',
    })
  })

  it('that say more than triggers can are errors as a whole, with the reason', () => {
    expect(errors.map(({ path, message }) => [path, message])).toEqual([
      ['b.timer', 'OnClockChange= has no counterpart among the triggers'],
      ['t@one.timer', expect.stringMatching(/counts days from the end of the month/) as unknown],
      ['run-u7.timer', 'a transient timer (systemd-run); it is gone when it is stopped'],
    ])
  })

  it('of the machine belong to root and are started by systemctl without --user', () => {
    const task = readTimers(shownTimers, 'system', 'ops').found[0]!.candidate
    expect(task.source.user).toBe('root')
    expect(task.action.command).toEqual(['systemctl', 'start', '--wait', 'a.service'])
  })

  it('are not looked for where no systemd runs, which is a note and not an error', async () => {
    // As systemctl answers in a container: unit files are listed, the manager is not there.
    const run: RunCommand = async (argv): Promise<CommandResult> =>
      argv.includes('list-unit-files')
        ? { exitCode: 0, stdout: 'apt-daily.timer enabled enabled\n', stderr: '' }
        : {
            exitCode: 1,
            stdout: '',
            stderr:
              "System has not been booted with systemd as init system (PID 1). Can't operate.\nFailed to connect to bus: Host is down\n",
          }
    expect(await findTimers(run, 'system', 'root')).toEqual({
      found: [],
      errors: [],
      notes: [
        "systemd does not run here, so no timers were looked for (System has not been booted with systemd as init system (PID 1). Can't operate. Failed to connect to bus: Host is down).",
      ],
    })
  })
})
