import { describe, expect, it } from 'vitest'
import type { DueTask, PlannerEvent } from '../../electron/host/schedule/planner'
import { deferred } from '../support/deferred'
import { makeTask } from '../support/make-task'
import { plannerBench, type PlannerBench } from '../support/planner-bench'
import { virtualClock } from '../support/virtual-clock'

const start = '2027-01-01T12:00:00.000Z'
const now = Date.parse(start)
const minute = 60_000
const hour = 60 * minute
const task = makeTask({ countsFrom: '2026-01-01T00:00:00.000Z', triggers: [{ kind: 'resume' }] })

const scene = (given: { setBack?: (by: number) => Promise<{ fixedStay: boolean }> } = {}): PlannerBench =>
  plannerBench({ clock: virtualClock(start), tasks: [task], ...given })

const woke = (at: number): PlannerEvent => ({ taskId: task.id, kind: 'resume', at, event: { trigger: 0, id: `${at}` } })
const iso = (at: number): string => new Date(at).toISOString()
const brief = (due: readonly DueTask[]) => due.map(({ scheduledAt, late }) => [iso(scheduledAt), late])

describe('an event', () => {
  it('that waits when the clock is set back waits as long as it would have', async () => {
    const { clock, planner, due } = scene()
    planner.fire(woke(now + 10 * minute))
    await clock.advance(4 * minute)
    clock.setWall(iso(now - 2 * hour))
    await clock.advance(6 * minute - 1)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(brief(due)).toEqual([[iso(now + 10 * minute), null]])
  })

  it('that comes after the clock was set back, and before anybody has looked, is due when it says', async () => {
    const { clock, planner, due } = scene()
    clock.setWall(iso(now - 2 * hour))
    for (const wait of [0, 10 * minute]) planner.fire(woke(clock.now() + wait))
    await clock.advance(10 * minute - 1)
    expect(brief(due)).toEqual([[iso(now - 2 * hour), null]])
    await clock.advance(1)
    expect(brief(due.slice(1))).toEqual([[iso(now - 2 * hour + 10 * minute), null]])
  })

  it('that comes while the new epoch is being stored is due when it says', async () => {
    const stored = deferred<{ fixedStay: boolean }>()
    const { clock, planner, due, setBacks } = scene({ setBack: () => stored.promise })
    clock.setWall(iso(now - 2 * hour))
    await clock.advance(minute)
    expect(setBacks).toHaveLength(1)
    const at = clock.now() + 10 * minute
    planner.fire(woke(at))
    stored.resolve({ fixedStay: true })
    await clock.advance(10 * minute - 1)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(brief(due)).toEqual([[iso(at), null]])
  })

  it('that waits when the clock is set forward and back again is due as if nothing had been', async () => {
    const { clock, planner, due } = scene()
    planner.fire(woke(now + 5 * hour))
    clock.setWall(iso(now + 3 * hour))
    await clock.advance(minute)
    clock.setWall(iso(now + minute))
    await clock.advance(5 * hour - minute - 1)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(brief(due)).toEqual([[iso(now + 5 * hour), null]])
  })
})
