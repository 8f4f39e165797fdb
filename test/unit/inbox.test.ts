import { call } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import type { BelfryEvent } from '@shared/model/event'
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
  // It is started before the machine sleeps: a start after that would settle what was missed.
  const begun = told(host, (event) => event.type === 'run.changed' && event.run.startedAt !== null)
  const runId = running ? (await call(host.router.tasks.run, { id })).id : null
  if (running) await begun
  const missed = told(host, (event) => event.type === 'task.changed' && event.task.missed !== null)
  clock.sleep(190 * minute)
  // Until the host looks, and then until it writes.
  await clock.advance(minute)
  await clock.advance(minute)
  await missed
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

/** What the host tells until `isIt` holds. */
const told = (host: Host, isIt: (event: BelfryEvent) => boolean): Promise<void> =>
  new Promise((resolve) => {
    host.events.on((event) => {
      if (isIt(event)) resolve()
    })
  })

describe('the inbox of what was missed', () => {
  it('has what waited too long for its start, and keeps what was missed before it', async () => {
    const clock = virtualClock('2027-01-01T00:10:00Z')
    const host = await unitHost(await tempFolder(), { clock })
    await host.start()
    const command = (text: string) => ({ action: { kind: 'command', command: text } }) as const
    const other = await createTask(host, { name: 'other', ...command('exec sleep 60'), policy: { group: 'one' } })
    const { id } = await createTask(host, {
      name: 'hourly',
      triggers: [{ kind: 'cron', expression: '0 * * * *' }],
      policy: { misfireGrace: minute, group: 'one' },
    })
    clock.sleep(120 * minute)
    const missed = told(host, (event) => event.type === 'task.changed' && event.task.missed !== null)
    await clock.advance(minute)
    await missed
    expect(await rows(host)).toMatchObject([{ count: 2, reason: 'asleep' }])
    const { id: runId } = await call(host.router.tasks.run, { id: other.id })
    const queued = told(host, (event) => event.type === 'run.changed' && event.run.taskId === id)
    await clock.advance(49 * minute)
    await queued
    const expired = told(host, (event) => event.type === 'task.changed' && event.task.missed?.count === 3)
    await clock.advance(minute + 1)
    await expired
    expect(await rows(host)).toMatchObject([{ count: 3, from: three.from, until: three.until }])
    const ended = told(host, (event) => event.type === 'run.changed' && event.run.finishedAt !== null)
    await call(host.router.runs.cancel, { id: runId })
    await ended
  })

  it('has what was missed after the clock was set back, though the task has run later by what it showed before', async () => {
    const clock = virtualClock('2027-01-01T14:30:00Z')
    const host = await unitHost(await tempFolder(), { clock })
    await host.start()
    const { id } = await createTask(host, {
      name: 'hourly',
      triggers: [{ kind: 'cron', expression: '0 * * * *' }],
      policy: { misfireGrace: minute },
    })
    const ended = told(host, (event) => event.type === 'run.changed' && event.run.finishedAt !== null)
    await call(host.router.tasks.run, { id })
    await ended
    const begun = told(
      host,
      (event) => event.type === 'task.changed' && event.task.nextAt === '2027-01-01T01:00:00.000Z',
    )
    clock.setWall('2027-01-01T00:10:00Z')
    await clock.advance(minute)
    await begun
    const missedAll = async () => {
      const missed = told(host, (event) => event.type === 'task.changed' && event.task.missed !== null)
      clock.sleep(190 * minute)
      await clock.advance(minute)
      await missed
    }
    await missedAll()
    expect(await rows(host)).toEqual([{ ...three, taskId: id }])
    expect(await call(host.router.inbox.decide, { id, decision: 'skip' })).toMatchObject({ missed: null })
    // Again, and now what was decided on was later by the clock.
    const again = told(
      host,
      (event) => event.type === 'task.changed' && event.task.nextAt === '2027-01-01T01:00:00.000Z',
    )
    clock.setWall('2027-01-01T00:10:00Z')
    await clock.advance(minute)
    await again
    await missedAll()
    expect(await rows(host)).toEqual([{ ...three, taskId: id }])
  })

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
    const ended = told(host, (event) => event.type === 'run.changed' && event.run.finishedAt !== null)
    await call(host.router.runs.cancel, { id: runId ?? '' })
    await ended
  })
})
