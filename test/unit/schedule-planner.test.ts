import { describe, expect, it } from 'vitest'
import type { Pause, Task } from '@shared/model/task'
import type { DueTask, PlannerEvent } from '../../electron/host/schedule/planner'
import { makeTask } from '../support/make-task'
import { plannerBench, type PlannerBench } from '../support/planner-bench'
import { virtualClock } from '../support/virtual-clock'

const start = '2027-01-01T00:00:00.000Z'

const scene = (tasks: readonly Task[], pauseAll: Pause | null = null): PlannerBench =>
  plannerBench({ clock: virtualClock(start), tasks, pauseAll })

const at = (due: readonly DueTask[]): string[] => due.map(({ scheduledAt }) => new Date(scheduledAt).toISOString())
const every = (ms: number) => makeTask({ triggers: [{ kind: 'interval', every: ms, anchor: start }] })

describe('time passes', () => {
  it('a task every second is due 30 times in 30 s, each at its second, none twice', async () => {
    const { clock, due } = scene([every(1000)])
    await clock.advance(30_000)
    expect(at(due)).toEqual(
      Array.from({ length: 30 }, (_, index) => new Date(Date.parse(start) + (index + 1) * 1000).toISOString()),
    )
    expect(due.every(({ folded }) => folded === 0)).toBe(true)
  })

  it('nothing is due early, even when the timer is', async () => {
    const { clock, due } = scene([every(10_000)])
    await clock.advance(9999)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(due).toHaveLength(1)
  })

  it('only one timer waits, however many tasks there are', () => {
    const { clock } = scene(Array.from({ length: 100 }, (_, index) => ({ ...every(1000 + index), id: `t${index}` })))
    expect(clock.pending()).toBe(1)
  })

  it('a one-off comes once; its task stays, spent', async () => {
    const task = makeTask({ triggers: [{ kind: 'date', at: '2027-01-01T01:00', timezone: 'UTC' }] })
    const { clock, due, planner } = scene([task])
    expect(planner.nextAt(task.id)).toBe(Date.parse('2027-01-01T01:00:00Z'))
    await clock.advance(7_200_000)
    expect(at(due)).toEqual(['2027-01-01T01:00:00.000Z'])
    expect(planner.nextAt(task.id)).toBeUndefined()
  })

  it('two triggers that meet in the same second make one occurrence', async () => {
    const task = makeTask({
      triggers: [
        { kind: 'cron', expression: '* * * * *', timezone: 'UTC' },
        { kind: 'interval', every: 30_000, anchor: start },
      ],
    })
    const { clock, due } = scene([task])
    await clock.advance(60_000)
    expect(due.map(({ triggeredBy, scheduledAt }) => [triggeredBy, scheduledAt - Date.parse(start)])).toEqual([
      ['cron', 0],
      ['interval', 30_000],
      ['cron', 60_000],
    ])
  })

  it('a fixed delay counts from the end of the last run', async () => {
    const task = makeTask({ triggers: [{ kind: 'interval', every: 10_000, mode: 'fixed-delay' }] })
    const made = scene([task])
    await made.clock.advance(10_000)
    expect(at(made.due)).toEqual(['2027-01-01T00:00:10.000Z'])
    made.idleSince = null
    made.planner.track(task.id)
    await made.clock.advance(5000)
    expect(made.planner.nextAt(task.id)).toBeUndefined()
    made.idleSince = made.clock.now()
    made.planner.track(task.id)
    await made.clock.advance(10_000)
    expect(at(made.due)).toEqual(['2027-01-01T00:00:10.000Z', '2027-01-01T00:00:25.000Z'])
  })
})

