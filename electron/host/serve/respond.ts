/** Answers that a door gives by itself, before or beside the contract. */
import type { ServerResponse } from 'node:http'
import { errorStatus, type BelfryError } from '@shared/errors'

/** The one error shape, under the code's HTTP status. The connection closes when the request's body was not read. */
export function sendError(response: ServerResponse, error: BelfryError): void {
  const body = JSON.stringify(error)
  response.writeHead(errorStatus[error.code], {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(response.req.complete ? {} : { connection: 'close' }),
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** For what is not HTTP at all, where there is only a socket. */
export function rawError(error: BelfryError): string {
  const body = JSON.stringify(error)
  return (
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\n' +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}
