/** A data folder whose socket passes everything on to a host's, and hears the answers. */
import { once } from 'node:events'
import * as files from 'node:fs/promises'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { readLock } from '../../electron/host/store/lock'
import { removeFolder, temporaryFolder } from './host'

export interface Overheard {
  /** As `POST /api/tasks/x/enable`. */
  readonly asked: string
  readonly status: number
  readonly body: string
}

export interface OverheardHost {
  /** Give it as the data folder. */
  readonly home: string
  /** What was asked and answered since the last call, in order. */
  take(): readonly Overheard[]
  close(): Promise<void>
}

/** @param hostFolder the data folder of a host that runs */
export async function overhear(hostFolder: string): Promise<OverheardHost> {
  const lock = await readLock(files, hostFolder)
  if (!lock) throw new Error(`no host has ${hostFolder}`)
  const home = await temporaryFolder()
  const path = join(home, 'belfry.sock')
  let heard: Overheard[] = []
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const onward = request({ socketPath: lock.control.path, method, path: url, headers }, (answer) => {
      const status = answer.statusCode ?? 0
      void buffer(answer).then((body) => {
        heard.push({ asked: `${method} ${url}`, status, body: body.toString() })
        outgoing.writeHead(status, answer.headers).end(body)
      })
    })
    incoming.pipe(onward)
  })
  server.listen(path)
  await once(server, 'listening')
  await files.writeFile(join(home, 'lock'), JSON.stringify({ ...lock, control: { ...lock.control, path } }), {
    mode: 0o600,
  })
  return {
    home,
    take() {
      const taken = heard
      heard = []
      return taken
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await removeFolder(home)
    },
  }
}
