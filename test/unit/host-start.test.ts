import { describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import type { Host } from '../../electron/host/create-host'
import { systemProcesses } from '../../electron/platform/processes'
import { faultyFiles } from '../support/faulty-files'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock } from '../support/virtual-clock'

describe('a date that no clock can tell', () => {
  it('is refused with its field; nothing is stored, and the next start goes well', async () => {
    const folder = await tempFolder()
    const host = await unitHost(folder)
    await host.start()
    const refused = createTask(host, { triggers: [{ kind: 'date', at: '0000-01-01T10:00' }] })
    await expect(refused).rejects.toMatchObject({ data: { issues: [{ path: ['triggers', 0, 'at'] }] } })
    expect(host.tasks.all()).toEqual([])
    await host.stop()
    const next = await unitHost(folder)
    await next.start()
    expect(next.tasks.all()).toEqual([])
  })
})

describe('a task that cannot be planned', () => {
  it('is warned of by its name; the host starts and runs the others', async () => {
    const folder = await tempFolder()
    const clock = virtualClock('2027-01-01T00:00:00Z')
    const first = await unitHost(folder, { clock })
    await first.start()
    await createTask(first, { name: 'local', triggers: [{ kind: 'cron', expression: '0 12 * * *' }] })
    await createTask(first, { name: 'hourly', triggers: [{ kind: 'interval', every: '1h' }] })
    await first.stop()

    clock.setTimeZone('Nowhere/Known')
    const next = await unitHost(folder, { clock })
    await next.start()
    const planned = next.tasks.list({}).map(({ name, nextAt }) => [name, nextAt])
    expect(planned).toEqual([
      ['hourly', '2027-01-01T01:00:00.000Z'],
      ['local', null],
    ])
    expect(next.system.status().warnings).toMatchObject([
      { code: 'UNPLANNED', message: expect.stringMatching(/^"local" has no next run: .*Nowhere\/Known/) },
    ])
  })
})

describe('a startup trigger', () => {
  /** The runs of the host's tasks once `count` of them have ended. */
  const endedRuns = (host: Host, count: number): Promise<readonly Run[]> => {
    const ended = new Map<string, Run>()
    return new Promise((resolve) => {
      host.events.on((event) => {
        if (event.type !== 'run.changed' || event.run.finishedAt === null) return
        ended.set(event.run.id, event.run)
        if (ended.size === count) resolve([...ended.values()])
      })
    })
  }

  it('starts its task once at the next start of the host; once per boot not again in the same boot', async () => {
    const folder = await tempFolder()
    const first = await unitHost(folder)
    await first.start()
    await createTask(first, { name: 'each start', triggers: [{ kind: 'startup' }] })
    await createTask(first, { name: 'each boot', triggers: [{ kind: 'startup', on: 'boot' }] })
    await first.stop()

    const again = await unitHost(folder)
    const ran = endedRuns(again, 1)
    await again.start()
    expect(await ran).toMatchObject([{ taskName: 'each start', triggeredBy: 'startup', status: 'succeeded' }])
    await again.stop()

    const processes = { ...systemProcesses(), bootId: () => 'another boot' }
    const booted = await unitHost(folder, { processes })
    const both = endedRuns(booted, 2)
    await booted.start()
    expect((await both).map(({ taskName, triggeredBy }) => [taskName, triggeredBy]).toSorted()).toEqual([
      ['each boot', 'startup'],
      ['each start', 'startup'],
    ])
    expect((await booted.runs.list({ limit: 10 })).items).toHaveLength(3)
  })
})

describe('a start on a full disk', () => {
  it('goes on without the start that it cannot record, and warns of it', async () => {
    const folder = await tempFolder()
    const first = await unitHost(folder)
    await first.start()
    await createTask(first, { name: 'each boot', triggers: [{ kind: 'startup', on: 'boot' }] })
    await first.stop()

    const disk = faultyFiles()
    const processes = { ...systemProcesses(), bootId: () => 'another boot' }
    const next = await unitHost(folder, { processes, files: disk.files })
    disk.room(0)
    await next.start()
    expect(next.system.status()).toMatchObject({
      activeRuns: 0,
      warnings: [
        { code: 'STORAGE', message: expect.stringContaining('"each boot" does not run for this boot: could') },
      ],
    })
    disk.room(Infinity)
  })
})
