import { describe, expect, it } from 'vitest'
import type { Trigger } from '@shared/model/trigger'
import { pulledBack } from '../../electron/host/tasks/task-changes'
import { makeTask } from '../support/make-task'

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
