import { describe, expect, it } from 'vitest'
import type { Task, TaskInput } from '@shared/model/task'
import { makeTask } from '../support/make-task'
import { startHost, type Disk } from '../support/planner-world'
import { virtualClock } from '../support/virtual-clock'

const start = '2027-01-01T00:00:00.000Z'
const hour = 3_600_000
const hourly: TaskInput['triggers'] = [{ kind: 'interval', every: '1h', anchor: start }]
const at = (hours: number): string => new Date(Date.parse(start) + hours * hour).toISOString()

function scene(given: Partial<Pick<TaskInput, 'triggers' | 'policy'>> & Partial<Pick<Task, 'enabled'>> = {}) {
  const clock = virtualClock(start)
  const task = makeTask({ triggers: hourly, ...given })
  const disk: Disk = { tasks: new Map([[task.id, task]]), paused: null, runs: [], records: new Map(), epochs: [] }
  const listener = { decided: () => undefined, looked: () => undefined, epoch: () => undefined }
  const begin = () => startHost(disk, clock, listener)
  return {
    clock,
    disk,
    begin,
    host: begin(),
    ran: () => disk.runs.map(({ scheduledAt }) => new Date(scheduledAt).toISOString()),
    fates: () => [...disk.records.values()].map(({ state, reason, from, count }) => [state, reason, from, count]),
  }
}

const id = 'task-1'

describe('skip next', () => {
  it('skips the next occurrence alone, says so, and records it', async () => {
    const { host, clock, ran, fates } = scene()
    expect(await host.tasks.skipNext(id)).toMatchObject({ skips: [at(1)], nextAt: at(2) })
    await clock.advance(3.5 * hour)
    expect(ran()).toEqual([at(2), at(3)])
    expect(fates()).toEqual([['skipped', 'skip_next', at(1), 1]])
  })

  it('asked again skips the one after it, and survives a restart', async () => {
    const { host, clock, begin, ran, fates } = scene()
    await host.tasks.skipNext(id)
    expect(await host.tasks.skipNext(id)).toMatchObject({ skips: [at(1), at(2)], nextAt: at(3) })
    host.die()
    begin()
    await clock.advance(3.5 * hour)
    expect(ran()).toEqual([at(3)])
    expect(fates()).toEqual([['skipped', 'skip_next', at(1), 2]])
  })

  it('is taken back, one or all', async () => {
    const { host, clock, ran } = scene()
    for (let times = 0; times < 3; times++) await host.tasks.skipNext(id)
    expect(await host.tasks.unskip(id, at(2))).toMatchObject({ skips: [at(1), at(3)], nextAt: at(2) })
    await expect(host.tasks.unskip(id, at(9))).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'at' })
    expect(await host.tasks.unskip(id)).toMatchObject({ skips: [], nextAt: at(1) })
    await clock.advance(hour)
    expect(ran()).toEqual([at(1)])
  })

  it('does not count what was skipped already towards its hundred', async () => {
    const { host, clock } = scene()
    for (let times = 0; times < 100; times++) await host.tasks.skipNext(id)
    await expect(host.tasks.skipNext(id)).rejects.toMatchObject({ code: 'CONFLICT', field: 'id' })
    await clock.advance(2 * hour)
    expect((await host.tasks.skipNext(id)).skips).toEqual(Array.from({ length: 99 }, (_, index) => at(index + 3)))
  })

  it('is forgotten with the next change once it is over', async () => {
    const { host, clock } = scene()
    await host.tasks.skipNext(id)
    await clock.advance(0.5 * hour)
    await host.tasks.skipNext(id)
    await clock.advance(hour)
    expect(host.tasks.find(id).skips).toEqual([at(1), at(2)])
    expect(await host.tasks.update(id, { notes: 'changed' })).toMatchObject({ skips: [at(2)] })
    await clock.advance(hour)
    expect(await host.tasks.setPause(id, { since: at(2.5), until: null })).toMatchObject({ skips: [] })
  })

  it('skips at the very moment of an occurrence the one that is still to come', async () => {
    const { host, clock, ran } = scene()
    clock.freeze(hour)
    await host.tasks.skipNext(id)
    await clock.advance(2.5 * hour)
    expect(ran()).toEqual([at(1), at(3)])
  })

  it('reaches what has come and waits for its jitter', async () => {
    const { host, clock, ran, fates } = scene({ policy: { jitter: '30m' } })
    const next = Date.parse(host.tasks.view(host.tasks.find(id)).nextAt ?? '')
    expect(next).toBeGreaterThan(Date.parse(at(1)))
    await clock.advance(next - 1 - clock.now())
    expect((await host.tasks.skipNext(id)).skips).toEqual([at(1)])
    expect((await host.tasks.skipNext(id)).skips).toEqual([at(1), at(2)])
    await clock.advance(1.5 * hour)
    expect(ran()).toEqual([])
    expect(fates()).toEqual([['skipped', 'skip_next', at(1), 2]])
  })

  it('goes past what a blackout keeps from running anyway', async () => {
    const { host } = scene({ policy: { blackouts: [{ times: { from: '00:30', until: '03:30' }, timezone: 'UTC' }] } })
    expect(await host.tasks.skipNext(id)).toMatchObject({ skips: [at(4)], nextAt: at(5) })
  })

  it('goes past a pause that ends by itself', async () => {
    const { host } = scene()
    await host.tasks.setPause(id, { since: start, until: at(2.5) })
    expect((await host.tasks.skipNext(id)).skips).toEqual([at(3)])
  })

  it.each<[string, Parameters<typeof scene>[0], boolean]>([
    ['disabled', { enabled: false }, false],
    ['only run by hand', { triggers: [{ kind: 'manual' }] }, false],
    ['paused until resumed', {}, true],
  ])('is refused for a task that is %s: nothing is planned', async (_name, given, paused) => {
    const { host } = scene(given)
    if (paused) await host.tasks.setPause(id, { since: start, until: null })
    await expect(host.tasks.skipNext(id)).rejects.toMatchObject({ code: 'CONFLICT', field: 'id' })
    expect(host.tasks.find(id).skips).toEqual([])
  })

  it('is for the occurrence, not for its time: a rhythm that comes to it again, set back, runs', async () => {
    const { host, clock, ran, disk } = scene()
    await host.tasks.skipNext(id)
    await clock.advance(1.5 * hour)
    clock.setWall(at(0.5))
    await clock.advance(hour)
    expect(ran()).toEqual([at(1)])
    expect(disk.epochs).toHaveLength(1)
  })
})
