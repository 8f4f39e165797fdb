import { describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import { waitsFor, type WaitingRoom, type WaitsFor } from '../../renderer/src/lib/waits-for'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'

const run = (id: string, taskId: string, over: Partial<Run> = {}): Run =>
  makeRun({ id, taskId, status: 'running', finishedAt: null, ...over })
const queued = (taskId: string, over: Partial<Run> = {}): Run => run('q', taskId, { status: 'queued', ...over })

const tasks = new Map(
  [
    makeTask({ id: 'single' }),
    makeTask({ id: 'pair', policy: { maxInstances: 2 } }),
    makeTask({ id: 'db-1', policy: { group: 'db' } }),
    makeTask({ id: 'db-2', policy: { group: 'db' } }),
  ].map((task) => [task.id, task]),
)
const room = (given: Partial<WaitingRoom>): WaitingRoom => ({
  active: [],
  taskOf: (id) => tasks.get(id),
  groups: {},
  maxConcurrent: 20,
  ...given,
})

describe('a queued run', () => {
  it.each<[string, Run, Partial<WaitingRoom>, WaitsFor]>([
    ['an instance of its task', queued('single'), { active: [run('a', 'single')] }, { kind: 'instance' }],
    ['nothing, where its task may have two', queued('pair'), { active: [run('a', 'pair')] }, { kind: 'turn' }],
    [
      'the late one before it, though its task may have two',
      queued('pair', { replay: true }),
      { active: [run('a', 'pair', { replay: true })] },
      { kind: 'replay' },
    ],
    [
      'its group, which has 1 where the settings do not say',
      queued('db-1'),
      { active: [run('a', 'db-2')] },
      { kind: 'group', group: 'db' },
    ],
    [
      'a slot, where its group has room',
      queued('db-1'),
      { active: [run('a', 'db-2')], groups: { db: 2 }, maxConcurrent: 1 },
      { kind: 'slot' },
    ],
    ['a slot, when its task is gone', queued('gone'), { active: [run('a', 'x')], maxConcurrent: 1 }, { kind: 'slot' }],
    ['its turn, behind others that wait', queued('single'), { active: [queued('pair')] }, { kind: 'turn' }],
  ])('waits for %s', (_what, waiting, given, expected) => {
    expect(waitsFor(waiting, room(given))).toEqual(expected)
  })

  it('is the only one that waits', () => {
    expect(waitsFor(run('a', 'single'), room({ maxConcurrent: 1 }))).toBeUndefined()
  })
})