describe('what is not due', () => {
  it('whatever came before the task counted, though the host started after it', async () => {
    const task = makeTask({ triggers: [{ kind: 'date', at: '2026-12-31T23:59:59Z' }] })
    const { clock, due } = scene([task])
    await clock.advance(120_000)
    expect(due).toEqual([])
  })

  it('a disabled task, until it is enabled; then nothing earlier', async () => {
    const task = every(10_000)
    const { clock, due, set } = scene([{ ...task, enabled: false }])
    await clock.advance(25_000)
    expect(due).toEqual([])
    set({ ...task, countsFrom: new Date(clock.now()).toISOString() })
    await clock.advance(10_000)
    expect(at(due)).toEqual(['2027-01-01T00:00:30.000Z'])
  })

  it('a task that was removed', async () => {
    const task = every(10_000)
    const { clock, due, planner } = scene([task])
    planner.forget(task.id)
    await clock.advance(5000)
    expect(planner.next()).toBeUndefined()
    expect(due).toEqual([])
  })

  it('occurrences during a pause, which ends by itself', async () => {
    const until = '2027-01-01T00:00:30.000Z'
    const task = { ...every(10_000), pause: { since: start, until } }
    const { clock, due, set, pausesEnded } = scene([task])
    await clock.advance(29_999)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(pausesEnded).toEqual([[task.id, until]])
    set({ ...task, pause: null, countsFrom: until })
    await clock.advance(10_000)
    expect(at(due)).toEqual([until, '2027-01-01T00:00:40.000Z'])
  })

  it('anything while everything is paused, and nothing of it is caught up', async () => {
    const task = every(10_000)
    const made = scene([task])
    made.pauseAll = { since: start, until: null }
    made.planner.trackAll([task.id])
    await made.clock.advance(59_999)
    expect(made.due).toEqual([])
    await made.planner.settle([task.id])
    made.pauseAll = null
    made.planner.trackAll([task.id])
    await made.clock.advance(10_001)
    expect(at(made.due)).toEqual(['2027-01-01T00:01:00.000Z', '2027-01-01T00:01:10.000Z'])
  })
})

describe('the end of a pause', () => {
  const until = '2027-01-01T00:00:30.000Z'
  const later = '2027-01-01T00:01:00.000Z'

  it('of everything comes also when the host started in the middle of it', async () => {
    const { clock, due, pausesEnded } = scene([every(10_000)], { since: start, until })
    await clock.advance(29_999)
    expect(pausesEnded).toEqual([])
    await clock.advance(1)
    expect(pausesEnded).toEqual([[null, until]])
    expect(at(due)).toEqual([until])
  })

  it('of everything comes at once when the host started after it', async () => {
    const ended = '2026-12-31T23:00:00.000Z'
    const { clock, pausesEnded } = scene([], { since: '2026-12-31T22:00:00.000Z', until: ended })
    await clock.advance(1)
    expect(pausesEnded).toEqual([[null, ended]])
  })

  it('is not told for a pause that is no more, though its task was removed and restored meanwhile', async () => {
    const task = every(10_000)
    const { clock, planner, set, pausesEnded } = scene([{ ...task, pause: { since: start, until } }])
    planner.forget(task.id)
    set({ ...task, pause: { since: start, until: later } })
    await clock.advance(59_999)
    expect(pausesEnded).toEqual([])
    await clock.advance(1)
    expect(pausesEnded).toEqual([[task.id, later]])
  })
})

describe('starts', () => {
  const startup = ({ id }: Task): PlannerEvent => ({
    taskId: id,
    kind: 'startup',
    at: Date.parse(start) + 5000,
    event: { trigger: 0, id: 'a start' },
  })

  it('a startup is due after its delay, whatever else is planned for the task', async () => {
    const task = makeTask({ triggers: [{ kind: 'startup', delay: 5000 }] })
    const { clock, due, set, planner } = scene([task])
    planner.fire(startup(task))
    set({ ...task, name: 'renamed meanwhile' })
    await clock.advance(60_000)
    expect(due).toEqual([
      {
        taskId: task.id,
        triggeredBy: 'startup',
        scheduledAt: Date.parse(start) + 5000,
        event: { trigger: 0, id: 'a start' },
        parameters: {},
        folded: 0,
        foldedFrom: null,
        foldedUntil: null,
        foldedReason: null,
        late: null,
        replay: false,
      },
    ])
  })

  it('a startup trigger that was taken away meanwhile is not due', async () => {
    const task = makeTask({ triggers: [{ kind: 'startup', delay: 5000 }] })
    const { clock, due, set, planner } = scene([task])
    planner.fire(startup(task))
    set({ ...task, triggers: [{ kind: 'manual' }] })
    await clock.advance(60_000)
    expect(due).toEqual([])
  })
})

