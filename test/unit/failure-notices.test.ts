import { describe, expect, it } from 'vitest'
import { settings as settingsModel } from '@shared/model/settings'
import type { Run } from '@shared/model/run'
import { createFailureNotices } from '../../electron/host/observe/failure-notices'
import type { Notifier } from '../../electron/host/ports'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { makeTaskView } from '../support/make-task-view'

type Notice = Parameters<Notifier['failed']>[0]

/** A host's notices: what the operator was told, and the setting, which may be changed as it goes. */
function makeNotices(given: { readonly streak?: number; readonly removed?: boolean } = {}) {
  const told: Notice[] = []
  const host = { notifyFailures: true, told, notice: (_run: Run): void => undefined }
  const task = makeTask({ name: 'Back up' })
  const streak = given.streak === undefined ? null : { count: given.streak, since: task.createdAt, acknowledged: false }
  host.notice = createFailureNotices({
    notifier: { failed: (notice) => void told.push(notice) },
    settings: () => settingsModel.parse({ notifyFailures: host.notifyFailures }),
    view: (stored) => makeTaskView({ ...stored, state: 'failed', streak }),
    task: (id) => (given.removed ? undefined : { ...task, id }),
  })
  return host
}

const failed = makeRun({
  status: 'failed',
  exitCode: 3,
  error: { code: 'EXIT_CODE', message: 'disk full', detail: 'exit code 3' },
})

describe('a notice of a failure', () => {
  it('says which task failed and why, and leads to the run', () => {
    const { notice, told } = makeNotices({ streak: 1 })
    notice(failed)
    expect(told).toMatchObject([
      { title: 'Back up failed', body: 'disk full (exit code 3)', run: failed, task: { id: failed.taskId } },
    ])
  })

  it('is also given of a run that took too long', () => {
    const { notice, told } = makeNotices({ streak: 1 })
    notice(makeRun({ status: 'timed_out', error: { code: 'TIMEOUT', message: 'took longer than 5 s' } }))
    expect(told).toMatchObject([{ title: 'Back up timed out', body: 'took longer than 5 s' }])
  })

  it('is not given where the operator wants none, and is again once they do', () => {
    const host = makeNotices({ streak: 1 })
    host.notifyFailures = false
    host.notice(failed)
    expect(host.told).toEqual([])
    host.notifyFailures = true
    host.notice(failed)
    expect(host.told).toHaveLength(1)
  })

  it.each([
    ['the first of a streak', 1, 1],
    ['the second of a streak', 2, 0],
    ['the tenth of a streak', 10, 0],
  ])('of %s: %i in a row make %i', (_what, streak, count) => {
    const { notice, told } = makeNotices({ streak })
    notice(failed)
    expect(told).toHaveLength(count)
  })

  it.each(['succeeded', 'cancelled', 'interrupted'] as const)('is not given of a run that was %s', (status) => {
    const { notice, told } = makeNotices()
    notice(makeRun({ status }))
    expect(told).toEqual([])
  })

  it('is not given of a task that is gone', () => {
    const { notice, told } = makeNotices({ removed: true })
    notice(failed)
    expect(told).toEqual([])
  })
})
