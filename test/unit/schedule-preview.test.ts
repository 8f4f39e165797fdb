import { chmod } from 'node:fs/promises'
import { call } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { policy as policyModel } from '@shared/model/policy'
import type { SchedulePreview } from '@shared/model/schedule'
import type { Task } from '@shared/model/task'
import { trigger as triggerModel, type Trigger } from '@shared/model/trigger'
import type { z } from 'zod'
import { meetingsOf } from '../../electron/host/schedule/meetings'
import { previewSchedule, type PreviewInput } from '../../electron/host/schedule/preview'
import { isOpen } from '../../electron/host/schedule/time-windows'
import type { WatchPlace } from '../../electron/host/watch/path-state'
import { makeTask } from '../support/make-task'
import { files } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

type TriggerInput = z.input<typeof triggerModel>
type PolicyInput = z.input<typeof policyModel>

const now = Date.parse('2027-01-01T00:00:00Z')
const minute = 60_000
const hour = 60 * minute
const berlin = 'Europe/Berlin'

const place: WatchPlace = {
  files,
  home: '/',
  uid: process.getuid?.() ?? 0,
  platform: 'linux',
  dataFolder: '/none',
  most: 6,
}

interface Over extends Partial<Omit<PreviewInput, 'triggers' | 'now'>> {
  readonly policy?: PolicyInput
  readonly at?: string
}

function preview(triggers: readonly (TriggerInput | string)[], over: Over = {}): Promise<SchedulePreview> {
  const { policy: given = {}, at, ...rest } = over
  const policy = policyModel.parse(given)
  const begin = at === undefined ? now : Date.parse(at)
  const moment = { zone: 'UTC', dst: policy.dst, createdAt: begin, idleSince: begin }
  return previewSchedule({
    triggers: triggers.map((one): Trigger =>
      triggerModel.parse(typeof one === 'string' ? { kind: 'cron', expression: one } : one),
    ),
    windows: policy,
    moment,
    jitter: policy.jitter,
    duration: 1000,
    now: begin,
    count: 3,
    others: [],
    momentOf: () => moment,
    durationOf: () => 1000,
    breathe: () => Promise.resolve(),
    monotonic: () => 0,
    place,
    ...rest,
  })
}

const cron = (expression: string, timezone = berlin): TriggerInput => ({ kind: 'cron', expression, timezone })
/** A day's mean over 30 days, each occurrence looked at. */
function lookedAt(given: readonly TriggerInput[], policyInput: PolicyInput, at: number) {
  const policy = policyModel.parse(policyInput)
  const moment = { zone: 'UTC', dst: policy.dst, createdAt: at, idleSince: at }
  const triggers = given.map((one) => triggerModel.parse(one))
  const counted = { running: 0, skipped: 0 }
  for (const met of meetingsOf(triggers, at, at + 30 * 24 * hour, moment))
    counted[!met.lost && isOpen(met.at, policy, 'UTC') ? 'running' : 'skipped'] += 1 / 30
  return counted
}

const instants = ({ next }: SchedulePreview): string[] => next.map(({ at }) => at.slice(0, 16))