describe('the clocks misbehave', () => {
  it('after a sleep one run stands for all that came due meanwhile', async () => {
    const { clock, due } = scene([every(10_000)])
    await clock.advance(5000)
    clock.sleep(3_600_000)
    await clock.advance(30_000)
    expect(due[0]).toMatchObject({ scheduledAt: Date.parse('2027-01-01T01:00:00.000Z'), folded: 359 })
    expect(at(due)[1]).toBe('2027-01-01T01:00:10.000Z')
    expect(due.slice(1).every(({ folded }) => folded === 0)).toBe(true)
  })

  it('a clock that is set forward is noticed within a second', async () => {
    const task = makeTask({ triggers: [{ kind: 'date', at: '2027-06-01T00:00:00Z' }] })
    const { clock, due } = scene([task])
    await clock.advance(59_500)
    clock.setWall('2027-06-01T00:00:05Z')
    await clock.advance(1000)
    expect(due).toMatchObject([{ late: { ms: 5500, reason: 'clock' } }])
  })

  it('a leap of ten years over a task of every second is taken in at once', async () => {
    const { clock, due } = scene([every(1000)])
    clock.setWall('2037-01-01T00:00:00.500Z')
    await clock.advance(1000)
    expect(at(due)[0]).toBe('2037-01-01T00:00:01.000Z')
  })

  it('a clock set back does not make anything due twice in one epoch, nor a fixed time in two', async () => {
    const fixed = makeTask({
      id: 'fixed',
      countsFrom: '2026-12-31T23:59:59.000Z',
      triggers: [{ kind: 'cron', expression: '0,10,20,30 0 0 * * *', timezone: 'UTC' }],
    })
    const { clock, due, setBacks } = scene([every(10_000), fixed])
    await clock.advance(30_000)
    clock.setWall('2027-01-01T00:00:05.000Z')
    const before = due.splice(0)
    await clock.advance(30_000)
    // Right after the look before it, as far as anybody can know.
    expect(setBacks).toEqual([[25_000, Date.parse(start) + 5001]])
    for (const epoch of [before, due])
      expect(new Set(epoch.map(({ taskId, scheduledAt }) => `${taskId} ${scheduledAt}`)).size).toBe(epoch.length)
    expect(before.filter(({ taskId }) => taskId === 'fixed')).toHaveLength(4)
    expect(due.map(({ taskId, scheduledAt }) => [taskId, scheduledAt - Date.parse(start)])).toEqual([
      ['task-1', 10_000],
      ['task-1', 20_000],
      ['task-1', 30_000],
    ])
  })

  it('a machine that moves to another zone plans its zoneless tasks anew', async () => {
    const task = makeTask({ triggers: [{ kind: 'cron', expression: '0 12 * * *' }] })
    const { clock, planner } = scene([task])
    expect(planner.nextAt(task.id)).toBe(Date.parse('2027-01-01T12:00:00Z'))
    clock.setTimeZone('Asia/Shanghai')
    await clock.advance(30_000)
    expect(planner.nextAt(task.id)).toBe(Date.parse('2027-01-01T04:00:00Z'))
  })
})

describe('a task that cannot be planned', () => {
  const unreadable = { kind: 'cron', expression: 'nonsense' } as const
  const told = 'bad: the expression has 1 field; 5 are needed, or 6 with seconds, or 7 with the year'

  it('is told of, and the others go on', async () => {
    const { clock, due, planner, unplanned } = scene([
      { ...makeTask(), id: 'bad', triggers: [unreadable] },
      every(10_000),
    ])
    expect(unplanned).toEqual([told])
    await clock.advance(10_000)
    expect(planner.nextAt('bad')).toBeUndefined()
    expect(at(due)).toEqual(['2027-01-01T00:00:10.000Z'])
  })

  it('is told of also when that shows only once it is due', async () => {
    const bad = { ...every(10_000), id: 'bad', triggers: [...every(10_000).triggers] }
    const { clock, due, planner, unplanned } = scene([bad, every(20_000)])
    bad.triggers[0] = unreadable
    await clock.advance(40_000)
    expect(unplanned).toEqual([told])
    expect(planner.nextAt('bad')).toBeUndefined()
    // What was planned while it could be read is due like anything else.
    expect(due.map(({ taskId, scheduledAt }) => [taskId, scheduledAt - Date.parse(start)])).toEqual([
      ['bad', 10_000],
      ['task-1', 20_000],
      ['task-1', 40_000],
    ])
  })
})

