import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { networkInterfaces, tmpdir, type NetworkInterfaceInfo } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { httpClient } from '@shared/contract/client'
import { openPageDoor, type PageDoor } from '../../electron/host/serve/page-door'
import { createPageSessions, sessionLife, tokenLife } from '../../electron/host/serve/page-sessions'
import { systemClock } from '../../electron/platform/clock'
import { silentLog, smallRouter } from '../support/small-router'

const small = smallRouter()
let folder: string
let door: PageDoor

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belfry-page-'))
  await mkdir(join(folder, 'page', 'assets'), { recursive: true })
  await writeFile(join(folder, 'page', 'index.html'), '<title>the page</title>')
  await writeFile(join(folder, 'page', 'assets', 'index-abc123.js'), 'run()')
  await writeFile(join(folder, 'page', '.hidden'), 'hidden')
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await mkdir(join(folder, 'page-other'))
  await writeFile(join(folder, 'page-other', 'x.txt'), 'secret')
  await symlink(join(folder, 'secret.txt'), join(folder, 'link'))
  door = await openDoor(0)
})
afterAll(async () => {
  await door.close()
  await rm(folder, { recursive: true })
})

const openDoor = (port?: number) =>
  openPageDoor({ router: small.router, files: join(folder, 'page'), port, clock: systemClock(), log: silentLog })

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Node's http sends any Host, Origin and path as they are, which fetch does not. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; to?: PageDoor } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body, to = door } = options
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: to.port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function signIn(to = door): Promise<Record<string, string>> {
  const url = new URL(to.issueUrl())
  const answer = await ask(url.pathname + url.search, { to })
  return { cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' }
}

/** Whether something listens there: `connected`, or why not. */
function reach(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}

/** A link-local address counts only with its interface. */
function ownAddress({ address, scopeid, family }: NetworkInterfaceInfo): string {
  return family === 'IPv6' && scopeid > 0 ? `${address}%${scopeid}` : address
}

describe('a browser without a session', () => {
  it('is told on a page how to get in', async () => {
    for (const path of ['/', '/tasks', '/assets/index-abc123.js', '/?token=wrong']) {
      const answer = await ask(path)
      expect(answer.status).toBe(401)
      expect(answer.headers['content-type']).toContain('text/html')
      expect(answer.text).toContain('belfry open')
    }
  })

  it('gets UNAUTHORIZED from the contract', async () => {
    const answer = await ask('/api/tasks')
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'UNAUTHORIZED' })
  })

  it('gets in once with a token, by a cookie that scripts and other sites cannot use', async () => {
    const url = new URL(door.issueUrl())
    expect(url.host).toBe(`127.0.0.1:${door.port}`)
    expect(url.searchParams.get('token')).toMatch(/^[\w-]{43}$/)
    const head = await ask(url.pathname + url.search, { method: 'HEAD' })
    expect(head.status).toBe(401)
    const first = await ask(url.pathname + url.search)
    expect(first.status).toBe(303)
    expect(first.headers.location).toBe('/')
    const cookie = first.headers['set-cookie']?.[0] ?? ''
    expect(cookie).toMatch(
      new RegExp(`^belfry-${door.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/; Max-Age=\\d+$`),
    )
    expect((await ask(url.pathname + url.search)).status).toBe(401)
    const session = { cookie: cookie.split(';')[0] ?? '' }
    expect((await ask('/', { headers: session })).text).toContain('the page')
    expect((await ask(url.pathname + url.search, { headers: session })).headers.location).toBe('/')
  })
})

