import { describe, expect, it } from 'vitest'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'

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
