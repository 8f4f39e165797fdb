import { describe, expect, it } from 'vitest'
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
