import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countCron, nextCronInstant } from '@shared/schedule/cron'
import type { Task, TaskInput } from '@shared/model/task'
import { decideDue, type DueContext } from '../../electron/host/schedule/decide'
import { jitterOf } from '../../electron/host/schedule/jitter'
import { bothAt, occurrences } from '../../electron/host/schedule/occurrences'
import { closedBy } from '../../electron/host/schedule/time-windows'
import { makeTask } from '../support/make-task'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const text = (at: number): string => new Date(at).toISOString()

/** Both changes of the clocks, a year's end, and plain days. */
const starts = ['2027-03-26T11:20:30Z', '2027-10-29T17:00:00Z', '2027-12-30T00:00:00Z', '2028-02-27T05:00:00Z'].map(
  (at) => Date.parse(at),
)
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Africa/Cairo')
const field = fc.constantFrom('*', '*', '*/7', '0', '59', '10-20', '3,30,45', '0-59/30')
const hours = fc.constantFrom('*', '*', '*/2', '2', '0', '1-3', '9-17', '0,2,23')
const days = fc.constantFrom('* * *', '* * *', '* * mon-fri', '28-31 * *', 'L * *', '29 2 *', '*/2 * sun')
const expression = fc
  .tuple(fc.constantFrom('0', '0', '30', '*/20', '5,6'), field, hours, days)
  .map((all) => all.join(' '))

