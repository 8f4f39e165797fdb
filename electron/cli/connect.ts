/** From a data folder to a client of its host. */
import * as files from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@shared/contract'
import { httpClient } from '@shared/contract/client'
import { BelfryError } from '@shared/errors'
import { readLock } from '../host/store/lock'
import { systemProcesses } from '../platform/processes'
import { socketFetch } from './socket-fetch'

export interface Connection {
  readonly client: Client
  close(): Promise<void>
}

/** Ms that a host which is just starting, lock in hand, gets to open its door: it ends first what the last one left. */
const patience = 10_000

/**
 * @param startHint how to start a host here, for the message
 * Throws NO_HOST when none holds the folder or none answers.
 */
export async function connect(folder: string, startHint: string): Promise<Connection> {
  const until = performance.now() + patience
  for (;;) {
    const lock = await readLock(files, folder)
    if (lock && (await answers(lock.control.path))) {
      const { path, token } = lock.control
      const carrier = socketFetch(path)
      const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
      return { client: httpClient({ url: 'http://belfry/api', fetch: carrier.fetch, headers }), close: carrier.close }
    }
    if (!lock || !systemProcesses().alive(lock))
      throw new BelfryError('NO_HOST', `no host is running on ${folder}; start one with: ${startHint}`)
    if (performance.now() > until) {
      throw new BelfryError(
        'NO_HOST',
        `the host on ${folder} (process ${lock.pid}) does not answer; it is starting, stopping or stuck`,
      )
    }
    await wait(50)
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectSocket(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
