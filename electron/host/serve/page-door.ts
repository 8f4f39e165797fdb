/** The browser's door: the page and the contract over TCP, on the loopback address only, for who has a session. */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BelfryError } from '@shared/errors'
import type { HostRouter } from '../create-host'
import type { Clock, Logger } from '../ports'
import { isApi, refusal } from './admission'
import { createApiHandler } from './api-handler'
import { createDoorServer, type Door, type DoorServer } from './door-server'
import { createPageFiles } from './page-files'
import { createPageSessions, sessionLife } from './page-sessions'
import { sendError } from './respond'
import { signInPage } from './sign-in-page'

const defaultPort = 4870
/** Only there to read paths by. */
const origin = 'http://door'
/** How many ports after the default one are tried before any free one is taken. */
const portsTried = 10

export interface PageDoorOptions {
  readonly router: HostRouter
  /** The built page's folder. */
  readonly files: string
  /** Not given: 4870 or the next free one. 0: any free one. */
  readonly port?: number | undefined
  readonly clock: Clock
  readonly log: Logger
  /** Gives so many unpredictable bytes. */
  readonly random?: (bytes: number) => Buffer
}

export interface PageDoor extends Door {
  readonly port: number
  /** A URL that lets one browser in, once, within 15 minutes. */
  issueUrl(): string
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
}

/** Opens the door. Rejects with UNAVAILABLE when the port cannot be had. */
export async function openPageDoor(options: PageDoorOptions): Promise<PageDoor> {
  const { clock, log } = options
  const sessions = createPageSessions(clock, options.random ?? randomBytes)
  const api = createApiHandler(options.router, log)
  const files = createPageFiles(options.files)
  /** Kept: a server that no longer listens does not tell it, and what is open goes on. */
  let port = 0
  // Cookies know no ports: two hosts on one machine must not take each other's.
  const cookie = (): string => `belfry-${port}`

  const door = createDoorServer(async (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    const address = request.url ?? '/'
    if (!URL.canParse(address, origin))
      return sendError(response, new BelfryError('INVALID', 'the path cannot be read'))
    const url = new URL(address, origin)
    const path = url.pathname
    const refused = refusal({ method: request.method ?? 'GET', path, headers: request.headers, port })
    if (refused) return sendError(response, refused)

    const token = isApi(path) ? null : url.searchParams.get('token')
    const session = token !== null && request.method === 'GET' ? sessions.enter(token) : undefined
    if (session !== undefined) return letIn(response, cookie(), session)
    if (!sessions.knows(cookieOf(request, cookie()))) return turnAway(request, response, path)
    // A used token is no reason to stop who is in already, but it does not stay in the address bar.
    if (token !== null) return redirect(response)

    if (!isApi(path)) return files(request, response, path)
    response.setHeader('cache-control', 'no-store')
    return api(request, response)
  }, options)

  await listenSomewhere(door, options.port)
  port = (door.server.address() as AddressInfo).port
  return {
    ...door,
    port,
    issueUrl: () => `http://127.0.0.1:${port}/?token=${sessions.issue()}`,
  }
}

async function listenSomewhere(door: DoorServer, wanted: number | undefined): Promise<void> {
  const ports =
    wanted === undefined ? [...Array.from({ length: portsTried }, (_, index) => defaultPort + index), 0] : [wanted]
  for (const port of ports) {
    try {
      return await door.listen({ host: '127.0.0.1', port })
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (taken && port !== ports.at(-1)) continue
      const reason = taken ? 'something else listens there' : (error as Error).message
      throw new BelfryError('UNAVAILABLE', `port ${port} cannot be opened: ${reason}`, { field: 'port', cause: error })
    }
  }
}

function letIn(response: ServerResponse, name: string, session: string): void {
  response.setHeader(
    'set-cookie',
    `${name}=${session}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${sessionLife / 1000}`,
  )
  redirect(response)
}

function redirect(response: ServerResponse): void {
  response.writeHead(303, { location: '/', 'cache-control': 'no-store' })
  response.end()
}

function turnAway(request: IncomingMessage, response: ServerResponse, path: string): void {
  response.setHeader('cache-control', 'no-store')
  if (isApi(path)) {
    return sendError(
      response,
      new BelfryError('UNAUTHORIZED', 'this browser has no session; "belfry open" gives a way in'),
    )
  }
  response.writeHead(401, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(signInPage),
  })
  response.end(request.method === 'HEAD' ? undefined : signInPage)
}

function cookieOf(request: IncomingMessage, name: string): string {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
}
