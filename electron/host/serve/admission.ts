/**
 * Which requests the page's door looks at, whoever sends them. A web page from elsewhere can make the operator's browser
 * send requests to this machine: by a name that it points here (Host), from its own origin (Origin, Sec-Fetch-Site), and
 * without asking first when the body is a plain form's (content type).
 */
import type { IncomingHttpHeaders } from 'node:http'
import { BelfryError } from '@shared/errors'

export interface Seen {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** The door's own. */
  readonly port: number
}

export function isApi(path: string): boolean {
  return path === '/api' || path.startsWith('/api/')
}

/** Why the request is refused; undefined when it may go on to be asked for its cookie. */
export function refusal({ method, path, headers, port }: Seen): BelfryError | undefined {
  const host = headers.host?.toLowerCase()
  if (host === undefined || !['127.0.0.1', 'localhost', '[::1]'].some((name) => host === `${name}:${port}`)) {
    return new BelfryError('FORBIDDEN', `this door answers only to 127.0.0.1:${port} and localhost:${port}`)
  }
  if (headers.origin !== undefined && headers.origin.toLowerCase() !== `http://${host}`) {
    return new BelfryError('FORBIDDEN', 'requests of other origins are not taken')
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    // A link that was clicked elsewhere may open the page; nothing else comes from another site.
    const followsLink = headers['sec-fetch-mode'] === 'navigate' && method === 'GET' && !isApi(path)
    if (!followsLink) return new BelfryError('FORBIDDEN', 'requests of other sites are not taken')
  }
  if (!isApi(path)) {
    return method === 'GET' || method === 'HEAD'
      ? undefined
      : new BelfryError('NOT_FOUND', 'there is no such procedure')
  }
  if (method !== 'GET' && method !== 'HEAD' && !isJson(headers['content-type'])) {
    return new BelfryError('UNSUPPORTED_MEDIA_TYPE', 'only application/json is taken')
  }
  return undefined
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';')[0]?.trim().toLowerCase() === 'application/json'
}
