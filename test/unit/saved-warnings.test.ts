import { chmod } from 'node:fs/promises'
import { call } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { TaskInput } from '@shared/model/task'
import { definitionWarnings } from '../../electron/host/schedule/definition-warnings'
import type { WatchPlace } from '../../electron/host/watch/path-state'
import { makeTask } from '../support/make-task'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

const host = async () => {
  const made = await unitHost(await tempFolder(), { clock: virtualClock('2027-01-01T00:00:00Z') })
  await made.start()
  return made
}

const cron = (expression: string, timezone?: string) => ({
  kind: 'cron' as const,
  expression,
  ...(timezone === undefined ? {} : { timezone }),
})

describe('the answer when a task is saved', () => {
  it.each<[string, Partial<TaskInput>, [field: string, reason: RegExp][]]>([
    ['nothing', { triggers: [cron('0 2 * * *', 'UTC')] }, []],
    ['nothing of a fixed delay', { triggers: [{ kind: 'interval', every: '10s', mode: 'fixed-delay' }] }, []],
    [
      'another name of a zone',
      { triggers: [{ kind: 'manual' }, cron('0 0 * * *', 'US/Eastern')] },
      [['triggers.1.timezone', /^US\/Eastern is another name of America\/New_York\.$/]],
    ],
    [
      'a year that is over',
      { triggers: [cron('0 0 0 1 1 * 2020')] },
      [['triggers.0.expression', /^It will not come any more\.$/]],
    ],
    [
      'an end that is over',
      { triggers: [{ ...cron('0 0 * * *'), until: '2020-01-01T00:00:00Z' }] },
      [['triggers.0.until', /not come any more/]],
    ],
    [
      'a date that is over',
      { triggers: [{ kind: 'date', at: '2020-01-01T00:00:00Z' }] },
      [['triggers.0.at', /not come any more/]],
    ],
    [
      'an interval that is over',
      { triggers: [{ kind: 'interval', every: '1m', until: '2020-01-01T00:00:00Z' }] },
      [['triggers.0.until', /not come any more/]],
    ],
    [
      'a rare day',
      { triggers: [cron('0 0 29 2 +1', 'UTC')] },
      [['triggers.0.expression', /less than once a year: next at 2044-02-29/]],
    ],
    [
      'fifty in one second',
      { triggers: Array.from({ length: 50 }, () => ({ kind: 'interval' as const, every: '1s' })) },
      [['triggers', /^Triggers 1, 2, .* and 50 meet in the same second/]],
    ],
    [
      'active windows that leave nothing',
      { triggers: [cron('0 2 * * *')], policy: { active: [{ until: '2020-01-01' }] } },
      [['policy.active', /^Nothing will run/]],
    ],
    [
      'blackouts that leave nothing',
      { triggers: [cron('0 2 * * *')], policy: { blackouts: [{ from: '2020-01-01' }] } },
      [['policy.blackouts', /^Nothing will run/]],
    ],
    [
      'a gap that swallows each',
      { triggers: [cron('30 2 * 3 0#L', 'Europe/Berlin')], policy: { dst: { gap: 'skip' } } },
      [['policy.dst.gap', /never run: each of its times is one that the clocks skip/]],
    ],
    [
      'jitter beyond the next one',
      { triggers: [cron('* * * * *')], policy: { jitter: '5m' } },
      [['policy.jitter', /^Jitter is up to 5 minutes/]],
    ],
  ])('tells of %s, by field and reason', async (_name, given, expected) => {
    const { scheduleWarnings } = await createTask(await host(), given)
    expect(scheduleWarnings.map(({ field, reason }) => [field, reason])).toEqual(
      expected.map(([field, reason]) => [field, expect.stringMatching(reason) as string]),
    )
  })

  it('tells of a folder that everybody may change', async () => {
    const folder = await tempFolder()
    await chmod(folder, 0o777)
    const { scheduleWarnings } = await createTask(await host(), { triggers: [{ kind: 'watch', paths: [folder] }] })
    expect(scheduleWarnings).toMatchObject([
      { field: 'triggers.0.paths.0', warning: { code: 'open_path', path: folder } },
    ])
  })

  it('tells of a change, too, and finds what the preview finds', async () => {
    const { router } = await host()
    const made = await call(router.tasks.create, { name: 'one', action: { kind: 'command', command: 'true' } })
    expect(made.scheduleWarnings).toEqual([])
    const triggers = [cron('0 0 * * *', 'GB'), cron('0 0 1 * *', 'GB'), cron('0 0 0 1 1 * 2020')]
    const policy = { jitter: '1d', blackouts: [{ from: '2027-06-01' }] }
    const changed = await call(router.tasks.update, { id: made.id, change: { triggers, policy } })
    const shown = await call(router.schedule.preview, { triggers, policy })
    expect(changed.scheduleWarnings.map(({ warning }) => warning)).toEqual(shown.warnings)
    expect(shown.warnings.map(({ code }) => code)).toEqual(['spent', 'merged', 'jitter', 'alias', 'alias'])
  })

  it('judges in under 100 ms what fifty windows leave nothing of', async () => {
    const made = await host()
    const windows = Array.from({ length: 50 }, (_, index) => ({
      times: { from: `0${index % 10}:${10 + index}`, until: `1${index % 10}:${10 + index}` },
    }))
    const began = performance.now()
    const policy = { active: windows, blackouts: [{ from: '2026-01-01' }] }
    const { scheduleWarnings } = await createTask(made, { triggers: [cron('* * * * *')], policy })
    // Three times as long on a machine that is busy with other tests.
    expect(performance.now() - began).toBeLessThan(300)
    expect(scheduleWarnings).toMatchObject([{ warning: { code: 'closed', trigger: null } }])
  })

  it('judges fifty triggers under a hundred windows in pieces of some ms, each by itself', async () => {
    const two = (value: number): string => String(value).padStart(2, '0')
    const minutes = Array.from({ length: 50 }, (_, index) => index)
    const pieces = (hour: string) =>
      minutes.map((index) => ({ times: { from: `${hour}:${two(index)}`, until: `${hour}:${two(index + 1)}` } }))
    const task = makeTask({
      triggers: minutes.map((index) => cron(`${index} ${index === 7 ? 4 : 2} * * *`, 'UTC')),
      policy: { active: pieces('04'), blackouts: pieces('05') },
    })
    const now = Date.parse('2027-01-01T00:00:00Z')
    const moment = { zone: 'UTC', dst: task.policy.dst, createdAt: now, idleSince: null }
    const judge = async () => {
      let longest = 0
      let last = process.cpuUsage()
      const turn = () => {
        const { user, system } = process.cpuUsage(last)
        longest = Math.max(longest, (user + system) / 1000)
        last = process.cpuUsage()
        return Promise.resolve()
      }
      const place = {} as WatchPlace
      const told = await definitionWarnings(
        { triggers: task.triggers, moment, windows: task.policy, duration: 0, jitter: 0 },
        { now, place, turn },
      )
      return { told, longest }
    }
    await judge()
    const { told, longest } = await judge()
    expect(told.flatMap((warning) => (warning.code === 'closed' ? [warning.trigger] : []))).toEqual(
      minutes.filter((index) => index !== 7),
    )
    expect(longest).toBeLessThan(50)
  })
})
