import { call } from '@orpc/server'
import { expect, it } from 'vitest'
import type { Host } from '../../electron/host/create-host'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'

const attention = (host: Host): number => host.system.status().attention

/** Resolves when the task tells that none of its runs goes on. */
const idle = (host: Host, id: string): Promise<void> =>
  new Promise((resolve) => {
    host.events.on((event) => {
      if (event.type === 'task.changed' && event.task.id === id && event.task.activeRuns.length === 0) resolve()
    })
  })

async function run(host: Host, id: string): Promise<void> {
  const over = idle(host, id)
  await call(host.router.tasks.run, { id })
  await over
}

it('the status counts those that need someone, as they break, are seen, go and come back', async () => {
  const folder = await tempFolder()
  const host = await unitHost(folder)
  await host.start()
  const good = await createTask(host, { name: 'good' })
  const bad = await createTask(host, { name: 'bad', action: { kind: 'command', command: 'exit 3' } })
  expect(attention(host)).toBe(0)
  await run(host, good.id)
  await run(host, bad.id)
  expect(attention(host)).toBe(1)
  await call(host.router.tasks.acknowledge, { id: bad.id })
  expect(attention(host)).toBe(0)
  await run(host, bad.id)
  expect(attention(host)).toBe(1)
  await call(host.router.tasks.remove, { id: bad.id })
  expect(attention(host)).toBe(0)
  await call(host.router.tasks.restore, { id: bad.id })
  expect(attention(host)).toBe(1)
  await host.stop()
  expect(attention(await unitHost(folder))).toBe(1)
})