describe('the next instants of a preview', () => {
  it('are those that will run, with the trigger that brings them', async () => {
    const answer = await preview(['0 12 * * *', { kind: 'date', at: '2027-01-02T06:00:00Z' }])
    expect(answer.next).toEqual([
      { at: '2027-01-01T12:00:00.000Z', trigger: 0 },
      { at: '2027-01-02T06:00:00.000Z', trigger: 1 },
      { at: '2027-01-02T12:00:00.000Z', trigger: 0 },
    ])
  })

  it.each<[string, PolicyInput, string[]]>([
    [
      'a blackout of years',
      { blackouts: [{ from: '2027-01-01', until: '2029-12-31' }] },
      ['2030-01-01T00:00', '2030-01-01T00:01', '2030-01-01T00:02'],
    ],
    [
      'active hours',
      { active: [{ times: { from: '09:30', until: '09:32' } }] },
      ['2027-01-01T09:30', '2027-01-01T09:31', '2027-01-02T09:30'],
    ],
    [
      'active days in another zone',
      { active: [{ weekdays: ['mon'], timezone: 'Asia/Tokyo' }] },
      ['2027-01-03T15:00', '2027-01-03T15:01', '2027-01-03T15:02'],
    ],
    [
      'a list of dates',
      { active: [{ dates: ['2027-05-05'] }] },
      ['2027-05-05T00:00', '2027-05-05T00:01', '2027-05-05T00:02'],
    ],
  ])('leave out what lies in %s, at once', async (_name, policy, expected) => {
    expect(instants(await preview(['* * * * *'], { policy }))).toEqual(expected)
  })

  it('leave out what the task’s own rule lets a gap swallow', async () => {
    const over: Over = { at: '2027-03-27T12:00:00Z', policy: { dst: { gap: 'skip' } } }
    expect(instants(await preview([cron('30 2 * * *')], over))[0]).toBe('2027-03-29T00:30')
    expect(instants(await preview([cron('30 2 * * *')], { at: '2027-03-27T12:00:00Z' }))[0]).toBe('2027-03-28T01:00')
  })

  it('note the jitter, and do not add it', async () => {
    const answer = await preview(['0 12 * * *'], { policy: { jitter: '10m' } })
    expect([answer.jitter, instants(answer)[0]]).toEqual([600_000, '2027-01-01T12:00'])
  })

  it('of a fixed delay lie a run and a delay apart', async () => {
    const delay: TriggerInput = { kind: 'interval', every: '10m', mode: 'fixed-delay' }
    expect((await preview([delay], { duration: 5 * minute })).next.map(({ at }) => at)).toEqual([
      '2027-01-01T00:10:00.000Z',
      '2027-01-01T00:25:00.000Z',
      '2027-01-01T00:40:00.000Z',
    ])
  })
})

describe('runs per day', () => {
  it.each<[string, TriggerInput[], PolicyInput, number, number]>([
    ['daily', [cron('0 2 * * *', 'UTC')], {}, 1, 0],
    ['twice a week', [cron('0 2 * * 1,4', 'UTC')], {}, 8 / 30, 0],
    ['every minute', [cron('* * * * *', 'UTC')], {}, 1440, 0],
    ['every second of the working day', [cron('* * 9-16 * * *', 'UTC')], {}, 8 * 3600, 0],
    [
      'every second, at night',
      [cron('* * * * * *', 'UTC')],
      { active: [{ times: { from: '22:00', until: '04:00' } }] },
      21_600,
      64_800,
    ],
    ['each 10 s', [{ kind: 'interval', every: '10s' }], {}, 8640, 0],
    [
      'each 10 s, on Mondays',
      [{ kind: 'interval', every: '10s' }],
      { active: [{ weekdays: ['mon'] }] },
      (8640 * 4) / 30,
      (8640 * 26) / 30,
    ],
    [
      'each 7 s and each minute',
      [{ kind: 'interval', every: '7s' }, cron('* * * * *', 'UTC')],
      {},
      // Each second minute of seven meets one of the sevens.
      86_400 / 7 + 1440 - 1440 / 7,
      0,
    ],
    ['every minute, twice over', [cron('* * * * *', 'UTC'), cron('* * * * *', 'UTC')], {}, 1440, 0],
    [
      'every minute, hour and five minutes',
      ['* * * * *', '0 * * * *', '*/5 * * * *'].map((one) => cron(one, 'UTC')),
      {},
      1440,
      0,
    ],
    [
      'two that meet in every other second',
      [
        { kind: 'interval', every: '2s', anchor: '2027-01-01T00:00:00.000Z' },
        { kind: 'interval', every: '2s', anchor: '2027-01-01T00:00:00.500Z' },
      ],
      {},
      43_200,
      0,
    ],
    ...[1, 4, 5, 20].map((count): [string, TriggerInput[], PolicyInput, number, number] => [
      `${count} a minute, on Sundays`,
      Array.from({ length: count }, (_, second) => cron(`${second} * * * * *`, 'UTC')),
      { active: [{ weekdays: ['sun'] }] },
      (count * 1440 * 4) / 30,
      (count * 1440 * 26) / 30,
    ]),
    ['9 s of work and 1 s of rest', [{ kind: 'interval', every: '9s', mode: 'fixed-delay' }], {}, 8640, 0],
    [
      'hourly, less a blackout',
      [cron('0 * * * *', 'UTC')],
      { blackouts: [{ times: { from: '00:00', until: '06:00' } }] },
      18,
      6,
    ],
  ])('%s', async (_name, triggers, policy, running, skipped) => {
    const answer = await preview(triggers, { policy })
    // The first instant is not counted in, the last is not whole.
    expect(Math.abs((answer.perDay ?? 0) - running)).toBeLessThanOrEqual(0.05 + running / 10_000)
    expect(Math.abs(answer.skippedPerDay - skipped)).toBeLessThanOrEqual(0.05 + skipped / 10_000)
  })

  it('count each second once, as by looking at each occurrence', async () => {
    const windows: PolicyInput = {
      active: [{ weekdays: ['sat', 'sun'], timezone: 'Asia/Tokyo' }, { times: { from: '01:30', until: '03:10' } }],
    }
    for (const [triggers, over] of [
      [[cron('*/7 * * * *'), cron('0,3 2-3 * * *'), { kind: 'interval', every: '90s' }], { policy: windows }],
      [[cron('*/20 */10 2 * * *'), cron('30 2 * * *')], { policy: { dst: { gap: 'skip' } } }],
      [
        [cron('*/10 1-2 * * *'), cron('15 2 * * *', 'Antarctica/Troll')],
        { policy: { dst: { overlap: 'both' } }, at: '2027-10-20T11:11:11Z' },
      ],
      [
        [
          { kind: 'cron', expression: '*/5 * * * *', from: '2027-03-20T10:02:00Z', until: '2027-04-02T08:00:00Z' },
          { kind: 'date', at: '2027-03-25T10:00:30Z' },
          { kind: 'interval', every: '61s', until: '2027-03-28T00:00:00Z' },
        ],
        { policy: { blackouts: [{ dates: ['2027-03-26'] }] } },
      ],
    ] satisfies [TriggerInput[], Over][]) {
      const { at = '2027-03-15T06:07:08Z', policy } = over as Over
      const answer = await preview(triggers, { policy: policy ?? {}, at })
      const { running, skipped } = lookedAt(triggers, policy ?? {}, Date.parse(at))
      // The month begins with the next whole minute.
      expect(Math.abs((answer.perDay ?? 0) - running) * 30).toBeLessThan(5)
      expect(Math.abs(answer.skippedPerDay - skipped) * 30).toBeLessThan(5)
    }
  })

  it('are found in short turns, however many triggers and windows there are', async () => {
    let turns = 0
    let time = 0
    const windows = Array.from({ length: 50 }, (_, index) => ({
      weekdays: ['mon' as const],
      times: { from: `0${index % 10}:${10 + index}`, until: `1${index % 10}:${10 + index}` },
    }))
    await preview(
      Array.from({ length: 50 }, (_, index) => cron(`${index} * * * * *`)),
      {
        policy: { active: windows, blackouts: windows },
        monotonic: () => (time += 10),
        breathe: () => Promise.resolve(void turns++),
      },
    )
    expect(turns).toBeGreaterThanOrEqual(50)
  })

  it('are none where nothing is planned, and 0 where all of it is closed', async () => {
    expect((await preview([{ kind: 'manual' }])).perDay).toBeNull()
    expect((await preview(['0 * * * *'], { policy: { blackouts: [{ from: '2027-01-01' }] } })).perDay).toBe(0)
  })
})

