import { describe, expect, it } from 'vitest'
import { drawLane, xAt, type Lane, type Plan, type Scale, type Span } from '../../renderer/src/timeline/lane'
import { hasLane, laneOrder } from '../../renderer/src/timeline/order'
import {
  axisTicks,
  longestSpan,
  pan,
  shortestSpan,
  spanOf,
  startView,
  zoomStep,
  zoomTo,
} from '../../renderer/src/timeline/view'
import { makeRun } from '../support/make-run'
import type { Run, RunStatus } from '@shared/model/run'
import { makeTaskView } from '../support/make-task-view'

const m = 60_000
const h = 60 * m
const now = Date.parse('2027-03-24T12:00:00Z')
const at = (ms: number): string => new Date(now + ms).toISOString()

describe('the part of time that is shown', () => {
  it('is 12 h either way, 6 h on a narrow window', () => {
    expect(startView(false)).toEqual({ before: 12 * h, after: 12 * h })
    expect(startView(true)).toEqual({ before: 6 * h, after: 6 * h })
  })

  it('keeps the instant under the pointer where it is while it is zoomed', () => {
    const view = startView(false)
    const anchor = 3 * h
    const place = (shown: typeof view): number => (anchor + shown.before) / spanOf(shown)
    expect(place(zoomTo(view, 6 * h, anchor))).toBeCloseTo(place(view), 10)
    expect(spanOf(zoomTo(view, 6 * h, anchor))).toBeCloseTo(6 * h, 3)
  })

  it('goes from an hour to a week, and no farther', () => {
    expect(spanOf(zoomTo(startView(false), 1))).toBe(shortestSpan)
    expect(spanOf(zoomTo(startView(false), longestSpan * 5))).toBe(longestSpan)
    let view = startView(false)
    for (let step = 0; step < 20; step++) view = zoomStep(view, 1)
    expect(spanOf(view)).toBe(longestSpan)
    for (let step = 0; step < 20; step++) view = zoomStep(view, -1)
    expect(spanOf(view)).toBe(shortestSpan)
  })

  it('is moved without changing its length, up to a week from now', () => {
    const moved = pan(startView(false), -3 * h)
    expect(moved).toEqual({ before: 15 * h, after: 9 * h })
    const far = pan(startView(false), -1000 * h)
    expect(far.before).toBe(longestSpan)
    expect(spanOf(far)).toBe(24 * h)
  })
})

