/** The page's one way to the host: a MessagePort inside the desktop app, HTTP in a browser. */
import { inject, type InjectionKey } from 'vue'
import { httpClient, portClient } from '@shared/contract/client'
import type { Client } from '@shared/contract'
import { BelfryError } from '@shared/errors'

export const clientKey: InjectionKey<Client> = Symbol('client')

/** For setup of components and stores. */
export function useClient(): Client {
  const client = inject(clientKey)
  if (!client) throw new BelfryError('INTERNAL', 'the page was started without a client')
  return client
}

/** Whether the page is shown by the desktop app rather than a browser. */
function inDesktopApp(): boolean {
  return window.location.protocol === 'app:'
}

/** A client that connects at its first call, and again at the next one when that failed. */
export function createClient(): Client {
  if (!inDesktopApp()) return httpClient({ url: `${window.location.origin}/api` })
  return lazyClient(async () => portClient(await askForPort()))
}

/** Stands in for a client that takes time to get; a failure to get it is each call's failure, and the next call tries again. */
function lazyClient(open: () => Promise<Client>): Client {
  let opening: Promise<Client> | undefined
  const get = (): Promise<Client> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return branch(get, []) as Client
}

type Tree = ((...input: unknown[]) => Promise<unknown>) & { [key: string]: Tree | undefined }

function branch(get: () => Promise<Client>, path: readonly string[]): unknown {
  return new Proxy(() => undefined, {
    // Not a promise, whatever asks.
    get: (_, key) => (typeof key === 'string' && key !== 'then' ? branch(get, [...path, key]) : undefined),
    apply: async (_, __, input: unknown[]) => {
      let at: Tree | undefined = (await get()) as unknown as Tree
      for (const key of path) at = at?.[key]
      if (!at) throw new BelfryError('INTERNAL', `there is no procedure ${path.join('.')}`)
      return await at(...input)
    },
  })
}

/** Milliseconds until the preload counts as not there. */
const patience = 5000

/** The preload answers a hello with one end of a port to the host. */
function askForPort(): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      window.removeEventListener('message', listen)
      window.clearTimeout(timer)
    }
    const listen = (event: MessageEvent<unknown>): void => {
      const [port] = event.ports
      if (event.source !== window || !isMessage(event.data, 'belfry:port') || !port) return
      stop()
      port.start()
      resolve(port)
    }
    const timer = window.setTimeout(() => {
      stop()
      reject(new BelfryError('NO_HOST', 'the app does not open its door to the page'))
    }, patience)
    window.addEventListener('message', listen)
    window.postMessage({ type: 'belfry:hello' }, window.location.origin)
  })
}

function isMessage(data: unknown, type: string): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === type
}