describe('what the next changes of the clocks do', () => {
  const of = async (triggers: TriggerInput[], over: Over = {}) =>
    (await preview(triggers, over)).dst.map(({ at, kind, by, effect, times, count, trigger }) =>
      [at.slice(0, 16), kind, by / minute, effect, times.join(' '), count, trigger].join(', '),
    )

  it.each<[string, string, PolicyInput['dst'], string[]]>([
    [
      '30 2 * * *',
      berlin,
      {},
      ['2027-03-28T01:00, gap, 60, shifted, 02:30, 1, 0', '2027-10-31T01:00, overlap, -60, once, 02:30, 1, 0'],
    ],
    [
      '*/30 * * * *',
      berlin,
      {},
      [
        '2027-03-28T01:00, gap, 60, none_lost, 02:00 02:30, 2, 0',
        '2027-10-31T01:00, overlap, -60, twice, 02:00 02:30, 2, 0',
      ],
    ],
    [
      '30 2 * * *',
      berlin,
      { gap: 'skip', overlap: 'both' },
      ['2027-03-28T01:00, gap, 60, skipped, 02:30, 1, 0', '2027-10-31T01:00, overlap, -60, twice, 02:30, 1, 0'],
    ],
    [
      '0 0 * * *',
      'America/Santiago',
      {},
      ['2027-09-05T04:00, gap, 60, shifted, 00:00, 1, 0', '2028-09-03T04:00, gap, 60, shifted, 00:00, 1, 0'],
    ],
    [
      '45 1 * * *',
      'Australia/Lord_Howe',
      {},
      ['2027-04-03T15:00, overlap, -30, once, 01:45, 1, 0', '2028-04-01T15:00, overlap, -30, once, 01:45, 1, 0'],
    ],
    [
      '15 2 * * *',
      'Antarctica/Troll',
      {},
      ['2027-03-28T01:00, gap, 120, shifted, 02:15, 1, 0', '2027-10-31T01:00, overlap, -120, once, 02:15, 1, 0'],
    ],
    [
      '5,10 30 2 * * *',
      berlin,
      {},
      [
        '2027-03-28T01:00, gap, 60, shifted, 02:30:05 02:30:10, 2, 0',
        '2027-10-31T01:00, overlap, -60, once, 02:30:05 02:30:10, 2, 0',
      ],
    ],
    [
      '* * * * * *',
      berlin,
      {},
      [
        '2027-03-28T01:00, gap, 60, none_lost, 02:00 02:00:01 02:00:02 02:00:03 02:00:04, 3600, 0',
        '2027-10-31T01:00, overlap, -60, twice, 02:00 02:00:01 02:00:02 02:00:03 02:00:04, 3600, 0',
      ],
    ],
    [
      '30 2 28 3 *',
      berlin,
      {},
      ['2027-03-28T01:00, gap, 60, shifted, 02:30, 1, 0', '2032-03-28T01:00, gap, 60, shifted, 02:30, 1, 0'],
    ],
    ['30 2 * * 1', berlin, {}, []],
    ['0 12 * * *', berlin, {}, []],
    ['30 2 * * *', 'Asia/Kolkata', {}, []],
  ])('%s in %s', async (expression, zone, dst, expected) => {
    expect(await of([cron(expression, zone)], { policy: { dst } })).toEqual(expected)
  })

  it('is told of each trigger, for two changes in all', async () => {
    expect(await of([cron('30 2 * * *'), cron('0 2 * * *', 'America/New_York'), cron('0 */2 * * *')])).toEqual([
      '2027-03-14T07:00, gap, 60, shifted, 02:00, 1, 1',
      '2027-03-28T01:00, gap, 60, shifted, 02:30, 1, 0',
      '2027-03-28T01:00, gap, 60, shifted, 02:00, 1, 2',
    ])
  })

  it('touches a local date, no instant, and nothing outside a trigger’s bounds', async () => {
    expect(
      await of([
        { kind: 'date', at: '2027-03-28T02:30', timezone: berlin },
        { kind: 'date', at: '2027-10-31T02:30', timezone: berlin },
        { kind: 'date', at: '2027-03-28T01:30:00Z' },
        { kind: 'cron', expression: '30 2 * * *', timezone: berlin, until: '2027-03-01T00:00:00Z' },
        { kind: 'interval', every: '1h' },
      ]),
    ).toEqual(['2027-03-28T01:00, gap, 60, shifted, 02:30, 1, 0', '2027-10-31T01:00, overlap, -60, once, 02:30, 1, 1'])
  })
})