describe('a zone that changes under the host', () => {
  it('counts from that moment, like a changed trigger: what has passed there already is not due', async () => {
    const task = makeTask({ triggers: [{ kind: 'cron', expression: '0 12 * * *' }] })
    const { clock, due, planner, moved } = scene([task])
    await clock.advance(6 * 3_600_000)
    clock.setTimeZone('Asia/Shanghai')
    await clock.advance(30_000)
    expect(moved.at(-1)).toEqual([task.id])
    expect(planner.nextAt(task.id)).toBe(Date.parse('2027-01-02T04:00:00Z'))
    await clock.advance(24 * 3_600_000)
    expect(at(due)).toEqual(['2027-01-02T04:00:00.000Z'])
  })

  it('is the zone of what comes, not of what was slept through', async () => {
    const task = makeTask({ triggers: [{ kind: 'cron', expression: '0 12 * * *' }], policy: { misfireGrace: null } })
    const { clock, due } = scene([task])
    clock.sleep(14 * 3_600_000)
    clock.setTimeZone('Asia/Shanghai')
    await clock.advance(24 * 3_600_000)
    expect(at(due)).toEqual(['2027-01-01T12:00:00.000Z', '2027-01-02T04:00:00.000Z'])
  })
})

describe('an event', () => {
  const event = (given: Partial<PlannerEvent> = {}): PlannerEvent => ({
    taskId: 'task-1',
    kind: 'startup',
    at: Date.parse(start) + 60_000,
    event: { trigger: 0, id: 'a start' },
    ...given,
  })
  const onStart = (policy: Parameters<typeof makeTask>[0] = {}) =>
    makeTask({ triggers: [{ kind: 'startup', delay: 60_000 }], ...policy })

  it('that was slept through is judged by the grace, as what time brings is', async () => {
    const { clock, due, fates, planner } = scene([onStart()])
    planner.fire(event())
    planner.fire(event({ at: Date.parse(start) + 4_000_000, event: { trigger: 0, id: 'another' } }))
    clock.sleep(5_000_000)
    await clock.advance(60_000)
    expect(due).toMatchObject([{ late: { reason: 'asleep' }, event: { id: 'another' } }])
    expect(fates).toMatchObject([{ event: { id: 'a start' }, ranges: [{ state: 'missed', reason: 'asleep' }] }])
  })

  it('that waits goes on waiting as long as it would have when the clock is set back', async () => {
    const { clock, due, planner } = scene([onStart()])
    planner.fire(event())
    clock.setWall('2026-12-31T22:00:00.000Z')
    await clock.advance(61_000)
    expect(due).toHaveLength(1)
  })

  it('comes later by its jitter, and while everything is paused not at all', async () => {
    const made = scene([onStart({ policy: { jitter: '10m' } })])
    made.planner.fire(event())
    await made.clock.advance(60_000)
    expect(made.due).toEqual([])
    await made.clock.advance(600_000)
    expect(made.due).toMatchObject([{ scheduledAt: Date.parse(start) + 60_000, late: null }])
    made.pauseAll = { since: new Date(made.clock.now()).toISOString(), until: null }
    made.planner.fire(event({ at: made.clock.now(), event: { trigger: 0, id: 'in the pause' } }))
    await made.clock.advance(600_000)
    expect(made.fates).toMatchObject([{ ranges: [{ state: 'paused', reason: 'everything' }] }])
  })
})