describe('the axis', () => {
  it('has round local hours, and marks midnight', () => {
    const ticks = axisTicks(
      Date.parse('2027-03-23T22:00:00Z'),
      Date.parse('2027-03-24T10:00:00Z'),
      800,
      'Europe/Berlin',
    )
    expect(ticks.map((tick) => new Date(tick.at).toISOString().slice(11, 16))).toContain('23:00')
    expect(ticks.filter((tick) => tick.midnight).map((tick) => new Date(tick.at).toISOString())).toEqual([
      '2027-03-23T23:00:00.000Z',
    ])
  })

  it('stays on round local hours after the clocks have gone forward', () => {
    const ticks = axisTicks(
      Date.parse('2027-03-27T12:00:00Z'),
      Date.parse('2027-03-28T12:00:00Z'),
      800,
      'Europe/Berlin',
    )
    const hours = ticks.map((tick) =>
      Number(new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit' }).format(tick.at)),
    )
    expect(hours.every((hour) => hour % 2 === 0)).toBe(true)
  })

  it('knows zones that are a quarter of an hour off', () => {
    const ticks = axisTicks(
      Date.parse('2027-03-24T00:00:00Z'),
      Date.parse('2027-03-24T06:00:00Z'),
      800,
      'Asia/Kathmandu',
    )
    expect(new Date(ticks[0]?.at ?? 0).toISOString().slice(14, 16)).toBe('15')
  })

  it('leaves room for its labels at every zoom', () => {
    for (const span of [h, 6 * h, 24 * h, 7 * 24 * h]) {
      const ticks = axisTicks(now - span / 2, now + span / 2, 800, 'UTC', 60)
      const apart = ticks.slice(1).map((tick, index) => ((tick.at - (ticks[index]?.at ?? 0)) / span) * 800)
      expect(Math.min(...apart)).toBeGreaterThanOrEqual(60)
      expect(ticks.length).toBeGreaterThan(3)
    }
  })
})

describe('a lane', () => {
  const scale: Scale = { from: now - 12 * h, to: now + 12 * h, now, width: 2400 }
  const run = (id: string, status: RunStatus, start: number, end: number | null) =>
    makeRun({
      id,
      status,
      createdAt: at(start),
      startedAt: at(start),
      finishedAt: end === null ? null : at(end),
      updatedAt: at(end ?? start),
    })

  const nothing: Plan = { planned: [], skips: new Set(), more: false, usual: undefined }
  const draw = (runs: readonly Run[], plan: Partial<Plan> = {}, missed: Span | null = null): Lane =>
    drawLane(runs, { ...nothing, ...plan }, missed, scale)

  it('draws a run from its start to its end, a running one up to now', () => {
    const { bars } = draw([run('a', 'succeeded', -6 * h, -4 * h), run('b', 'running', -h, null)])
    expect(bars).toEqual([
      { runId: 'a', status: 'succeeded', x: 600, width: 200 },
      { runId: 'b', status: 'running', x: 1100, width: 100 },
    ])
  })

  it('makes the shortest run wide enough to see, on the near side of now', () => {
    const { bars } = draw([run('a', 'failed', -100, -50)])
    expect(bars).toEqual([{ runId: 'a', status: 'failed', x: 1196, width: 4 }])
  })

  it('cuts off what reaches out of the window, and leaves out what lies beyond', () => {
    const { bars } = draw([run('a', 'succeeded', -20 * h, -11 * h), run('b', 'succeeded', -30 * h, -20 * h)])
    expect(bars).toEqual([{ runId: 'a', status: 'succeeded', x: 0, width: 100 }])
  })

  it('makes one band of a cadence under five minutes, with its failures cut in', () => {
    const runs = Array.from({ length: 30 }, (_, index) =>
      run(`r${index}`, index === 10 ? 'failed' : 'succeeded', (index - 60) * m, (index - 60) * m + 500),
    )
    const { bands, bars } = draw(runs)
    expect(bands).toHaveLength(1)
    expect(bands[0]?.x).toBeCloseTo(xAt(now - 60 * m, scale), 5)
    expect(bars.map((bar) => bar.runId)).toEqual(['r10'])
  })

  it('breaks the band where the cadence paused', () => {
    const early = Array.from({ length: 10 }, (_, index) =>
      run(`a${index}`, 'succeeded', -5 * h + index * m, -5 * h + index * m + 500),
    )
    const late = Array.from({ length: 10 }, (_, index) =>
      run(`b${index}`, 'succeeded', -h + index * m, -h + index * m + 500),
    )
    expect(draw([...early, ...late]).bands).toHaveLength(2)
  })

  it('ticks what is planned, with a tail as long as it usually takes', () => {
    const { ticks, plannedBand } = draw([], { planned: [now + h, now + 3 * h], usual: h })
    expect(ticks.map(({ x, tail }) => [x, tail])).toEqual([
      [1300, 100],
      [1500, 100],
    ])
    expect(plannedBand).toBeNull()
  })

  it('ticks what is to be skipped without a tail, also before the next that will run', () => {
    const { ticks } = draw([], { planned: [now + 2 * h], skips: new Set([now + h, now - h]), usual: h })
    expect(ticks.map(({ x, tail, skipped }) => [x, tail, skipped])).toEqual([
      [1300, 0, true],
      [1400, 100, false],
    ])
  })

  it.each<[string, Span, Lane['missed']]>([
    [
      'a ring at the last that was missed, reaching back to the first',
      { from: now - 6 * h, until: now - 3 * h },
      { x: 900, from: 600 },
    ],
    ['reaching back to the edge at most', { from: now - 30 * h, until: now - 3 * h }, { x: 900, from: 0 }],
    ['nothing where the last is out of sight', { from: now - 30 * h, until: now - 20 * h }, null],
  ])('marks %s', (_what, missed, mark) => {
    expect(draw([], {}, missed).missed).toEqual(mark)
  })

  it('dots what is planned too closely to tell apart, to the edge when there is more than it knows', () => {
    const soon = Array.from({ length: 100 }, (_, index) => now + index * 30_000)
    expect(draw([], { planned: soon, more: true })).toMatchObject({
      ticks: [],
      plannedBand: { x: 1200, width: 1200 },
    })
    expect(draw([], { planned: soon }).plannedBand?.width).toBeLessThan(100)
  })
})

describe('the order of lanes', () => {
  const streak = { count: 2, since: at(-h), acknowledged: false }
  const failing = makeTaskView({ id: 'failing', name: 'Z', streak })
  const seen = makeTaskView({ id: 'seen', name: 'Y', streak: { ...streak, acknowledged: true }, nextAt: at(4 * h) })
  const running = makeTaskView({ id: 'running', name: 'X', activeRuns: ['r'], nextAt: at(9 * h) })
  const soon = makeTaskView({ id: 'soon', name: 'B', nextAt: at(h) })
  const later = makeTaskView({ id: 'later', name: 'A', nextAt: at(2 * h) })
  const spent = makeTaskView({ id: 'spent', name: 'C' })
  const all = [spent, later, soon, running, seen, failing]

  it('is attention, then running, then what is next; what was acknowledged needs nobody', () => {
    expect(laneOrder(all, (task) => (task.id === 'running' ? 60_000 : 0))).toEqual([
      'failing',
      'running',
      'soon',
      'later',
      'seen',
      'spent',
    ])
  })

  it('puts what is broken above what was missed, whatever comes next', () => {
    const missed = { count: 1, from: at(-h), until: at(-h), reason: 'asleep' } as const
    const slept = makeTaskView({ id: 'slept', name: 'A', nextAt: at(m), missed })
    expect(laneOrder([...all, slept], () => 0).slice(0, 3)).toEqual(['failing', 'slept', 'soon'])
  })

  it('is not changed by a run of seconds', () => {
    expect(laneOrder(all, () => 5000)).toEqual(['failing', 'soon', 'later', 'seen', 'running', 'spent'])
  })

  it('gives a lane to what runs within sight, runs now, ran lately or needs someone', () => {
    const until = now + 12 * h
    expect([soon, running, failing].map((task) => hasLane(task, false, until))).toEqual([true, true, true])
    expect(hasLane(spent, true, until)).toBe(true)
    expect(hasLane(spent, false, until)).toBe(false)
    expect(hasLane(makeTaskView({ id: 'far', nextAt: at(20 * h) }), false, until)).toBe(false)
  })
})