describe('warnings of a preview', () => {
  it.each<[string, TriggerInput[], PolicyInput, SchedulePreview['warnings']]>([
    ['nothing to say', [cron('0 2 * * *')], {}, []],
    [
      'two that meet in a second',
      [cron('0 * * * *', 'UTC'), cron('30 * * * *', 'UTC'), cron('30 6 * * *', 'UTC')],
      {},
      [{ code: 'merged', triggers: [1, 2], at: '2027-01-01T06:30:00.000Z' }],
    ],
    [
      'more than one a second',
      [
        { kind: 'interval', every: '1s', anchor: '2027-01-01T00:00:00.200Z' },
        { kind: 'interval', every: '1s', anchor: '2027-01-01T00:00:00.700Z' },
      ],
      {},
      [{ code: 'merged', triggers: [0, 1], at: '2027-01-01T00:00:01.200Z' }],
    ],
    [
      'two that meet after a gap only',
      [cron('0 2 * * *'), cron('0 3 * * *')],
      {},
      [{ code: 'merged', triggers: [0, 1], at: '2027-03-28T01:00:00.000Z' }],
    ],
    [
      'all in a blackout',
      [cron('0 2 * * *'), cron('0 3 * * *')],
      { blackouts: [{ from: '2026-01-01' }] },
      [{ code: 'closed', trigger: null }],
    ],
    [
      'one outside the active hours',
      [cron('0 2 * * *', 'UTC'), cron('0 12 * * *', 'UTC')],
      { active: [{ times: { from: '09:00', until: '17:00' } }] },
      [{ code: 'closed', trigger: 0 }],
    ],
    ['a date that has passed', [{ kind: 'date', at: '2026-01-01T00:00:00Z' }], {}, [{ code: 'spent', trigger: 0 }]],
    [
      'one that is over',
      [{ kind: 'cron', expression: '0 * * * *', until: '2026-12-31T00:00:00Z' }],
      {},
      [{ code: 'spent', trigger: 0 }],
    ],
    [
      'a leap day',
      [cron('0 0 29 2 *', 'UTC')],
      {},
      [{ code: 'rare', trigger: 0, at: '2028-02-29T00:00:00.000Z', then: '2032-02-29T00:00:00.000Z' }],
    ],
    [
      'a single year',
      [cron('0 0 0 1 6 * 2027', 'UTC')],
      {},
      [{ code: 'rare', trigger: 0, at: '2027-06-01T00:00:00.000Z', then: null }],
    ],
    ['once a year', [cron('0 0 1 6 *', 'UTC')], {}, []],
    [
      'an alias',
      [cron('0 2 * * *', 'US/Eastern')],
      {},
      [{ code: 'alias', trigger: 0, zone: 'US/Eastern', canonical: 'America/New_York' }],
    ],
    [
      'a zone renamed',
      [cron('0 2 * * *', 'Asia/Calcutta')],
      {},
      [{ code: 'alias', trigger: 0, zone: 'Asia/Calcutta', canonical: 'Asia/Kolkata' }],
    ],
    ['a gap that swallows each', [cron('30 2 * 3 0#L')], { dst: { gap: 'skip' } }, [{ code: 'swallowed', trigger: 0 }]],
    [
      'a gap that swallows each that windows leave',
      [cron('30 2 * 3 0#L'), cron('0 12 * * *')],
      { dst: { gap: 'skip' }, active: [{ times: { from: '00:00', until: '06:00' } }] },
      [
        { code: 'swallowed', trigger: 0 },
        { code: 'closed', trigger: null },
      ],
    ],
    ['a gap that swallows some', [cron('30 2 * * *')], { dst: { gap: 'skip' } }, []],
    [
      'jitter as long as the time between two',
      [cron('*/5 * * * *', 'UTC')],
      { jitter: '5m' },
      [{ code: 'jitter', jitter: 300_000, distance: 300_000, at: '2027-01-01T00:05:00.000Z' }],
    ],
    ['jitter that is shorter', [cron('*/5 * * * *', 'UTC')], { jitter: '299s' }, []],
    [
      'jitter over triggers that come close',
      [cron('0 * * * *', 'UTC'), cron('1 6 * * *', 'UTC')],
      { jitter: '2m' },
      [{ code: 'jitter', jitter: 120_000, distance: 60_000, at: '2027-01-01T06:00:00.000Z' }],
    ],
    ['jitter of a fixed delay', [{ kind: 'interval', every: '10s', mode: 'fixed-delay' }], { jitter: '1m' }, []],
    [
      'zones by their own names',
      ['Asia/Kolkata', 'Europe/Kyiv', 'UTC', 'Etc/UTC', 'America/Argentina/Buenos_Aires'].map((zone, minutes) =>
        cron(`${minutes} 2 1 * *`, zone),
      ),
      {},
      [],
    ],
  ])('%s', async (_name, triggers, policy, expected) => {
    expect((await preview(triggers, { policy })).warnings).toEqual(expected)
  })

  it('tell of a watched path that everybody may change, and of none that is not there', async () => {
    const [open, own] = [await tempFolder(), await tempFolder()]
    await chmod(open, 0o777)
    const watch: TriggerInput = { kind: 'watch', paths: [own, open, `${own}/gone`] }
    expect((await preview([{ kind: 'manual' }, watch])).warnings).toEqual([
      { code: 'open_path', trigger: 1, number: 1, path: open, by: 'everybody' },
    ])
  })

  it('come in under 100 ms for what is worst to look at', async () => {
    const began = performance.now()
    await preview(
      ['* * * * * *', '0 0 29 2 1', '*/7 3 31 12 *'].map((one) => cron(one)),
      {
        policy: { blackouts: [{ from: '2026-01-01', times: { from: '00:00', until: '23:59' } }] },
      },
    )
    // Twice as long again on a machine that is busy with other tests.
    expect(performance.now() - began).toBeLessThan(300)
  })
})

