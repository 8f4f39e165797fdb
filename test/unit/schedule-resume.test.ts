import { describe, expect, it, onTestFinished } from 'vitest'
import type { Task } from '@shared/model/task'
import { createEventTriggers } from '../../electron/host/schedule/event-triggers'
import { createPlanner, type DueTask, type Planner } from '../../electron/host/schedule/planner'
import { createWaitingEvents } from '../../electron/host/schedule/waiting-events'
import { openStore } from '../../electron/host/store/open-store'
import { makeTask } from '../support/make-task'
import { silentLog } from '../support/small-router'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

const start = '2027-01-01T00:00:00.000Z'
const after = (ms: number): string => new Date(Date.parse(start) + ms).toISOString()

interface Scene {
  readonly clock: VirtualClock
  readonly planner: Planner
  readonly due: DueTask[]
}

/** A planner that has started, and the event triggers that it wakes. */
async function scene(bootTells: boolean, ...tasks: Task[]): Promise<Scene> {
  const clock = virtualClock(start)
  const store = await openStore(storePorts({ clock }), await tempFolder(), '0.0.0')
  onTestFinished(() => store.close())
  await store.tasks.put(tasks)
  const due: DueTask[] = []
  const planner = createPlanner({
    clock,
    bootTells,
    task: (id) => store.tasks.get(id),
    idleSince: () => undefined,
    pausedAll: () => null,
    decided: () => ({ fixed: -Infinity, cadence: -Infinity }),
    dispatch: (found) => void due.push(...found),
    record: () => undefined,
    pauseEnded: () => undefined,
    moved: () => undefined,
    woke: (at) => triggers.woke(at),
    setBack: async () => ({ fixedStay: true }),
    unplannable: (_id, error) => {
      throw error
    },
  })
  const warnings = { raise: () => undefined }
  const events = createWaitingEvents({ clock, store, planner, warnings, log: silentLog })
  const triggers = createEventTriggers({ clock, store, events, warnings, bootId: () => 'boot' })
  planner.start(tasks.map(({ id }) => id))
  onTestFinished(() => planner.stop())
  await clock.advance(5000)
  return { clock, planner, due }
}

const onResume = (given: { delay?: number; id?: string; enabled?: boolean } = {}): Task =>
  makeTask({
    id: given.id ?? 'task-1',
    enabled: given.enabled ?? true,
    countsFrom: start,
    triggers: [{ kind: 'manual' }, { kind: 'resume', ...(given.delay === undefined ? {} : { delay: given.delay }) }],
  })

const seen = (due: readonly DueTask[]): [string, string, string | undefined][] =>
  due.map(({ taskId, scheduledAt, event }) => [taskId, new Date(scheduledAt).toISOString(), event?.id])

describe('after the machine has slept', () => {
  it('a task of the wake is due once, at the wake or its delay later; a disabled one never', async () => {
    const { clock, due } = await scene(
      true,
      onResume(),
      onResume({ id: 'later', delay: 60_000 }),
      onResume({ id: 'off', enabled: false }),
    )
    clock.sleep(3_600_000)
    await clock.advance(30_000)
    expect(due).toHaveLength(1)
    const woke = seen(due)[0]?.[1] ?? ''
    expect(woke > after(3_600_000)).toBe(true)
    await clock.advance(120_000)
    expect(seen(due)).toEqual([
      ['task-1', woke, `woke ${woke}`],
      ['later', new Date(Date.parse(woke) + 60_000).toISOString(), `woke ${woke}`],
    ])
    expect(due.map(({ triggeredBy, event }) => [triggeredBy, event?.trigger])).toEqual([
      ['resume', 1],
      ['resume', 1],
    ])
  })

  it('each sleep is another event', async () => {
    const { clock, due } = await scene(true, onResume())
    for (let sleeps = 1; sleeps <= 3; sleeps++) {
      clock.sleep(600_000)
      await clock.advance(60_000)
      expect(new Set(seen(due).map(([, , id]) => id)).size).toBe(sleeps)
    }
    expect(due).toHaveLength(3)
  })

  it('where boot time does not tell, the system’s word makes it a wake', async () => {
    const { clock, planner, due } = await scene(false, onResume())
    planner.powerEvent()
    clock.sleep(3_600_000)
    planner.powerEvent()
    planner.look()
    await clock.advance(60_000)
    expect(due).toHaveLength(1)
  })
})

describe('no wake is', () => {
  it.each<[string, (clock: VirtualClock, planner: Planner) => void]>([
    ['a clock that was set forward', (clock) => clock.setWall('2027-01-01T06:00:00Z')],
    ['a clock that was set back', (clock) => clock.setWall('2026-12-31T23:00:00Z')],
    ['the system’s word alone: nothing has slept', (_clock, planner) => planner.powerEvent()],
  ])('%s', async (_name, happen) => {
    const { clock, planner, due } = await scene(true, onResume())
    happen(clock, planner)
    planner.look()
    await clock.advance(120_000)
    expect(due).toEqual([])
  })
})
