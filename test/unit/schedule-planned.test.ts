import { describe, expect, it } from 'vitest'
import type { TaskInput } from '@shared/model/task'
import { bothAt, type Marks } from '../../electron/host/schedule/occurrences'
import { plannedRuns } from '../../electron/host/schedule/planned'
import { cpuTime } from '../support/cpu-time'
import { makeTask } from '../support/make-task'

const hour = 3_600_000
const office: TaskInput['policy'] = {
  active: [{ weekdays: ['mon', 'tue', 'wed', 'thu', 'fri'], times: { from: '09:00', until: '17:00' } }],
}
const daytime = { active: [{ times: { from: '09:00', until: '17:00' } }] }
/** A Friday. */
const friday = '2027-01-08T16:30:30Z'

interface Given {
  readonly triggers: TaskInput['triggers']
  readonly policy?: TaskInput['policy']
  readonly skips?: string[]
  readonly after: string | Marks
  readonly idleSince?: string
  /** Ms that a run lasts. */
  readonly duration?: number
}

function first(given: Given, count = 1): string[] {
  const { triggers, policy = {}, skips = [], after, idleSince, duration = 0 } = given
  const task = makeTask({ triggers, policy, skips })
  const marks = typeof after === 'string' ? bothAt(Date.parse(after)) : after
  const moment = {
    zone: 'Europe/Berlin',
    dst: task.policy.dst,
    createdAt: Date.parse('2027-01-01T00:00:00Z'),
    idleSince: idleSince === undefined ? null : Date.parse(idleSince),
  }
  const planned = { triggers: task.triggers, windows: task.policy, skips: task.skips, moment, duration }
  return [...plannedRuns(planned, marks, { count, end: Infinity })].map(({ at }) => new Date(at).toISOString())
}

