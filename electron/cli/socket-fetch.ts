import { Agent, fetch as undiciFetch, type RequestInit as UndiciInit } from 'undici'

export interface SocketFetch {
  readonly fetch: (request: Request) => Promise<Response>
  /** Ends every connection, also those of streams. */
  close(): Promise<void>
}

/** A `fetch` whose every request goes over the unix socket or named pipe at `path`, whatever its URL's host. */
export function socketFetch(path: string): SocketFetch {
  // A quiet stream is not a broken one: the host sends a comment every 15 s, and a paused task says nothing for hours.
  const agent = new Agent({ connect: { socketPath: path }, bodyTimeout: 0, headersTimeout: 0 })
  return {
    // undici's own fetch, since the Agent of one version does not fit the fetch of another: Node brings its own.
    fetch: async (request) => {
      const init: UndiciInit = {
        method: request.method,
        headers: [...request.headers],
        signal: request.signal,
        dispatcher: agent,
        ...(request.body ? { body: new Uint8Array(await request.arrayBuffer()) } : {}),
      }
      return (await undiciFetch(request.url, init)) as unknown as Response
    },
    close: () => agent.destroy(),
  }
}
