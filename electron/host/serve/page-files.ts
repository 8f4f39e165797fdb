/** The built page's files. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import send from 'send'

export type PageFiles = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

/**
 * Serves files of `root` and, for every path that is not a file's, index.html: the page has its own router. Hashed files
 * (`assets/…`) may be kept for a year; everything else is asked for again.
 */
export function createPageFiles(root: string): PageFiles {
  return async (request, response, path) => {
    if (await deliver(request, response, root, path)) return
    // A missing file is not a place in the page.
    if (/\.[A-Za-z0-9]+$/.test(path) || !(await deliver(request, response, root, '/index.html'))) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`There is no such file.\n`)
    }
  }
}

/** False when there is no such file, or none that may be seen. */
function deliver(request: IncomingMessage, response: ServerResponse, root: string, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const hashed = path.startsWith('/assets/')
    send(request, path, {
      root,
      dotfiles: 'ignore',
      index: 'index.html',
      immutable: hashed,
      maxAge: hashed ? '1y' : 0,
    })
      .on('directory', () => resolve(false))
      .on('error', (error: Error & { status?: number }) => {
        if (error.status !== undefined && error.status < 500) resolve(false)
        else reject(error)
      })
      .on('end', () => resolve(true))
      .pipe(response)
    response.once('close', () => resolve(true))
  })
}