describe('what runs next', () => {
  it.each(['* * * * * *', '* * * * *', '*/5 * * * *', '0 * * * *'])(
    'of %s with working hours is Monday morning, once the week is over',
    (expression) => {
      const triggers: TaskInput['triggers'] = [{ kind: 'cron', expression }]
      expect(first({ triggers, policy: office, after: friday })).toEqual(['2027-01-11T08:00:00.000Z'])
    },
  )

  it('of an interval of a second behind a blackout of years is its first second', () => {
    const policy = { blackouts: [{ from: '2027-01-01', until: '2029-12-31' }] }
    const triggers: TaskInput['triggers'] = [{ kind: 'interval', every: '1s' }]
    expect(first({ triggers, policy, after: friday })).toEqual(['2029-12-31T23:00:00.000Z'])
  })

  it('is looked for no longer than 40 years behind what gaps swallow: each of the years costs its time', () => {
    const swallowed = { kind: 'cron', expression: '30 2 * 3 0#L' } as const
    const policy = { dst: { gap: 'skip' as const } }
    const runsAt = (at: string) =>
      first({ triggers: [swallowed, { kind: 'date', at }], policy, after: '2027-03-01T12:00:00Z' })
    expect(runsAt('2066-01-01T00:00:00.000Z')).toEqual(['2066-01-01T00:00:00.000Z'])
    expect(runsAt('2070-01-01T00:00:00.000Z')).toEqual([])
  })

  it('is not what is to be skipped, nor what a gap swallows', () => {
    const triggers: TaskInput['triggers'] = [{ kind: 'cron', expression: '30 2 * * *' }]
    const skips = ['2027-03-27T01:30:00.000Z']
    const policy = { dst: { gap: 'skip' as const } }
    expect(first({ triggers, policy, skips, after: '2027-03-26T12:00:00Z' })).toEqual(['2027-03-29T00:30:00.000Z'])
  })

  it('after the clock was set back is a rhythm’s in the hours that fixed times have behind them, windows or not', () => {
    const cadence = Date.parse('2027-01-08T05:00:00Z')
    const after = { fixed: cadence + 10 * hour, cadence }
    const triggers: TaskInput['triggers'] = [
      { kind: 'interval', every: '10m', anchor: '2027-01-01T00:00:00Z' },
      { kind: 'cron', expression: '30 9 * * *' },
    ]
    expect(first({ triggers, after })).toEqual(['2027-01-08T05:10:00.000Z'])
    expect(first({ triggers, policy: daytime, after })).toEqual(['2027-01-08T08:00:00.000Z'])
  })

  it('of a fixed delay keeps its distance from what is closed or to be skipped', () => {
    const triggers: TaskInput['triggers'] = [{ kind: 'interval', every: '45m', mode: 'fixed-delay' }]
    const given = { triggers, after: '2027-01-08T15:20:00Z', idleSince: '2027-01-08T15:20:00Z' }
    // 16:05 and on to 07:50 are closed.
    expect(first({ ...given, policy: daytime })).toEqual(['2027-01-09T08:35:00.000Z'])
    expect(first({ ...given, skips: ['2027-01-08T16:05:00.000Z'] })).toEqual(['2027-01-08T16:50:00.000Z'])
  })

  it('is nothing where all is closed', () => {
    const triggers: TaskInput['triggers'] = [{ kind: 'cron', expression: '0 12 * * *' }]
    expect(
      first({ triggers, policy: { blackouts: [{ times: { from: '11:00', until: '13:00' } }] }, after: friday }),
    ).toEqual([])
    expect(first({ triggers, policy: { active: [{ dates: ['2020-01-01'] }] }, after: friday })).toEqual([])
  })

  it('goes on from there', () => {
    const triggers: TaskInput['triggers'] = [{ kind: 'cron', expression: '*/30 16,17 * * *' }]
    expect(first({ triggers, policy: office, after: '2027-01-08T14:00:00Z' }, 3)).toEqual([
      '2027-01-08T15:00:00.000Z',
      '2027-01-08T15:30:00.000Z',
      '2027-01-11T15:00:00.000Z',
    ])
  })

  const pieces = (hour: string, count: number) =>
    Array.from({ length: count }, (_, index) => {
      const two = (minute: number): string => String(minute).padStart(2, '0')
      return { times: { from: `${hour}:${two(index)}`, until: `${hour}:${two(index + 1)}` } }
    })
  const fifty: TaskInput['triggers'] = Array.from({ length: 50 }, (_, index) => ({
    kind: 'cron' as const,
    expression: `${index} 2 * * *`,
  }))

  it.each<[string, NonNullable<TaskInput['policy']>, string[]]>([
    ['at other hours', { active: pieces('04', 50), blackouts: pieces('05', 50) }, []],
    ['in their minutes', { active: pieces('02', 50), blackouts: pieces('02', 50) }, []],
    ['all but one', { blackouts: pieces('02', 49) }, ['2027-01-09T01:49:00.000Z']],
    [
      'for years',
      { active: [...pieces('04', 49), { dates: ['2030-06-01'] }], blackouts: pieces('02', 30) },
      ['2030-06-01T00:30:00.000Z'],
    ],
  ])('of fifty triggers under windows that close %s is found in under 100 ms', (_name, policy, expected) => {
    first({ triggers: fifty, policy: daytime, after: friday })
    let found: string[] = []
    const took = Math.min(
      ...Array.from({ length: 3 }, () =>
        cpuTime(() => void (found = first({ triggers: fifty, policy, after: friday }))),
      ),
    )
    expect(found).toEqual(expected)
    expect(took).toBeLessThan(100)
  })

  it('is found at the end of a gap that a window is open for, after months of nothing', () => {
    // 02:30 never is between 03:00 and 03:01, but where the clocks jump over it.
    const triggers: TaskInput['triggers'] = [{ kind: 'cron', expression: '30 2 * * *' }]
    const policy = { active: [{ times: { from: '03:00', until: '03:01' } }] }
    expect(first({ triggers, policy, after: '2027-03-28T12:00:00Z' })).toEqual(['2028-03-26T01:00:00.000Z'])
  })
})
