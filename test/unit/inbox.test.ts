import { call } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { Host } from '../../electron/host/create-host'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

const minute = 60_000

/** A host whose machine slept over three occurrences of a task, which ran by hand meanwhile where `running`. */
async function slept(running: boolean) {
  const clock = virtualClock('2027-01-01T00:10:00Z')
  const host = await unitHost(await tempFolder(), { clock })
  await host.start()
  const { id } = await createTask(host, {
    name: 'hourly',
    action: { kind: 'command', command: running ? 'exec sleep 60' : 'true' },
    triggers: [{ kind: 'cron', expression: '0 * * * *' }],
    policy: { misfireGrace: minute },
  })
  const runId = running ? (await call(host.router.tasks.run, { id })).id : null
  const told = new Promise<void>((resolve) => {
    host.events.on((event) => {
      if (event.type === 'task.changed' && event.task.missed !== null) resolve()
    })
  })
  clock.sleep(190 * minute)
  // Until the host looks, and then until it writes.
  await clock.advance(minute)
  await clock.advance(minute)
  await told
  return { host, id, runId }
}

const rows = async (host: Host) => (await call(host.router.inbox.list, undefined)).items
const onMissed = (host: Host, id: string): string => host.tasks.find(id).policy.onMissed

const three = {
  taskName: 'hourly',
  count: 3,
  from: '2027-01-01T01:00:00.000Z',
  until: '2027-01-01T03:00:00.000Z',
  reason: 'asleep',
}

describe('the inbox of what was missed', () => {
  it('has one row per task, and none once it is skipped; nothing runs for it', async () => {
    const { host, id } = await slept(false)
    expect(await rows(host)).toEqual([{ ...three, taskId: id }])
    expect(await call(host.router.inbox.decide, { id, decision: 'skip' })).toMatchObject({ missed: null, recent: [] })
    expect(await rows(host)).toEqual([])
    expect(onMissed(host, id)).toBe('ask')
    await expect(call(host.router.inbox.decide, { id, decision: 'skip' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(call(host.router.inbox.decide, { id, decision: 'run' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('runs the task once when that is wanted, and remembers it where that is wanted, too', async () => {
    const { host, id } = await slept(false)
    const answer = await call(host.router.inbox.decide, { id, decision: 'run', remember: true })
    expect(answer).toMatchObject({ missed: null, policy: { onMissed: 'run' } })
    const { items } = await call(host.router.runs.list, { task: id })
    expect(items).toMatchObject([{ triggeredBy: 'manual', scheduledAt: null }])
  })

  it('keeps the question while the task cannot run, and remembers nothing', async () => {
    const { host, id, runId } = await slept(true)
    await expect(call(host.router.inbox.decide, { id, decision: 'run', remember: true })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
    expect(await rows(host)).toEqual([{ ...three, taskId: id }])
    expect(onMissed(host, id)).toBe('ask')
    // A host does not stop before its runs have ended.
    const ended = new Promise<void>((resolve) => {
      host.events.on((event) => {
        if (event.type === 'run.changed' && event.run.finishedAt !== null) resolve()
      })
    })
    await call(host.router.runs.cancel, { id: runId ?? '' })
    await ended
  })
})