describe('tasks that would run meanwhile', () => {
  const other = (id: string, expression: string, given: Parameters<typeof makeTask>[0] = {}): Task =>
    makeTask({ id, name: id, triggers: [{ kind: 'cron', expression, timezone: 'UTC' }], ...given })
  const lasting = { long: 30 * minute, short: minute }

  it('are told by their usual duration, most often first', async () => {
    const others = [
      other('short', '59 * * * *'),
      other('long', '45 * * * *'),
      other('same', '0 6 * * *'),
      other('never', '20 * * * *'),
      other('hand', '0 * * * *', { triggers: [{ kind: 'manual' }] }),
    ]
    const durationOf = (id: string): number => lasting[id as keyof typeof lasting] ?? 1000
    const answer = await preview(['0 * * * *'], { others, durationOf })
    expect(answer.collisions).toEqual([
      { taskId: 'long', taskName: 'long', count: 100, first: '2027-01-01T01:00:00.000Z' },
      { taskId: 'same', taskName: 'same', count: 4, first: '2027-01-01T06:00:00.000Z' },
    ])
    expect(answer.compared).toBe(100)
  })

  it('begin while one’s own run goes on, and are at most ten', async () => {
    const others = Array.from({ length: 12 }, (_, index) => other(`t${index}`, `${index + 1} * * * *`))
    const answer = await preview(['0 * * * *'], { others, duration: 5 * minute })
    expect(answer.collisions.map(({ taskId }) => taskId)).toEqual(['t0', 't1', 't2', 't3'])
    expect((await preview(['0 * * * *'], { others, duration: 30 * minute })).collisions).toHaveLength(10)
  })

  it('are not those that cannot be planned', async () => {
    const broken: Task = { ...other('broken', '0 * * * *'), triggers: [{ kind: 'cron', expression: 'rubbish' }] }
    const answer = await preview(['0 * * * *'], { others: [broken, other('fine', '0 * * * *')] })
    expect(answer.collisions.map(({ taskId }) => taskId)).toEqual(['fine'])
  })

  it('are not those in a blackout', async () => {
    const policy = { blackouts: [{ times: { from: '00:00', until: '12:00' } }] }
    const answer = await preview(['0 6,18 * * *'], { others: [other('half', '0 * * * *', { policy })] })
    expect(answer.collisions.map(({ count, first }) => [count, first])).toEqual([[50, '2027-01-01T18:00:00.000Z']])
    const often = other('often', '* * * * * *', { policy })
    expect((await preview(['0 6 * * *'], { others: [often], duration: hour })).collisions).toEqual([])
  })

  it('are looked for no longer than there is time, among a thousand, with turns for others', async () => {
    const others = Array.from({ length: 1000 }, (_, index) => other(`t${index}`, `${index % 60} * * * *`))
    let time = 0
    let turns = 0
    const answer = await preview(['0 * * * *'], {
      others,
      monotonic: () => (time += 4),
      breathe: () => Promise.resolve(void turns++),
    })
    expect(time).toBeLessThan(100)
    expect(turns).toBeGreaterThan(1)
    expect(answer.compared).toBe(20)
    expect(answer.collisions.length).toBeGreaterThan(0)
  })
})

describe('the host’s preview', () => {
  it('takes the task’s own policy where none is given, and leaves the task itself out', async () => {
    const clock = virtualClock('2027-01-01T00:00:00Z')
    const host = await unitHost(await tempFolder(), { clock })
    await host.start()
    const triggers = [{ kind: 'cron' as const, expression: '0 * * * *' }]
    const policy = { jitter: '5m', active: [{ times: { from: '06:00', until: '07:00' } }] }
    const task = await createTask(host, { name: 'one', triggers, policy })
    await createTask(host, { name: 'two', triggers })
    const own = await call(host.router.schedule.preview, { triggers, task: task.id, count: 1 })
    expect(own).toMatchObject({ jitter: 300_000, next: [{ at: '2027-01-01T06:00:00.000Z' }] })
    expect(own.collisions.map(({ taskName }) => taskName)).toEqual(['two'])
    const changed = await call(host.router.schedule.preview, {
      triggers,
      task: task.id,
      policy: { active: [] },
      count: 1,
    })
    expect(changed).toMatchObject({ jitter: 300_000, next: [{ at: '2027-01-01T01:00:00.000Z' }] })
  })
})
