/**
 * The host on a machine that only pretends: real store, lock, socket and processes, but what cron reads lies below the
 * machine's root, and `crontab` and `systemctl` are its scripts. Nothing of the machine that runs the test is changed.
 */
import * as files from 'node:fs/promises'
import { pino } from 'pino'
import { createHost } from '../../electron/host/create-host'
import type { Files } from '../../electron/host/ports'
import { controlAddress } from '../../electron/host/serve/control-address'
import { openControlDoor } from '../../electron/host/serve/control-door'
import { prepareDataFolder } from '../../electron/host/store/data-folder'
import { thisMachine } from '../../electron/platform/machine'
import { nodePorts } from '../../electron/platform/node-ports'
import type { Machine } from './machine'

/** Real files, but for those that cron reads. */
function filesOf({ root }: Machine): Files {
  const moved = (path: unknown): unknown =>
    typeof path === 'string' && /^\/(?:etc|var\/spool)\//.test(path) && !path.startsWith('/etc/machine-id')
      ? root + path
      : path
  return new Proxy(files, {
    get(target, name: keyof Files) {
      const call = target[name] as (...args: unknown[]) => unknown
      return (...args: unknown[]) => call(...args.map(moved))
    },
  })
}

/** Starts it on the machine's data folder, as root of that machine. @returns what stops it */
export async function startMachineHost(machine: Machine): Promise<() => Promise<void>> {
  const { dataFolder, env } = machine
  await prepareDataFolder(files, dataFolder)
  const log = pino({ level: 'silent' })
  const ports = nodePorts({ dataFolder, log, notifier: { failed: () => undefined } })
  const address = controlAddress(dataFolder, env, process.platform)
  const host = await createHost(
    { ...ports, files: filesOf(machine) },
    {
      dataFolder,
      kind: 'headless',
      version: '0.0.0',
      machine: { ...thisMachine(), env, user: { name: 'root', uid: 0 } },
      control: { path: address.path, token: address.token },
      binFolder: null,
      open: async () => ({ url: null }),
    },
  )
  await host.start()
  const door = await openControlDoor({ router: host.router, address, clock: ports.clock, log })
  return async () => {
    door.stopListening()
    await host.stop()
    await door.close()
  }
}
