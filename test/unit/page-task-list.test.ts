import { describe, expect, it } from 'vitest'
import type { TaskView } from '@shared/model/task'
import { listTasks, matches, sortKey, type TaskQuery } from '../../renderer/src/components/tasks/task-list'
import { makeTaskView } from '../support/make-task-view'

const everything: TaskQuery = { search: '', filter: 'all', tags: [] }
const backup = makeTaskView({
  id: 'backup',
  name: 'Nightly backup',
  tags: ['backup', 'restic'],
  state: 'succeeded',
  nextAt: '2027-03-25T01:15:00.000Z',
})
const mirror = makeTaskView({
  id: 'mirror',
  name: 'Mirror',
  tags: ['backup'],
  state: 'failed',
  streak: { count: 1, since: '2027-03-24T00:00:00.000Z', acknowledged: true },
})
const sync = makeTaskView({
  id: 'sync',
  name: 'Sync 10',
  state: 'running',
  activeRuns: ['r'],
  nextAt: '2027-03-24T11:30:00.000Z',
})
const sync2 = makeTaskView({ id: 'sync2', name: 'sync 9', state: 'succeeded', nextAt: '2027-03-24T12:30:00.000Z' })
const vm = makeTaskView({
  id: 'vm',
  name: 'VM',
  state: 'paused',
  pause: { since: '2027-03-24T00:00:00.000Z', until: null },
})
const off = makeTaskView({
  id: 'off',
  name: 'Off',
  state: 'disabled',
  enabled: false,
  description: 'was for the old server',
})
const all = [off, vm, sync2, sync, mirror, backup]
const ids = (tasks: readonly TaskView[]): string[] => tasks.map((task) => task.id)

describe('what the list shows', () => {
  it.each<[Partial<TaskQuery>, string[]]>([
    [{}, ['backup', 'mirror', 'off', 'sync', 'sync2', 'vm']],
    [{ search: 'BACK' }, ['backup', 'mirror']],
    [{ search: 'night rest' }, ['backup']],
    [{ search: 'old server' }, ['off']],
    [{ search: 'nothing' }, []],
    [{ filter: 'failing' }, ['mirror']],
    [{ filter: 'running' }, ['sync']],
    [{ filter: 'paused' }, ['vm']],
    [{ filter: 'disabled' }, ['off']],
    [{ tags: ['backup'] }, ['backup', 'mirror']],
    [{ tags: ['restic', 'db'] }, ['backup']],
    [{ tags: ['backup'], filter: 'failing', search: 'mir' }, ['mirror']],
  ])('for %j', (query, expected) => {
    expect(ids(all.filter((task) => matches(task, { ...everything, ...query }))).sort()).toEqual(expected)
  })
})

describe('its order', () => {
  it('is by what needs someone, then what runs, then by name, with numbers as numbers', () => {
    expect(ids(listTasks(all, everything, { by: 'state', descending: false }))).toEqual([
      'mirror',
      'sync',
      'vm',
      'backup',
      'sync2',
      'off',
    ])
  })

  it('is by name either way', () => {
    expect(ids(listTasks(all, everything, { by: 'name', descending: false }))).toEqual([
      'mirror',
      'backup',
      'off',
      'sync2',
      'sync',
      'vm',
    ])
    expect(ids(listTasks(all, everything, { by: 'name', descending: true }))).toEqual([
      'vm',
      'sync',
      'sync2',
      'off',
      'backup',
      'mirror',
    ])
  })

  it('is by the next run, those without one last', () => {
    expect(ids(listTasks(all, everything, { by: 'next', descending: false })).slice(0, 3)).toEqual([
      'sync',
      'sync2',
      'backup',
    ])
  })

  it('is not touched by an update that changes nothing it is sorted by', () => {
    expect(sortKey({ ...sync2, nextAt: '2027-03-30T00:00:00.000Z' }, 'state')).toBe(sortKey(sync2, 'state'))
    expect(sortKey({ ...sync2, state: 'failed' }, 'state')).not.toBe(sortKey(sync2, 'state'))
  })
})