describe('the page’s files', () => {
  it.each([
    ['/', 200, 'text/html; charset=utf-8', 'public, max-age=0'],
    ['/runs/01ABC', 200, 'text/html; charset=utf-8', 'public, max-age=0'],
    ['/assets/index-abc123.js', 200, 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
    ['/assets/gone.js', 404, 'text/plain; charset=utf-8', undefined],
  ])('%s is answered with %i and %s', async (path, status, type, cache) => {
    const answer = await ask(path, { headers: await signIn() })
    expect([answer.status, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      status,
      type,
      cache,
    ])
  })

  it('come with a policy that lets nothing else in', async () => {
    const { headers } = await ask('/', { headers: await signIn() })
    expect(headers['content-security-policy']).toContain("default-src 'self'; script-src 'self';")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/../page-other/x.txt',
    '/..%5csecret.txt',
    '/.hidden',
    '/%00',
    '/assets/..%2f..%2fsecret.txt',
    '/%E0%A4%A',
  ])('never leave their folder: %s', async (path) => {
    const answer = await ask(path, { headers: await signIn() })
    expect(answer.text).not.toMatch(/secret|hidden/)
    expect([200, 404]).toContain(answer.status)
  })
})

describe('requests that another web page could make', () => {
  const port = () => door.port
  it.each<[string, () => Record<string, string>, number]>([
    ['our own Host', () => ({ host: `127.0.0.1:${port()}` }), 200],
    ['localhost as Host', () => ({ host: `localhost:${port()}` }), 200],
    ['a name that somebody points here', () => ({ host: `evil.example:${port()}` }), 403],
    ['a Host without our port', () => ({ host: '127.0.0.1' }), 403],
    ['our own Origin', () => ({ origin: `http://127.0.0.1:${port()}` }), 200],
    ['another Origin', () => ({ origin: 'https://evil.example' }), 403],
    ['another port of this machine', () => ({ origin: 'http://127.0.0.1:3000' }), 403],
    ['no origin to speak of', () => ({ origin: 'null' }), 403],
    ['an image of another port', () => ({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }), 403],
    ['a script of another site', () => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }), 403],
    [
      'a navigation to the contract from another site',
      () => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
      403,
    ],
    ['the page itself', () => ({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }), 200],
  ])('%s', async (_name, headers, status) => {
    const answer = await ask('/api/tasks', { headers: { ...(await signIn()), ...headers() } })
    expect(answer.status).toBe(status)
    if (status === 403) expect(JSON.parse(answer.text)).toMatchObject({ code: 'FORBIDDEN' })
  })

  it('follows a link to the page from another site', async () => {
    const headers = { ...(await signIn()), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await ask('/', { headers })).status).toBe(200)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'refuses a body of type "%s"',
    async (type) => {
      const answer = await ask('/api/import/crontab', {
        method: 'POST',
        headers: { ...(await signIn()), ...(type === '' ? {} : { 'content-type': type }) },
        body: JSON.stringify({ text: 'never' }),
      })
      expect(answer.status).toBe(415)
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'UNSUPPORTED_MEDIA_TYPE' })
      expect(small.texts).not.toContain('never')
    },
  )
})

describe('garbage', () => {
  const json = { 'content-type': 'application/json; charset=utf-8' }
  it.each<[string, string, string, number, string]>([
    ['is not JSON', 'POST', '{"text": ', 400, 'INVALID'],
    ['breaks the schema', 'POST', '{"text": 5}', 422, 'INVALID'],
    ['is empty', 'POST', '', 422, 'INVALID'],
    ['is too large', 'POST', JSON.stringify({ text: 'x'.repeat(12 * 1024 * 1024) }), 413, 'INVALID'],
    ['is for no procedure', 'PUT', '{}', 404, 'NOT_FOUND'],
  ])('that %s gets its error', async (_name, method, body, status, code) => {
    const answer = await ask('/api/import/crontab', { method, headers: { ...(await signIn()), ...json }, body })
    expect([answer.status, (JSON.parse(answer.text) as { code: string }).code]).toEqual([status, code])
  })

  it('that is too large is told so', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(20_000_000) })
    const answer = await ask('/api/import/crontab', { method: 'POST', headers: { ...(await signIn()), ...json }, body })
    expect(JSON.parse(answer.text)).toEqual({
      code: 'INVALID',
      message: 'the body has more than 12582912 bytes',
      field: 'body',
    })
  })

  it.each<[string, string, string, string]>([
    ['no JSON', '{"text": ', 'body', 'is not JSON'],
    ['no object', 'null', 'body', 'must be an object, not null'],
    ['a list', '[]', 'body', 'must be an object, not a list'],
    ['a field of another kind', '{"text": 5}', 'text', 'must be text, not a number'],
    ['a field too few', '{}', 'text', 'is missing'],
    ['too long a field', JSON.stringify({ text: 'x'.repeat(11_000_000) }), 'text', 'must have at most'],
  ])('that is %s is told so, with the field', async (_name, body, field, message) => {
    const answer = await ask('/api/import/crontab', { method: 'POST', headers: { ...(await signIn()), ...json }, body })
    const told = JSON.parse(answer.text) as Record<string, unknown>
    expect(told).toMatchObject({ code: 'INVALID', field, message: expect.stringContaining(message) as string })
  })

  it('may be as large as an import: 10 MB arrive', async () => {
    const text = '#'.repeat(10_000_000)
    const answer = await ask('/api/import/crontab', {
      method: 'POST',
      headers: { ...(await signIn()), ...json },
      body: JSON.stringify({ text }),
    })
    expect(answer.status).toBe(200)
    expect(small.texts.at(-1)?.length).toBe(10_000_000)
  })
})

