/** Serves the contract on one end of a MessagePort, whatever the other end sends. */
import { RPCHandler } from '@orpc/server/bun-ws'
import { handlerOptions } from '../host/api/handler-options'
import type { HostRouter } from '../host/create-host'
import type { Logger } from '../host/ports'

type Encoded = string | ArrayBufferLike | Uint8Array

/** What Electron's MessagePortMain and (in tests) Node's MessagePort have in common. */
export interface ServedPort {
  readonly post: (message: Encoded) => void
  readonly onMessage: (listener: (message: unknown) => void) => void
  /** The other end is gone, or this one was closed. */
  readonly onClose: (listener: () => void) => void
}

export type PortHandler = (port: ServedPort) => void

/** Characters or bytes of one message: an import may carry 10 MB of text, which JSON may double. */
const longestMessage = 32 * 1024 * 1024

/**
 * oRPC's own adapter for message ports lets the rejection of an unreadable message go unhandled, which would end the
 * process. The adapter for message-wise sockets speaks the same protocol and lets us catch it.
 */
export function createPortHandler(router: HostRouter, log: Logger): PortHandler {
  const handler = new RPCHandler(router, handlerOptions(log))
  return (port) => {
    let refused = 0
    const refuse = (reason: string, error?: unknown): void => {
      refused += 1
      // A page gone wild must not fill the log.
      if (refused <= 3) log.warn({ err: error, refused }, `a message of the page was dropped: ${reason}`)
    }
    const socket = {
      send(message: Encoded): number {
        port.post(message)
        return 0
      },
    }
    port.onMessage((message) => {
      if (typeof message !== 'string' && !(message instanceof Uint8Array)) return refuse('it is neither text nor bytes')
      if (message.length > longestMessage) return refuse(`it is over ${longestMessage} long`)
      handler.message(socket, message, { context: {} }).catch((error: unknown) => refuse('it cannot be read', error))
    })
    port.onClose(() => handler.close(socket))
  }
}
