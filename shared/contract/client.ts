/** Clients of the contract, one per transport. All throw BelfryError, and nothing else. */
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { OpenAPILink } from '@orpc/openapi-client/fetch'
import { contract, type Client } from './index'
import { fromErrorBody, fromTransport } from './transport-error'

const rebuildErrors = async <T>({ next }: { next: () => Promise<T> }): Promise<T> => {
  try {
    return await next()
  } catch (error) {
    throw fromTransport(error)
  }
}

/**
 * Over HTTP, as the REST API has it.
 * @param url the API's root, e.g. `http://127.0.0.1:4870/api`
 * @param fetch another fetch, e.g. one that goes over a unix socket
 */
export function httpClient(options: {
  readonly url: string
  readonly fetch?: (request: Request, init?: RequestInit) => Promise<Response>
  readonly headers?: Readonly<Record<string, string>>
}): Client {
  const { fetch = globalThis.fetch } = options
  return createORPCClient(
    new OpenAPILink(contract, {
      url: options.url,
      headers: { ...options.headers },
      fetch: (request, init) => {
        // The host takes nothing but JSON, and a request without a body has no type of its own.
        if (request.method !== 'GET') request.headers.set('content-type', 'application/json')
        return fetch(request, init)
      },
      customErrorResponseBodyDecoder: (body) => fromErrorBody(body),
      interceptors: [rebuildErrors],
    }),
  )
}

/** Over a MessagePort; `port.start()` is the caller's. */
export function portClient(port: MessagePort): Client {
  return createORPCClient(new RPCLink({ port, interceptors: [rebuildErrors] }))
}
