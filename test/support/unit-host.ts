/** A whole host inside this process, on the real disk: for what only all of its parts together show. */
import { join } from 'node:path'
import { call } from '@orpc/server'
import { onTestFinished } from 'vitest'
import type { TaskInput } from '@shared/model/task'
import { createHost, type Host } from '../../electron/host/create-host'
import type { Ports } from '../../electron/host/ports'
import { thisMachine } from '../../electron/platform/machine'
import { nodePorts } from '../../electron/platform/node-ports'
import { silentLog } from './small-router'

/** A host that is not started yet; the end of the test stops it if the test has not. */
export async function unitHost(dataFolder: string, over: Partial<Ports> = {}): Promise<Host> {
  const ports = nodePorts({ dataFolder, log: silentLog, notifier: { failed: () => undefined } })
  const host = await createHost(
    { ...ports, ...over },
    {
      dataFolder,
      kind: 'headless',
      version: '0.0.0',
      machine: thisMachine(),
      control: { path: join(dataFolder, 'belfry.sock'), token: null },
      open: async () => ({ url: null }),
      binFolder: null,
    },
  )
  onTestFinished(() => host.stop())
  return host
}

/** `tasks.create` as a client calls it. */
export function createTask(host: Host, given: Partial<TaskInput> = {}) {
  const input: TaskInput = { name: 'a task', action: { kind: 'command', command: 'true' }, ...given }
  return call(host.router.tasks.create, input)
}