describe('instants that are counted', () => {
  it('are as many as there are one by one, and end where they end', () => {
    fc.assert(
      fc.property(
        expression,
        zone,
        fc.constantFrom(...starts),
        fc.integer({ min: 0, max: 3 * day }),
        (cron, inZone, start, length) => {
          const first = nextCronInstant(cron, inZone, start)
          if (first === undefined || first.lost) return
          const end = first.at + length
          const counted = countCron(cron, inZone, first.at, end)
          if (counted === undefined) return
          let [count, last] = [0, first.at]
          for (let at: number | undefined = first.at; at !== undefined && at <= counted.last; count++) {
            last = at
            at = nextCronInstant(cron, inZone, at)?.at
          }
          expect([counted.count, text(counted.last)]).toEqual([count, text(last)])
          const next = nextCronInstant(cron, inZone, counted.last)
          const isSet = offsetOf(inZone, end) !== offsetOf(inZone, first.at) || (next && next.at > end)
          expect(isSet, `${cron} from ${text(first.at)} to ${text(end)} ends at ${text(counted.last)}`).toBe(true)
        },
      ),
      { numRuns: 1000, seed: 1 },
    )
  })

  it('are not looked at one by one, however many', () => {
    const start = Date.parse('2027-01-01T00:00:00Z')
    const began = performance.now()
    expect(countCron('* * * * * *', 'UTC', start, start + 100 * 365 * day)).toEqual({
      count: 100 * 365 * 86_400 + 1,
      last: start + 100 * 365 * day,
    })
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

function offsetOf(timeZone: string, at: number): string {
  return new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).format(at).replace(/.*,/, '')
}

const trigger = fc.oneof(
  fc.record({ kind: fc.constant('cron' as const), expression, timezone: zone }),
  fc.record({
    kind: fc.constant('interval' as const),
    every: fc.constantFrom(7000, minute, 90 * minute, 86_400_000),
    anchor: fc.constantFrom('2027-01-01T00:00:00.000Z', '2027-01-01T00:00:00.500Z'),
  }),
)
const windows = fc.constantFrom<NonNullable<NonNullable<TaskInput['policy']>['active']>[]>(
  [],
  [],
  [{ times: { from: '22:00', until: '06:30' }, timezone: 'Europe/Berlin' }],
  [{ weekdays: ['sun', 'mon'] }],
)

/** The same, one by one. */
function oneByOne(task: Task, { now, marks, moment, pausedAt, reasonAt }: DueContext) {
  const { policy } = task
  const fates: string[] = []
  const runs: number[] = []
  let [last, since] = ['', -Infinity]
  let [from, until, count] = [0, 0, 0]
  const end = (): void => {
    if (count > 0 && last !== 'run') fates.push(`${last} ${text(from)} ${text(until)} ${count}`)
    count = 0
  }
  for (const { at, lost } of occurrences(task.triggers, marks, moment, { count: Infinity, end: now })) {
    since = Math.max(since, at + jitterOf(task.id, at, policy.jitter))
    const paused = pausedAt(at, Math.min(since, now))
    if (paused === null && since > now) break
    const fate =
      paused !== null
        ? `paused ${paused}`
        : lost
          ? 'skipped dst'
          : task.skips.includes(text(at))
            ? 'skipped skip_next'
            : closedBy(at, policy, moment.zone) !== null
              ? `skipped ${closedBy(at, policy, moment.zone)}`
              : now - since > (policy.misfireGrace ?? Infinity)
                ? `missed ${reasonAt(since)}`
                : 'run'
    if (fate === 'run') runs.push(at)
    if (fate !== last) {
      end()
      from = at
    }
    last = fate
    until = at
    count++
  }
  end()
  return { runs, fates }
}

describe('a leap', () => {
  it('decides as one who looks at each', () => {
    fc.assert(
      fc.property(
        fc.record({
          triggers: fc.array(trigger, { minLength: 1, maxLength: 2 }),
          start: fc.constantFrom(...starts),
          length: fc.integer({ min: hour, max: 3 * day }),
          active: windows,
          blackouts: windows,
          grace: fc.constantFrom(2000, hour, day, null),
          jitter: fc.constantFrom(0, 0, 0, 90_000),
          gap: fc.constantFrom('auto' as const, 'skip' as const),
          skip: fc.integer({ min: 0, max: 50 }),
          pause: fc.tuple(fc.integer({ min: -day, max: 6 * day }), fc.integer({ min: -1, max: 3 * day })),
          wokeAfter: fc.integer({ min: 0, max: 6 * day }),
        }),
        ({ triggers, start, length, active, blackouts, grace, jitter, gap, skip, pause, wokeAfter }) => {
          const policy = { active, blackouts, misfireGrace: grace, jitter, dst: { gap, overlap: 'auto' as const } }
          const plain = makeTask({ triggers, policy })
          const moment = { zone: 'UTC', dst: plain.policy.dst, createdAt: start, idleSince: null }
          const all = [...occurrences(plain.triggers, bothAt(start), moment, { count: skip })]
          const task: Task = { ...plain, skips: all.slice(-1).map(({ at }) => text(at)) }
          const [since, until] = [start + pause[0], start + pause[0] + pause[1]]
          const context: DueContext = {
            now: start + length,
            moment,
            marks: bothAt(start),
            pausedAt: (from, to) => (since <= to && until > from ? 'task' : null),
            reasonAt: (at) => (at < start + wokeAfter ? 'asleep' : 'clock'),
          }
          const made = decideDue(task, context).step(Infinity)
          const expected = oneByOne(task, context)
          expect(
            made?.fates.map(
              ({ state, reason, from, until: to, count }) => `${state} ${reason} ${text(from)} ${text(to)} ${count}`,
            ),
          ).toEqual(expected.fates)
          const told = made?.runs.reduce((sum, { folded }) => sum + 1 + folded, 0)
          expect(told).toBe(expected.runs.length)
          expect(made?.runs.at(-1)?.scheduledAt).toBe(expected.runs.at(-1))
          const [run] = made?.runs ?? []
          expect(run && (run.foldedFrom ?? run.scheduledAt)).toBe(expected.runs[0])
          if (run && run.folded > 0) expect(run.foldedUntil).toBe(expected.runs[run.folded - 1])
        },
      ),
      { numRuns: 100, seed: 1 },
    )
  }, 60_000)
})
