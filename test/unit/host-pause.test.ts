import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'
import type { Host } from '../../electron/host/create-host'

const since = '2027-01-01T00:00:00.000Z'
const until = '2027-01-01T01:00:00.000Z'
const later = '2027-01-09T00:00:00.000Z'
const yearly = [{ kind: 'cron', expression: '0 0 1 7 *' }] as const

/** Resolves when the host tells that nothing pauses everything any more. */
const resumed = (host: Host): Promise<void> =>
  new Promise((resolve) => {
    host.events.on((event) => {
      if (event.type === 'system.changed' && event.status.paused === null) resolve()
    })
  })

async function startedHost(folder: string, clock: VirtualClock): Promise<Host> {
  const host = await unitHost(folder, { clock })
  await host.start()
  return host
}

describe('a pause of everything', () => {
  it('ends at its time though the host was started anew meanwhile', async () => {
    const folder = await tempFolder()
    const clock = virtualClock(since)
    const first = await startedHost(folder, clock)
    await first.system.setPause({ since, until })
    await first.stop()

    const next = await startedHost(folder, clock)
    expect(next.system.status().paused).toEqual({ since, until })
    const over = resumed(next)
    await clock.advance(3_600_000)
    await over
    expect(next.system.settings().paused).toBeNull()
  })

  it('is not ended by the end of an older one', async () => {
    const host = await startedHost(await tempFolder(), virtualClock(since))
    await host.system.setPause({ since, until })
    await Promise.all([host.system.setPause({ since, until: later }), host.system.endPause(until)])
    expect(host.system.status().paused).toEqual({ since, until: later })
    await host.system.endPause(later)
    expect(host.system.status().paused).toBeNull()
  })
})

describe('a pause of a task', () => {
  it('that was paused anew after a removal was taken back lasts as long as it was told to', async () => {
    const clock = virtualClock(since)
    const host = await startedHost(await tempFolder(), clock)
    const { id } = await createTask(host, { triggers: [...yearly] })
    await host.tasks.setPause(id, { since, until })
    await host.tasks.remove(id)
    await host.tasks.restore(id)
    await host.tasks.setPause(id, { since, until: later })
    await clock.advance(7_200_000)
    await host.tasks.update(id, { description: 'whatever was under way is stored before this' })
    expect(host.tasks.find(id).pause).toEqual({ since, until: later })
  })
})
