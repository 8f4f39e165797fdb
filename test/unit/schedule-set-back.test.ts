import { describe, expect, it } from 'vitest'
import type { DueTask } from '../../electron/host/schedule/planner'
import { makeTask } from '../support/make-task'
import { plannerBench } from '../support/planner-bench'
import { virtualClock } from '../support/virtual-clock'

const second = 1000
const hour = 3600 * second
const day = '2027-06-01'
const ms = (time: string): number => Date.parse(`${day}T${time}Z`)
const iso = (at: number): string => new Date(at).toISOString()
const countsFrom = iso(ms('00:00:00') - 1)

const cadence = (expression: string) =>
  makeTask({ id: 'cadence', countsFrom, triggers: [{ kind: 'cron', expression, timezone: 'UTC' }] })
const interval = (every: number) =>
  makeTask({ id: 'interval', countsFrom, triggers: [{ kind: 'interval', every, anchor: iso(ms('00:00:00')) }] })
const fixed = makeTask({
  id: 'fixed',
  countsFrom,
  triggers: [{ kind: 'cron', expression: '0 10 * * *', timezone: 'UTC' }],
})

const of = (due: readonly DueTask[], id: string): string[] =>
  due.filter(({ taskId }) => taskId === id).map(({ scheduledAt }) => iso(scheduledAt).slice(11, -1))

describe('what comes, by the new clock, between a step back and the look that sees it', () => {
  it.each([
    ['an hour', hour, []],
    ['five hours', 5 * hour, ['10:00:00.000']],
    ['three seconds', 3 * second, []],
  ])('by %s: rhythms run in time, once; a fixed time as it is to', async (_, by, again) => {
    const stepped = ms('09:59:59.900')
    // Looks come at whole seconds: the one before is 0.6 s ago, the next comes in 0.4 s.
    const clock = virtualClock(iso(stepped + by - 1.6 * second))
    const { planner, due, fates, setBacks } = plannerBench({
      clock,
      tasks: [cadence('*/30 * * * *'), interval(hour / 2), fixed],
    })
    await clock.advance(1.6 * second)
    due.length = fates.length = 0
    clock.setWall(iso(stepped))
    await clock.advance(0.4 * second)
    expect(setBacks).toEqual([[by, stepped - 0.6 * second + 1]])
    for (const id of ['cadence', 'interval']) expect(of(due, id)).toEqual(['10:00:00.000'])
    expect(of(due, 'fixed')).toEqual(again)
    expect(due.every(({ late, folded }) => late === null && folded === 0)).toBe(true)
    expect(fates).toEqual([])
    for (const id of ['cadence', 'interval']) expect(planner.nextAt(id)).toBe(ms('10:30:00'))
  })

  it.each([0, 0.3 * second])('is each second, and none twice, %i ms after a look', async (after) => {
    const clock = virtualClock(iso(ms('12:00:00')))
    const { due } = plannerBench({ clock, tasks: [cadence('* * * * * *'), interval(second)] })
    await clock.advance(5 * second + after)
    due.length = 0
    clock.setWall(iso(clock.now() - hour))
    await clock.advance(3 * second - after)
    // What came due at that very moment ran by the clock as it was.
    for (const id of ['cadence', 'interval'])
      expect(of(due, id)).toEqual(['11:00:06.000', '11:00:07.000', '11:00:08.000'])
    expect(due.every(({ late, folded }) => late === null && folded === 0)).toBe(true)
  })

  it('is accounted for also where the machine slept', async () => {
    const clock = virtualClock(iso(ms('12:10:00')))
    const half = cadence('*/30 * * * *')
    const { due } = plannerBench({ clock, tasks: [{ ...half, policy: { ...half.policy, misfireGrace: null } }] })
    await clock.advance(second)
    due.length = 0
    clock.setWall(iso(clock.now() - hour))
    clock.sleep(2 * hour)
    await clock.advance(second)
    expect(due).toMatchObject([
      { scheduledAt: ms('13:00:00'), folded: 3, foldedFrom: ms('11:30:00'), foldedReason: 'asleep' },
    ])
    expect(due[0]?.late).toEqual({ ms: 602 * second, reason: 'asleep' })
  })
})
