/** What every part of the store is given: ports, where the data folder is, and where to put what cannot be read. */
import { basename, dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Warning } from '@shared/model/system'
import type { Ports } from '../ports'
import { codeOf, isThere, makeFolder, replaceFile, syncFolder } from './disk'

export type StorePorts = Pick<Ports, 'files' | 'clock' | 'ids' | 'log'>

export interface StoreContext {
  readonly ports: StorePorts
  /** The data folder, absolute. */
  readonly folder: string
  /** Of this Belfry; written into what it writes. */
  readonly version: string
  readonly warnings: Warning[]
}

export function createContext(ports: StorePorts, folder: string, version: string): StoreContext {
  return { ports, folder, version, warnings: [] }
}

/** Tells the operator, in the log and on the page. */
export function warn(context: StoreContext, code: Warning['code'], message: string): void {
  const now = context.ports.clock.now()
  context.warnings.push({ id: context.ports.ids.next(now), code, message, at: new Date(now).toISOString() })
  context.ports.log.warn({ code }, message)
}

/** A name beside `path` that nobody else uses. */
export function temporaryName(context: StoreContext, path: string): string {
  return `${path}.${context.ports.ids.next(context.ports.clock.now())}.tmp`
}

/** Keeps a copy in quarantine/; the same bytes under the same name are kept once. Gives its path in the data folder. */
export async function quarantineCopy(context: StoreContext, name: string, bytes: Uint8Array): Promise<string> {
  const { files } = context.ports
  const kept = join('quarantine', `${name}.${crc32(bytes).toString(16).padStart(8, '0')}-${bytes.length}`)
  const path = join(context.folder, kept)
  if (await isThere(files, path)) return kept
  await makeFolder(files, dirname(path))
  await replaceFile(files, path, temporaryName(context, path), bytes)
  return kept
}

/** Moves an unreadable file to quarantine/. Gives its new path in the data folder. */
export async function quarantineMove(context: StoreContext, path: string): Promise<string> {
  const { files, clock } = context.ports
  const stamp = new Date(clock.now()).toISOString().replaceAll(':', '')
  const folder = join(context.folder, 'quarantine')
  await makeFolder(files, folder)
  let kept = `${basename(path)}.${stamp}`
  for (let attempt = 2; await isThere(files, join(folder, kept)); attempt += 1)
    kept = `${basename(path)}.${stamp}-${attempt}`
  await files.rename(path, join(folder, kept))
  await syncFolder(files, folder)
  await syncFolder(files, dirname(path))
  return join('quarantine', kept)
}

/** As `temporaryName` makes them. */
const temporary = /\.[0-9A-HJKMNP-TV-Z]{26}\.tmp$/

/** Removes temp files that a killed host left in `folder`; what they were to become was never promised. */
export async function removeTemporaries(context: StoreContext, folder: string, prefix = ''): Promise<void> {
  const { files } = context.ports
  const names = await files.readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  for (const name of names) if (name.startsWith(prefix) && temporary.test(name)) await files.unlink(join(folder, name))
}
