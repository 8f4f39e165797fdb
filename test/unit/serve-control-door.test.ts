import { lstat, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { httpClient } from '@shared/contract/client'
import { socketFetch } from '../../electron/cli/socket-fetch'
import { controlAddress, type ControlAddress } from '../../electron/host/serve/control-address'
import { openControlDoor } from '../../electron/host/serve/control-door'
import type { Door } from '../../electron/host/serve/door-server'
import { systemClock } from '../../electron/platform/clock'
import { silentLog, smallRouter } from '../support/small-router'

const random = (bytes: number) => Buffer.alloc(bytes, 0xab)
const long = `/home/${'x'.repeat(90)}`

describe('the control address', () => {
  it.each<[string, string, Record<string, string>, NodeJS.Platform, ControlAddress]>([
    [
      'is in the data folder',
      '/home/a/belfry',
      {},
      'linux',
      { path: '/home/a/belfry/belfry.sock', token: null, folder: null },
    ],
    [
      'is in the runtime folder where the data folder’s path is too long',
      long,
      { XDG_RUNTIME_DIR: '/run/user/1000' },
      'linux',
      { path: '/run/user/1000/belfry-abababababababab.sock', token: null, folder: null },
    ],
    [
      'is in a private temp folder where there is no runtime folder',
      long,
      {},
      'linux',
      {
        path: `${tmpdir()}/belfry-abababababababab/belfry.sock`,
        token: null,
        folder: `${tmpdir()}/belfry-abababababababab`,
      },
    ],
    [
      'counts bytes, not letters',
      `/home/${'文'.repeat(30)}`,
      { XDG_RUNTIME_DIR: '/run/user/1000' },
      'linux',
      { path: '/run/user/1000/belfry-abababababababab.sock', token: null, folder: null },
    ],
    [
      'is a pipe with a token on Windows',
      'C:\\Users\\a',
      {},
      'win32',
      { path: `\\\\.\\pipe\\belfry-${'ab'.repeat(16)}`, token: 'ab'.repeat(32), folder: null },
    ],
  ])('%s', (_name, folder, env, platform, expected) => {
    expect(controlAddress(folder, env, platform, random)).toEqual(expected)
  })
})

describe('the control door', () => {
  let folder: string
  let path: string
  let door: Door | undefined
  const clock = systemClock()
  const small = smallRouter()
  const open = async (address: Partial<ControlAddress> = {}) => {
    door = await openControlDoor({
      router: small.router,
      address: { path, token: null, folder: null, ...address },
      clock,
      log: silentLog,
    })
    return door
  }
  const client = (token?: string) => {
    const carrier = socketFetch(path)
    return httpClient({
      url: 'http://belfry/api',
      fetch: carrier.fetch,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'belfry-test-'))
    path = join(folder, 'belfry.sock')
  })
  afterEach(async () => {
    await door?.close()
    door = undefined
    await rm(folder, { recursive: true })
  })

  it('answers the contract over a socket that only its owner may open', async () => {
    await open()
    expect(await client().tasks.list()).toEqual({ items: [], nextCursor: null })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('carries errors with code, message and field', async () => {
    await open()
    await expect(client().tasks.get({ id: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'there is no task "x"',
      field: 'id',
    })
    await expect(client().runs.list({ limit: 0 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('keeps to itself what broke inside the host', async () => {
    await open()
    const error = await client()
      .tasks.get({ id: 'broken' })
      .catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'INTERNAL' })
    expect(String(error)).not.toContain('secret')
  })

  it('takes the place of a dead host’s socket, not of another file', async () => {
    const dead = createServer().listen(path)
    await new Promise((resolve) => dead.once('listening', resolve))
    await rm(path)
    const other = createServer().listen(path)
    await new Promise((resolve) => other.once('listening', resolve))
    await open()
    expect(await client().tasks.list()).toMatchObject({ items: [] })
    await door?.close()
    await Promise.all([dead, other].map((server) => new Promise((resolve) => server.close(resolve))))

    await writeFile(path, 'mine')
    await expect(open()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('asks for the token where there is one', async () => {
    await open({ token: 'right' })
    await expect(client().tasks.list()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(client('wrong').tasks.list()).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    expect(await client('right').tasks.list()).toMatchObject({ items: [] })
  })

  it('makes and removes the private folder that it needs', async () => {
    const own = join(folder, 'own')
    path = join(own, 'belfry.sock')
    await open({ folder: own })
    expect((await stat(own)).mode & 0o777).toBe(0o700)
    await door?.close()
    await expect(lstat(own)).rejects.toThrow('ENOENT')
  })

  it('answers garbage with an error and goes on', async () => {
    await open()
    const answer = await new Promise<string>((resolve) => {
      let text = ''
      const socket = connect(path, () => socket.write('\0\x01 rubbish\r\n\r\n'))
      socket.on('data', (chunk) => (text += chunk.toString())).on('close', () => resolve(text))
    })
    expect(answer).toContain('400 Bad Request')
    expect(answer).toContain('"code":"INVALID"')
    expect(await client().tasks.list()).toMatchObject({ items: [] })
  })

  it('sends events at once, and forgets a client that went', async () => {
    await open()
    const stop = new AbortController()
    const stream = await client().events.stream(undefined, { signal: stop.signal })
    expect((await stream.next()).value).toMatchObject({ type: 'ready' })
    expect(small.listeners()).toBe(1)
    small.bus.emit({ type: 'task.removed', id: 'a' })
    expect((await stream.next()).value).toEqual({ type: 'task.removed', id: 'a' })
    await stream.return()
    await vi.waitFor(() => expect(small.listeners()).toBe(0))
  })

  it('closes within a second though streams are open, and takes its socket along', async () => {
    await open()
    const stream = await client().events.stream()
    await stream.next()
    const started = performance.now()
    const rest = stream.next().catch((error: unknown) => error)
    await door?.close()
    expect(performance.now() - started).toBeLessThan(1000)
    await rest
    await vi.waitFor(() => expect(small.listeners()).toBe(0))
    await expect(lstat(path)).rejects.toThrow('ENOENT')
  })
})
