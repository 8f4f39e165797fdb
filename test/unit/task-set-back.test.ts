import { describe, expect, it } from 'vitest'
import type { Trigger } from '@shared/model/trigger'
import { pulledBack } from '../../electron/host/tasks/task-changes'
import { makeTask } from '../support/make-task'
import { schedulingHost } from '../support/scheduling-host'
import { tempFolder } from '../support/temp-folder'

const hour = 3_600_000
/** The clock goes from 13:00 to 12:00. */
const at = Date.parse('2027-01-01T12:00:00Z')
const task = (trigger: object) =>
  makeTask({
    triggers: [trigger as Trigger],
    createdAt: '2027-01-01T12:10:00.400Z',
    countsFrom: '2027-01-01T11:00:00.000Z',
  })

describe('the rhythm of a task under a clock that is set back by an hour', () => {
  const cases: { name: string; trigger: object; anchor: string | undefined }[] = [
    { name: 'begun before', trigger: { every: '7m', anchor: '2027-01-01T11:58:00.000Z' }, anchor: undefined },
    {
      name: 'begun since',
      trigger: { every: '7m', anchor: '2027-01-01T12:10:00.000Z' },
      anchor: '2027-01-01T11:56:00.000Z',
    },
    {
      name: 'begun in step',
      trigger: { every: '10m', anchor: '2027-01-01T12:10:00.000Z' },
      anchor: '2027-01-01T12:00:00.000Z',
    },
    {
      name: 'begun just now',
      trigger: { every: '1h', anchor: '2027-01-01T13:00:00.000Z' },
      anchor: '2027-01-01T12:00:00.000Z',
    },
    {
      name: 'slower than the step',
      trigger: { every: '1d', anchor: '2027-01-01T12:30:00.000Z' },
      anchor: '2026-12-31T12:30:00.000Z',
    },
    { name: 'from its creation on', trigger: { every: '1m' }, anchor: '2027-01-01T12:00:00.000Z' },
    { name: 'wanted from later on', trigger: { every: '7m', anchor: '2027-01-01T13:00:01.000Z' }, anchor: undefined },
    { name: 'after the end of each run', trigger: { every: '7m', mode: 'fixed-delay' }, anchor: undefined },
  ]
  it.each(cases)('$name', ({ trigger, anchor }) => {
    const before = task({ kind: 'interval', ...trigger })
    const after = pulledBack(before, [], at, hour)
    if (anchor === undefined) expect(after).toBeUndefined()
    else expect(after).toEqual({ ...before, triggers: [{ ...before.triggers[0], anchor }] })
    // Nothing more is to be done where the host died in between.
    if (after) expect(pulledBack(after, [], at, hour)).toBeUndefined()
  })
})

describe('a fixed delay under a clock that is set back', () => {
  const every = 10_000
  const runFor = 25_000
  /** Ms of monotonic time between the end of a run and the start of the next, of the first few; the set-back is at `after` ms. */
  async function waits(by: number, after: number): Promise<readonly number[]> {
    const delayed = makeTask({
      triggers: [{ kind: 'interval', every, mode: 'fixed-delay' }],
      createdAt: '2025-01-01T11:00:00.000Z',
      countsFrom: '2025-01-01T11:00:00.000Z',
    })
    const host = await schedulingHost({
      folder: await tempFolder(),
      tasks: [delayed],
      now: '2027-01-01T12:00:00.000Z',
    })
    const { clock, executor } = host
    const began = clock.monotonic()
    const starts: number[] = []
    const ends: number[] = []
    while (ends.length < 5) {
      await host.pass(500)
      const passed = clock.monotonic() - began
      if (passed === after) clock.setWall(new Date(clock.now() - by).toISOString())
      if (executor.runs.length > starts.length) starts.push(passed)
      const last = starts.at(-1)
      if (last === undefined || starts.length === ends.length || passed - last < runFor) continue
      executor.runs.at(-1)?.finish()
      await host.pass(0)
      ends.push(passed)
    }
    await host.stop()
    return starts.slice(1).map((start, index) => start - (ends[index] ?? Number.NaN))
  }

  it.each([
    ['while it runs', 3_600_000, 40_000],
    ['while it waits', 3_600_000, 65_000],
    ['by a year', 365 * 86_400_000, 40_000],
    ['by three seconds', 3000, 65_000],
  ])('is kept after each run: %s', async (_, by, after) => {
    const found = await waits(by, after)
    expect(found).toHaveLength(4)
    expect(Math.min(...found)).toBeGreaterThanOrEqual(every)
    // Only the one that the set-back was in: it counts anew once that is noticed, after a second at the latest.
    const [longest = 0, ...others] = found.toSorted((a, b) => b - a)
    expect(longest).toBeLessThanOrEqual(1000 + 2 * every)
    expect(Math.max(...others)).toBeLessThanOrEqual(every + 1000)
  })

  const delayed = makeTask({
    triggers: [{ kind: 'interval', every: 2 * hour, mode: 'fixed-delay' }],
    createdAt: '2027-01-01T10:00:00.000Z',
    countsFrom: '2027-01-01T10:00:00.000Z',
  })
  const open = (folder: string, now: string) => schedulingHost({ folder, tasks: [delayed], now })

  /** A run ends just after 12:00, the clock is set back a minute later, and that is noticed. */
  async function setBackBetweenRuns() {
    const folder = await tempFolder()
    const host = await open(folder, '2027-01-01T12:00:00.000Z')
    await host.pass(1000)
    host.executor.runs[0]?.finish()
    await host.pass(60_000)
    host.clock.setWall(new Date(host.clock.now() - hour).toISOString())
    await host.pass(40_000)
    return { folder, host, began: host.store.state.epoch().began }
  }

  it('counts from when the set-back is seen though the clock comes to the end of the last run once more before it is over', async () => {
    const { host, began } = await setBackBetweenRuns()
    const seen = began + 999
    await host.pass(seen + 1.5 * hour - host.clock.now())
    // As when it is edited.
    host.planner.track(delayed.id)
    await host.pass(seen + 2 * hour - host.clock.now() - 1)
    expect(host.executor.runs).toHaveLength(1)
    await host.pass(1)
    expect(host.executor.runs).toHaveLength(2)
    await host.stop()
  })

  it('does not wait for the old time in the next host', async () => {
    const { folder, host, began } = await setBackBetweenRuns()
    await host.stop()
    const next = await open(folder, new Date(host.clock.now()).toISOString())
    expect(next.planner.nextAt(delayed.id)).toBe(began + 2 * hour)
    await next.stop()
  })
})
