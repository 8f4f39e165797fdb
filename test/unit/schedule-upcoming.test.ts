import { call } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { TaskView } from '@shared/model/task'
import { autoDst } from '@shared/schedule/cron'
import { upcomingOccurrences } from '../../electron/host/schedule/upcoming'
import { taskView } from '../../electron/host/tasks/task-view'
import { makeTask } from '../support/make-task'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

const start = Date.parse('2027-01-01T00:00:00.000Z')
const moment = () => ({ zone: 'UTC', dst: autoDst, createdAt: start, idleSince: start })

function every(ms: number, id: string, nextAt: number | undefined = start + ms): TaskView {
  const anchor = new Date(start).toISOString()
  const task = makeTask({ id, name: id, triggers: [{ kind: 'interval', every: ms, anchor }] })
  return taskView(task, { nextAt, activeRuns: [], recent: [], warnings: [], missed: null, acknowledged: undefined })
}

/** What is given for `tasks`, as seconds from the start, and how often others had their turn. */
async function ask(tasks: readonly TaskView[], over: { from?: number; until?: number; perTask?: number } = {}) {
  let turns = 0
  const nexts = new Map(tasks.map(({ id, nextAt }) => [id, nextAt === null ? undefined : Date.parse(nextAt)]))
  const facts = { moment, next: (id: string) => nexts.get(id) }
  const range = { from: start, until: start + 60_000, perTask: 1000, ...over }
  const found = await upcomingOccurrences(tasks, facts, range, async () => void turns++)
  return { found: found.map(({ taskId, at }) => [taskId, (Date.parse(at) - start) / 1000]), turns }
}

describe('what all tasks plan', () => {
  it('comes soonest first, of each task so many as asked, up to the end', async () => {
    const tasks = [every(20_000, 'b'), every(20_000, 'a'), every(15_000, 'c'), every(1000, 'none')]
    const planned = tasks.map((task) => (task.id === 'none' ? { ...task, nextAt: null } : task))
    expect((await ask(planned, { perTask: 2 })).found).toEqual([
      ['c', 15],
      ['a', 20],
      ['b', 20],
      ['c', 30],
      ['a', 40],
      ['b', 40],
    ])
    expect((await ask(planned, { from: start + 30_000, until: start + 45_000 })).found).toEqual([
      ['c', 30],
      ['a', 40],
      ['b', 40],
      ['c', 45],
    ])
  })

  it('is at most 20,000 in all, the soonest, and others have their turn meanwhile', async () => {
    const tasks = Array.from({ length: 50 }, (_, index) => every(1000, `task-${index}`))
    const { found, turns } = await ask(tasks, { until: start + 3_600_000 })
    expect(found).toHaveLength(20_000)
    expect(found.at(-1)?.[1]).toBe(400)
    expect(turns).toBeGreaterThanOrEqual(40)
  })

  it('is told by the host of what is not paused, from now on', async () => {
    const clock = virtualClock('2027-01-01T00:00:00Z')
    const host = await unitHost(await tempFolder(), { clock })
    await host.start()
    const hourly = [{ kind: 'interval', every: '1h' }] as const
    await createTask(host, { name: 'planned', triggers: [...hourly] })
    const paused = await createTask(host, { name: 'paused', triggers: [...hourly] })
    await host.tasks.setPause(paused.id, { since: paused.createdAt, until: null })
    const night = { active: [{ times: { from: '02:00', until: '03:00' } }], jitter: '50m' }
    await createTask(host, { name: 'at night', triggers: [...hourly], policy: night })
    const input = { from: '2026-01-01T00:00:00Z', until: '2027-01-01T02:30:00Z' }
    const { items } = await call(host.router.schedule.upcoming, input)
    expect(items.map(({ taskName, at }) => [taskName, at])).toEqual([
      ['planned', '2027-01-01T01:00:00.000Z'],
      ['planned', '2027-01-01T02:00:00.000Z'],
      ['at night', '2027-01-01T02:00:00.000Z'],
    ])
  })
})
