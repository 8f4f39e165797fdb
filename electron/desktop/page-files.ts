/** What `app://belfry/` answers, without Electron. */
import { readFile, realpath } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

export const pageScheme = 'app'
export const pageOrigin = 'app://belfry'

/** Everything comes from the app itself; styles in place are how Nuxt UI sets its colours. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

const guards = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** The answer to one request; pure but for reading inside `folder`. */
export async function answerPage(folder: string, request: Pick<Request, 'method' | 'url'>): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET')
  const path = fileOf(folder, request.url)
  const type = path && types[extname(path).toLowerCase()]
  if (!path || !type) return plain(404, 'no such file')
  const content = await contentOf(folder, path).catch(() => undefined)
  if (!content) return plain(404, 'no such file')
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(content), {
    headers: { ...guards, 'content-type': type, 'content-length': String(content.byteLength) },
  })
}

/** Undefined for whatever does not lie inside `folder`. */
function fileOf(folder: string, url: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol: scheme, host, pathname } = new URL(url)
  if (scheme !== `${pageScheme}:` || host !== 'belfry') return undefined
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  if (/[\0\\:]/.test(path)) return undefined
  const file = normalize(join(folder, path === '/' || path === '' ? 'index.html' : path))
  return file.startsWith(normalize(folder + sep)) ? file : undefined
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { ...guards, 'content-type': 'text/plain; charset=utf-8' } })
}

/** Rejects for what is not there, and for a link that leads out of the folder. */
async function contentOf(folder: string, path: string): Promise<Buffer> {
  const [root, real] = await Promise.all([realpath(folder), realpath(path)])
  if (!real.startsWith(root + sep)) throw new Error(`${path} leads out of ${folder}`)
  return readFile(real)
}
