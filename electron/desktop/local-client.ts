/** The contract's client for code in the host's own process: the same door as everybody's, without a wire. */
import { createRouterClient } from '@orpc/server'
import type { Client } from '@shared/contract'
import { fromTransport, toTransport } from '@shared/contract/transport-error'
import type { HostRouter } from '../host/create-host'

export function localClient(router: HostRouter): Client {
  return createRouterClient(router, {
    interceptors: [
      async ({ next }) => {
        try {
          return await next()
        } catch (error) {
          throw fromTransport(toTransport(error))
        }
      },
    ],
  })
}
