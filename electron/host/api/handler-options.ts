/** What every door gives its oRPC handler, so that errors look the same behind all of them. */
import { errorBody, isExpected, toTransport } from '@shared/contract/transport-error'
import type { Logger } from '../ports'

export function handlerOptions(log: Logger) {
  return {
    clientInterceptors: [
      async <T>({ next, path }: { next: () => Promise<T>; path: readonly string[] }): Promise<T> => {
        try {
          return await next()
        } catch (error) {
          if (!isExpected(error)) log.error({ err: error, procedure: path.join('.') }, 'a procedure failed')
          throw toTransport(error)
        }
      },
    ],
    customErrorResponseBodyEncoder: errorBody,
  }
}
