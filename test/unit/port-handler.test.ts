import { MessageChannel } from 'node:worker_threads'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '@shared/contract'
import { portClient } from '@shared/contract/client'
import { BelfryError } from '@shared/errors'
import { createPortHandler, type PortHandler } from '../../electron/desktop/port-handler'
import { smallRouter, type SmallRouter } from '../support/small-router'

const noTasks = { items: [], nextCursor: null }
let small: SmallRouter
let logged: { readonly msg: string }[]
let serve: PortHandler
let close: (() => void)[]

function connect() {
  const { port1, port2 } = new MessageChannel()
  serve({
    post: (message) => port1.postMessage(message),
    onMessage: (listener) => port1.on('message', listener),
    onClose: (listener) => port1.on('close', listener),
  })
  port2.start()
  close.push(() => port2.close())
  const client: Client = portClient(port2 as unknown as MessagePort)
  return { client, page: port2 }
}

beforeEach(() => {
  small = smallRouter()
  logged = []
  close = []
  const log = pino({}, { write: (line: string) => logged.push(JSON.parse(line) as { msg: string }) })
  serve = createPortHandler(small.router, log)
})
afterEach(() => close.forEach((one) => one()))

describe('a page on the port', () => {
  it('calls procedures', async () => {
    expect(await connect().client.tasks.list()).toEqual(noTasks)
  })

  it('gets the host’s errors with code and field', async () => {
    const error: unknown = await connect()
      .client.tasks.get({ id: 'nobody' })
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(BelfryError)
    expect(error).toMatchObject({ code: 'NOT_FOUND', field: 'id', message: 'there is no task "nobody"' })
  })

  it('gets INVALID with the field for input that breaks a rule', async () => {
    const call = connect().client.tasks.get({ id: '' })
    await expect(call).rejects.toMatchObject({ code: 'INVALID', field: 'id' })
  })

  it('gets streams, which end when it goes', async () => {
    const { client, page } = connect()
    const stream = await client.events.stream()
    expect((await stream.next()).value).toEqual({ type: 'ready', at: '2027-01-01T00:00:00.000Z' })
    expect(small.listeners()).toBe(1)
    page.close()
    await vi.waitFor(() => expect(small.listeners()).toBe(0))
  })
})

describe('garbage over the port', () => {
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a number', 42],
    ['an object', { i: '1', p: { u: '/tasks/list' } }],
    ['text that is no JSON', 'hello'],
    ['JSON that is no request', '{}'],
    ['JSON null', 'null'],
    ['an array', '[1,2,3]'],
    ['a request without an address', '{"i":"7","p":{}}'],
    ['a request for another protocol', '{"i":"7","p":{"u":"file:///etc/passwd"}}'],
    ['a prototype in the path', '{"i":"7","p":{"u":"/__proto__/constructor"}}'],
    ['an unknown message type', '{"i":"7","t":99,"p":{}}'],
    ['an abort of nothing', '{"i":"7","t":5}'],
    ['bytes', new Uint8Array([0xff, 0x00, 0xff, 0x01])],
    ['no bytes', new Uint8Array()],
    ['very deep JSON', deep],
    ['more than any message may have', 'x'.repeat(32 * 1024 * 1024 + 1)],
  ])('such as %s is dropped, and the next call is answered', async (_what, garbage) => {
    const { client, page } = connect()
    page.postMessage(garbage)
    expect(await client.tasks.list()).toEqual(noTasks)
  })

  it('such as a procedure that does not exist gets NOT_FOUND', async () => {
    const { client } = connect()
    const unknown = client as unknown as { tasks: { explode: () => Promise<void> } }
    await expect(unknown.tasks.explode()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('does not fill the log', async () => {
    const { client, page } = connect()
    for (let count = 0; count < 100; count += 1) page.postMessage('garbage')
    await client.tasks.list()
    expect(logged.map(({ msg }) => msg)).toEqual(Array(3).fill('a message of the page was dropped: it cannot be read'))
  })
})
