import { describe, expect, it } from 'vitest'
import { lastBroken, needsAttention } from '@shared/model/attention'
import type { RecentRun, RunStatus } from '@shared/model/run'
import { startOfTomorrow } from '@shared/schedule/tomorrow'

const recent = (...statuses: RunStatus[]): RecentRun[] =>
  statuses.map((status, index) => ({
    id: `run-${index + 1}`,
    number: index + 1,
    status,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
    error: null,
  }))

describe('what needs someone', () => {
  it('is a streak that nobody has acknowledged', () => {
    const streak = { count: 1, since: '2027-01-01T00:00:00.000Z' }
    expect(needsAttention({ streak: null, missed: null })).toBe(false)
    expect(needsAttention({ streak: { ...streak, acknowledged: false }, missed: null })).toBe(true)
    expect(needsAttention({ streak: { ...streak, acknowledged: true }, missed: null })).toBe(false)
  })

  it.each([
    [recent('failed', 'cancelled', 'interrupted'), 'run-1'],
    [recent('failed', 'timed_out'), 'run-2'],
    [recent('succeeded', 'cancelled'), undefined],
  ])('is told by the run that broke, not by one cancelled since', (runs, id) => {
    expect(lastBroken({ recent: runs })?.id).toBe(id)
  })
})

it.each([
  ['2027-01-01T12:00:00Z', 'UTC', '2027-01-02T00:00:00.000Z'],
  ['2027-01-01T23:30:00Z', 'Asia/Shanghai', '2027-01-02T16:00:00.000Z'],
  ['2027-01-01T03:00:00Z', 'America/Los_Angeles', '2027-01-01T08:00:00.000Z'],
  // No midnight: the clocks jump from 24:00 to 01:00.
  ['2027-09-04T15:00:00Z', 'America/Santiago', '2027-09-05T04:00:00.000Z'],
])('tomorrow after %s in %s begins at %s', (now, zone, wanted) => {
  expect(new Date(startOfTomorrow(Date.parse(now), zone)).toISOString()).toBe(wanted)
})
