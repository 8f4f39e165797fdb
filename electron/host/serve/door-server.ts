/** What both doors have in common: a Node HTTP server that survives whatever comes in and closes within a second. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ListenOptions } from 'node:net'
import { BelfryError } from '@shared/errors'
import type { Clock, Logger } from '../ports'
import { rawError, sendError } from './respond'

export interface Door {
  /** Takes no new connections (a socket's file goes at once); what is open goes on. Safe to call twice. */
  stopListening(): void
  /** Ends event streams at once, and after half a second every other answer that is still under way. */
  close(): Promise<void>
}

export interface DoorServer extends Door {
  readonly server: Server
  /** Rejects with the system's error (EADDRINUSE, EACCES). */
  listen(options: ListenOptions): Promise<void>
}

const lastAnswers = 500

/** @param handle may reject; the client then gets INTERNAL, or a broken answer if one has begun */
export function createDoorServer(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): DoorServer {
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    open.add(response)
    response.once('close', () => open.delete(response))
    handle(request, response).catch((error: unknown) => {
      if (response.destroyed) return
      log.error({ err: error, path: request.url?.split('?')[0] }, 'a request failed')
      if (response.headersSent) response.destroy()
      else
        sendError(
          response,
          new BelfryError('INTERNAL', 'something went wrong inside the host; its log has the details'),
        )
    })
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(rawError(new BelfryError('INVALID', 'this is not a request that can be read')))
    else socket.destroy()
  })

  let closed: Promise<void> | undefined
  const stopListening = (): Promise<void> => {
    closed ??= new Promise((resolve) => {
      if (server.listening) server.close(() => resolve())
      else resolve()
    })
    return closed
  }

  return {
    server,
    listen: (options) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(options, () => {
          server.off('error', reject)
          server.on('error', (error) => log.error({ err: error }, 'a door of the host has a problem'))
          resolve()
        })
      }),
    stopListening: () => void stopListening(),
    async close() {
      const gone = stopListening()
      server.closeIdleConnections()
      // What has begun and not ended is a stream: all other answers are written in one go.
      for (const response of open) if (response.headersSent && !response.writableEnded) response.destroy()
      const takeBack = clock.after(lastAnswers, () => server.closeAllConnections())
      await gone
      takeBack()
    },
  }
}