describe('the door', () => {
  it('carries the page’s client, also for calls without input', async () => {
    const cookies = await signIn()
    const client = httpClient({ url: `http://127.0.0.1:${door.port}/api`, headers: cookies })
    expect(await client.system.open()).toEqual({ url: null })
    await expect(client.tasks.get({ id: 'a/b?c' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'there is no task "a/b?c"',
      field: 'id',
    })
    const stop = new AbortController()
    const stream = await client.events.stream(undefined, { signal: stop.signal })
    expect((await stream.next()).value).toMatchObject({ type: 'ready' })
    stop.abort()
    await stream.next().catch(() => undefined)
    await vi.waitFor(() => expect(small.listeners()).toBe(0))
  })

  it('can be reached from this machine alone', async () => {
    expect(await reach('127.0.0.1', door.port)).toBe('connected')
    const others = Object.values(networkInterfaces()).flatMap((all = []) => all.filter(({ internal }) => !internal))
    // On Linux all of 127/8 is this machine, and only what listens on every address answers on another than its own.
    const addresses = ['::1', ...(process.platform === 'linux' ? ['127.0.0.2'] : []), ...others.map(ownAddress)]
    for (const address of addresses) expect([address, await reach(address, door.port)]).not.toContain('connected')
  })

  it('answers as ever on connections that were open when it stopped listening', async () => {
    const closing = await openDoor(0)
    const session = await signIn(closing)
    const socket = connect(closing.port, '127.0.0.1')
    await once(socket, 'connect')
    const head = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${closing.port}\r\nCookie: ${session['cookie']}\r\n`
    // One request and half of the next: once the first is answered, the door has read the half.
    socket.write(`${head}\r\n${head}`)
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString()).toContain('HTTP/1.1 200 OK')
    closing.stopListening()
    socket.write('Connection: close\r\n\r\n')
    const second = await text(socket)
    expect(second).toContain('HTTP/1.1 200 OK')
    expect(second).toContain('the page')
    expect(new URL(closing.issueUrl()).port).toBe(String(closing.port))
    await closing.close()
  })

  it('says so when the port that was asked for is taken, and else takes another', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const taken = (other.address() as AddressInfo).port
    await expect(openDoor(taken)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      field: 'port',
      message: expect.stringContaining(`port ${taken}`) as string,
    })
    await new Promise((resolve) => other.close(resolve))
    const [first, second] = await Promise.all([openDoor(), openDoor()])
    expect(first.port).not.toBe(second.port)
    await Promise.all([first.close(), second.close()])
  })
})

describe('tokens and sessions', () => {
  it('grow old', () => {
    let now = 0
    let count = 0
    const sessions = createPageSessions({ ...systemClock(), boot: () => now }, (bytes) =>
      Buffer.alloc(bytes, (count += 1)),
    )
    const late = sessions.issue()
    now += tokenLife
    expect(sessions.enter(late)).toBeUndefined()
    const session = sessions.enter(sessions.issue()) ?? ''
    now += sessionLife - 1
    expect(sessions.knows(session)).toBe(true)
    now += sessionLife
    expect(sessions.knows(session)).toBe(false)
    expect(sessions.knows('')).toBe(false)
  })
})
