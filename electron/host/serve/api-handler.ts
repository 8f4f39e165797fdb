/** The contract over Node's HTTP: REST paths under `/api`, event streams as SSE. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import { BodyLimitPlugin } from '@orpc/server/node'
import { largestBody } from '@shared/contract/transport-error'
import { BelfryError } from '@shared/errors'
import { handlerOptions } from '../api/handler-options'
import type { HostRouter } from '../create-host'
import type { Logger } from '../ports'
import { sendError } from './respond'

/** Ms between comments on a silent event stream; proxies and sleeping laptops notice a dead one by them. */
const keepAlive = 15_000

export type ApiHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** Answers every request; what no procedure takes is NOT_FOUND. */
export function createApiHandler(router: HostRouter, log: Logger): ApiHandler {
  const handler = new OpenAPIHandler(router, {
    ...handlerOptions(log),
    plugins: [new BodyLimitPlugin({ maxBodySize: largestBody })],
    eventIteratorKeepAliveInterval: keepAlive,
  })
  return async (request, response) => {
    const { matched } = await handler.handle(request, response, { prefix: '/api', context: {} })
    if (!matched) sendError(response, new BelfryError('NOT_FOUND', 'there is no such procedure'))
  }
}