describe('many tasks', () => {
  /** Each look at the monotonic clock takes a millisecond: the host is slow. */
  const slow = () => {
    const clock = virtualClock(start)
    let spent = 0
    return { ...clock, monotonic: () => clock.monotonic() + spent++ }
  }

  it('are planned in slices, those that come most often first, and told of', async () => {
    const clock = slow()
    const yearly = Array.from({ length: 300 }, (_, index) =>
      makeTask({ id: `t${index}`, triggers: [{ kind: 'cron', expression: '0 0 1 6 *', timezone: 'UTC' }] }),
    )
    const { planner, moved } = plannerBench({ clock, tasks: [...yearly, every(10_000)] })
    expect(planner.next()).toEqual({ taskId: 'task-1', at: Date.parse(start) + 10_000 })
    expect(planner.nextAt('t299')).toBeUndefined()
    await clock.advance(1000)
    expect(planner.nextAt('t299')).toBe(Date.parse('2027-06-01T00:00:00Z'))
    expect(moved.length).toBeGreaterThan(10)
    expect(new Set(moved.flat()).size).toBe(301)
  })

  it('that are due at once are all handed on before the next instants are looked for', async () => {
    const clock = slow()
    const tasks = Array.from({ length: 100 }, (_, index) => ({ ...every(10_000), id: `t${index}` }))
    const { due, planner } = plannerBench({ clock, tasks })
    await clock.advance(10_000)
    expect(due).toHaveLength(100)
    await clock.advance(10_000)
    expect(due).toHaveLength(200)
    expect(planner.nextAt('t99')).toBe(Date.parse(start) + 30_000)
  })

  /** Two triggers take turns: each second is looked at by itself. */
  const long = makeTask({
    id: 'long',
    triggers: ['*/2', '1-59/2'].map((second) => ({ kind: 'cron', expression: `${second} * * * * *`, timezone: 'UTC' })),
  })

  it('of which one has millions to decide do not wait for it', async () => {
    const clock = slow()
    const { due, fates } = plannerBench({ clock, tasks: [long, every(10_000)] })
    clock.sleep(86_400_000)
    await clock.advance(40_000)
    expect(due[0]).toMatchObject({ taskId: 'task-1', folded: 360 })
    expect(fates.filter(({ taskId }) => taskId === 'long')).toMatchObject([
      { ranges: [{ state: 'missed', reason: 'asleep' }] },
    ])
  })

  it.each(['is changed', 'has its clock set back'])(
    'of which one has millions to decide when it %s are not held up',
    async (how) => {
      const clock = slow()
      const { due, fates, planner, setBacks } = plannerBench({ clock, tasks: [long, every(10_000)] })
      clock.sleep(86_400_000)
      let isSettled = false
      const steps = clock.monotonic()
      if (how === 'is changed') void planner.settle(['long']).then(() => (isSettled = true))
      else {
        planner.look()
        clock.setWall('2027-01-01T22:00:00Z')
        planner.look()
      }
      expect(clock.monotonic() - steps).toBeLessThan(100)
      await Promise.resolve()
      expect([isSettled, setBacks, fates.filter(({ taskId }) => taskId === 'long')]).toEqual([false, [], []])
      await clock.advance(1000)
      const ofLong = due
        .filter(({ taskId }) => taskId === 'long')
        .map(({ scheduledAt, folded }) => [scheduledAt, folded])
      expect(ofLong[0]).toEqual([Date.parse('2027-01-02T00:00:00Z'), 3600])
      expect(fates.filter(({ taskId }) => taskId === 'long').flatMap(({ ranges }) => ranges)).toMatchObject([
        { state: 'missed', reason: 'asleep', count: 82_800 },
      ])
      if (how === 'is changed') expect(isSettled).toBe(true)
      else expect(setBacks).toHaveLength(1)
    },
  )

  it('of which one has millions to decide is not settled before, also when its clock has been set back', async () => {
    const clock = slow()
    const { due, planner } = plannerBench({ clock, tasks: [long] })
    clock.sleep(86_400_000)
    planner.look()
    clock.setWall('2027-01-01T22:00:00Z')
    let dueWhenSettled: number | undefined
    void planner.settle(['long']).then(() => (dueWhenSettled = due.length))
    await clock.advance(1000)
    expect(dueWhenSettled).toBeGreaterThan(0)
  })
})
