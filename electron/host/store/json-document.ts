/**
 * A JSON file that is replaced whole: unique temp file → every byte → sync → rename → sync of the folder, the previous
 * version kept as `.bak`. lowdb holds the data; the adapter is our own, because its stock one does none of that.
 */
import { dirname, join } from 'node:path'
import { Low, type Adapter } from 'lowdb'
import { z } from 'zod'
import { createBatcher } from './batcher'
import { quarantineCopy, quarantineMove, temporaryName, warn, type StoreContext } from './context'
import { codeOf, isThere, readIfThere, storageError, syncFolder, writeNewFile } from './disk'
import { describe, isNewer, refuseNewer } from './format'

export interface DocumentSpec<T> {
  /** The file's name in the data folder. */
  readonly name: string
  readonly format: number
  /** When there is no file, and no readable one. */
  readonly empty: T
  /** Throws when the body is not what it should be; `skipped` says what had to be left out of it, a sentence each. */
  read(body: unknown): { data: T; skipped: readonly string[] }
  /** What is stored, beside the format. */
  write(data: T): Readonly<Record<string, unknown>>
}

export interface JsonDocument<T> {
  /** As it is on disk. */
  get(): T
  /** Applies a pure change to the latest data and resolves once that is on disk; rejects with STORAGE, and then nothing changed. */
  update(change: (data: T) => T): Promise<void>
  close(): Promise<void>
}

const envelope = z.looseObject({ format: z.int().min(1).default(1), writtenBy: z.string().optional() })

export async function openDocument<T>(context: StoreContext, spec: DocumentSpec<T>): Promise<JsonDocument<T>> {
  const database = new Low<T>(createAdapter(context, spec), spec.empty)
  await database.read()
  let current = database.data

  const batcher = createBatcher<(data: T) => T, void>(async (changes) => {
    const next = changes.reduce((data, change) => change(data), current)
    database.data = next
    try {
      await database.write()
    } catch (error) {
      database.data = current
      throw error
    }
    current = next
    return changes.map(() => undefined)
  })

  return { get: () => current, update: (change) => batcher.add(change), close: () => batcher.idle() }
}

function createAdapter<T>(context: StoreContext, spec: DocumentSpec<T>): Adapter<T> {
  const { files } = context.ports
  const path = join(context.folder, spec.name)
  const previous = `${path}.bak`

  function encode(data: T): Buffer {
    const body = { format: spec.format, writtenBy: context.version, ...spec.write(data) }
    return Buffer.from(`${JSON.stringify(body, null, 2)}\n`)
  }

  function decode(name: string, bytes: Buffer): { data: T; skipped: readonly string[] } {
    // Windows editors begin a file with a byte order mark; TextDecoder drops it.
    const body: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const head = envelope.parse(body)
    refuseNewer(name, head.format, spec.format, head.writtenBy, context.version)
    const { data, skipped } = spec.read(body)
    if (skipped.length > 0 || !loses(body, JSON.parse(encode(data).toString()))) return { data, skipped }
    return { data, skipped: ['it has something that is unknown here'] }
  }

  async function load(name: string): Promise<{ data: T } | { missing: true } | { reason: string }> {
    const file = join(context.folder, name)
    const setAside = async (why: string): Promise<{ reason: string }> => {
      const kept = await quarantineMove(context, file)
      return { reason: `${name} could not be read and is now ${kept} (${why})` }
    }
    const bytes = await readIfThere(files, file).catch((error: unknown) => {
      if (codeOf(error) === 'EISDIR') return 'folder' as const
      throw error
    })
    if (!bytes) return { missing: true }
    if (bytes === 'folder') return setAside('it is a folder')
    let found
    try {
      found = decode(name, bytes)
    } catch (error) {
      if (isNewer(error)) throw error
      return setAside(describe(error))
    }
    if (found.skipped.length > 0) {
      const kept = await quarantineCopy(context, name, bytes)
      warn(
        context,
        'QUARANTINED',
        `${name} was not loaded whole: ${found.skipped.join('; ')}. The file as it was is kept as ${kept}`,
      )
    }
    return { data: found.data }
  }

  async function read(): Promise<T | null> {
    const main = await load(spec.name)
    if ('data' in main) return main.data
    const backup = await load(`${spec.name}.bak`)
    if ('missing' in main && 'missing' in backup) return null
    const reasons = [main, backup].flatMap((found) => ('reason' in found ? [found.reason] : []))
    const problem = reasons.length > 0 ? reasons.join('; ') : `${spec.name} was missing`
    if ('data' in backup) {
      warn(context, 'RECOVERED', `${problem}. Its previous version, ${spec.name}.bak, was loaded`)
      return backup.data
    }
    warn(context, 'QUARANTINED', `${problem}. There is no readable previous version, so Belfry goes on without`)
    return null
  }

  async function write(data: T): Promise<void> {
    const temporary = temporaryName(context, path)
    await writeNewFile(files, temporary, encode(data))
    let undo: (() => Promise<void>) | undefined
    try {
      if (await isThere(files, path)) {
        await files.rename(path, previous)
        undo = () => files.rename(previous, path)
      }
      await files.rename(temporary, path)
      undo ??= () => files.unlink(path)
      await syncFolder(files, dirname(path))
    } catch (error) {
      await undo?.().catch(() => undefined)
      await files.unlink(temporary).catch(() => undefined)
      throw error
    }
  }

  return {
    read: () =>
      read().catch((error: unknown) => {
        throw storageError(`read ${spec.name}`, error)
      }),
    write: (data) =>
      write(data).catch((error: unknown) => {
        throw storageError(`write ${spec.name}`, error)
      }),
  }
}

/** True when something of `before` has no place in `after`; values may have been normalised. */
export function loses(before: unknown, after: unknown): boolean {
  if (typeof before !== 'object' || before === null) return false
  if (typeof after !== 'object' || after === null) return true
  return Object.entries(before).some(
    ([key, value]) => !(key in after) || loses(value, (after as Record<string, unknown>)[key]),
  )
}
