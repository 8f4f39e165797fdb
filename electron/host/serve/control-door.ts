/** The command line's door: HTTP over a unix socket that only its owner may open, or a named pipe with a token. */
import { chmod, lstat, mkdir, rm, rmdir } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { BelfryError } from '@shared/errors'
import type { HostRouter } from '../create-host'
import type { Clock, Logger } from '../ports'
import { createApiHandler } from './api-handler'
import type { ControlAddress } from './control-address'
import { createDoorServer, type Door } from './door-server'
import { sendError } from './respond'
import { sameSecret } from './secrets'

export interface ControlDoorOptions {
  readonly router: HostRouter
  readonly address: ControlAddress
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Opens the door. Only for the holder of the data folder's lock: a socket that lies there is then a dead host's, and is
 * removed. Rejects with UNAVAILABLE when the socket cannot be made.
 */
export async function openControlDoor(options: ControlDoorOptions): Promise<Door> {
  const { address, log } = options
  const api = createApiHandler(options.router, log)
  const door = createDoorServer(async (request, response) => {
    if (address.token !== null && !carries(request, address.token)) {
      return sendError(response, new BelfryError('UNAUTHORIZED', 'the token of the lock file is missing'))
    }
    return api(request, response)
  }, options)
  if (address.path.startsWith('\\\\')) {
    await door.listen({ path: address.path })
    return door
  }

  const { folder } = address
  // Its name is fresh and random; mkdir refuses one that somebody else has made.
  if (folder !== null) await mkdir(folder, { mode: 0o700 })
  await removeStale(address.path)
  // The mode is right from the first moment on, not only after chmod.
  const before = process.umask(0o177)
  const listening = door.listen({ path: address.path })
  process.umask(before)
  await listening.catch((error: unknown) => {
    throw new BelfryError('UNAVAILABLE', `the control socket ${address.path} cannot be opened`, { cause: error })
  })
  await chmod(address.path, 0o600)
  return {
    stopListening: () => door.stopListening(),
    async close() {
      await door.close()
      if (folder !== null)
        await rmdir(folder).catch((error: unknown) => log.debug({ err: error }, 'a temp folder stays'))
    },
  }
}

async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (!found) return
  if (!found.isSocket()) throw new BelfryError('UNAVAILABLE', `${path} is in the way: it is not a socket of Belfry`)
  await rm(path)
}

function carries(request: IncomingMessage, token: string): boolean {
  const match = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')
  return match?.[1] !== undefined && sameSecret(match[1], token)
}
