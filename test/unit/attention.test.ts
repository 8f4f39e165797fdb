import { describe, expect, it } from 'vitest'
import { byUrgency, concernsOf, lastBroken, mattersOf, needsAttention, type Matter } from '@shared/model/attention'
import type { RecentRun, RunStatus } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { startOfTomorrow } from '@shared/schedule/tomorrow'
import { makeTaskView } from '../support/make-task-view'

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
  const streak = { count: 1, since: '2027-01-01T00:00:00.000Z', acknowledged: false }
  const missed = {
    count: 3,
    from: '2027-01-01T00:00:00.000Z',
    until: '2027-01-01T02:00:00.000Z',
    reason: 'asleep',
  } as const
  const calm = { streak: null, missed: null, warnings: [] }

  it.each<[string, Partial<Pick<TaskView, 'streak' | 'missed' | 'warnings'>>, Matter[]]>([
    ['nothing of a task that is well', {}, []],
    ['a streak that nobody has acknowledged', { streak }, ['broken']],
    ['not one that somebody has', { streak: { ...streak, acknowledged: true } }, []],
    ['what was missed and not decided about', { missed }, ['missed']],
    ['a trigger that cannot fire', { warnings: ['/data is gone'] }, ['warning']],
    ['each of them by itself', { streak, missed, warnings: ['/data is gone'] }, ['broken', 'missed', 'warning']],
  ])('is %s', (_what, task, matters) => {
    expect(mattersOf({ ...calm, ...task })).toEqual(matters)
    expect(needsAttention({ ...calm, ...task })).toBe(matters.length > 0)
  })

  it('is told in the order of its urgency: broken, missed, warnings; of each the latest first, then by name', () => {
    const broke = (name: string, finishedAt: string): TaskView =>
      makeTaskView({
        id: name,
        name,
        streak,
        recent: recent('failed').map((run) => ({ ...run, finishedAt })),
      })
    const slept = (name: string, until: string): TaskView =>
      makeTaskView({ id: name, name, missed: { ...missed, until } })
    const both = { ...slept('both', '2027-01-01T01:30:00.000Z'), warnings: ['x'] }
    const tasks = [
      makeTaskView({ id: 'w10', name: 'w10', warnings: ['x'] }),
      makeTaskView({ id: 'w9', name: 'w9', warnings: ['x'] }),
      slept('early', '2027-01-01T01:00:00.000Z'),
      both,
      slept('late', '2027-01-01T02:00:00.000Z'),
      broke('first', '2027-01-01T05:00:00.000Z'),
      broke('then', '2027-01-01T06:00:00.000Z'),
      makeTaskView({ id: 'calm' }),
    ]
    expect(
      concernsOf(tasks)
        .sort(byUrgency)
        .map(({ task, matter }) => `${task.id} ${matter}`),
    ).toEqual([
      'then broken',
      'first broken',
      'late missed',
      'both missed',
      'early missed',
      'both warning',
      'w9 warning',
      'w10 warning',
    ])
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
