/**
 * The data folder's lock: one host at a time. A lock is taken by exclusive create. A stale one is renamed away only by
 * whoever holds the lock on *it* (`lock.<its id>`, taken the same way) and has looked again, so that a lock that was just
 * taken is never mistaken for the stale one before it. Whoever has written a lock reads it again before believing.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { BelfryError } from '@shared/errors'
import type { Files, Ports } from '../ports'
import { quote } from './data-folder'
import { codeOf, storageError, syncFolder, writeNewFile } from './disk'
import { readMachineId } from './machine-id'

export const lockRecord = z.object({
  /** Of this taking of the lock. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  machineId: z.string(),
  /** For people. */
  hostname: z.string(),
  bootId: z.string(),
  pid: z.int(),
  startTime: z.string(),
  kind: z.enum(['tray', 'headless']),
  control: z.object({ path: z.string(), token: z.string().nullable() }),
  since: z.string(),
})
export type LockRecord = z.infer<typeof lockRecord>

export interface Lock {
  readonly record: LockRecord
  /** Gives the folder free. Safe to call twice; leaves a lock alone that is no longer this one. */
  release(): Promise<void>
}

export type LockPorts = Pick<Ports, 'files' | 'clock' | 'processes'>

/** How long a lock without readable content may be one that is being written, ms, and how often it is looked at. */
const writingTime = 1000
const lookEvery = 20

/** Who holds the folder, or held it last; undefined when nobody does or it cannot be read. */
export async function readLock(files: Files, dataFolder: string): Promise<LockRecord | undefined> {
  const content = await readContent(files, join(dataFolder, 'lock'))
  return content?.record
}

/**
 * @throws LOCKED when another host holds the folder (or cannot be ruled out to): names it and the command that frees the
 * folder; `detail` is its record without the token. STORAGE when the disk refuses.
 */
export async function acquireLock(
  ports: LockPorts,
  dataFolder: string,
  holder: Pick<LockRecord, 'kind' | 'control'>,
): Promise<Lock> {
  const identity = ports.processes.identify(process.pid)
  if (!identity) throw new BelfryError('INTERNAL', 'the process table does not know this process')
  const record: LockRecord = {
    id: newId(),
    machineId: await readMachineId(ports.files),
    hostname: hostname(),
    ...identity,
    ...holder,
    since: new Date(ports.clock.now()).toISOString(),
  }
  try {
    return await take(ports, join(dataFolder, 'lock'), record)
  } catch (error) {
    throw storageError(`lock the data folder ${dataFolder}`, error)
  }
}

async function take(ports: LockPorts, path: string, record: LockRecord): Promise<Lock> {
  const { files } = ports
  for (;;) {
    if (await create(files, path, record)) {
      const second = await readContent(files, path)
      if (second?.record?.id === record.id) return { record, release: () => release(files, path, record) }
    }
    const found = await readSettled(ports, path)
    if (!found) {
      await refuseLink(files, path)
      continue
    }
    if (found.record && !isStale(ports, found.record, record.machineId))
      throw refusal(path, found.record, record.machineId)
    await breakStale(ports, path, found, record)
  }
}

async function breakStale(ports: LockPorts, path: string, found: Content, record: LockRecord): Promise<void> {
  const guard = await take(ports, `${path}.${found.record?.id ?? 'unreadable'}`, { ...record, id: newId() })
  try {
    const again = await readContent(ports.files, path)
    if (again?.text === found.text && again.file === found.file) {
      await ports.files.rename(path, join(dirname(path), 'lock.stale'))
    }
  } finally {
    await guard.release()
  }
}

async function create(files: Files, path: string, record: LockRecord): Promise<boolean> {
  try {
    await writeNewFile(files, path, Buffer.from(`${JSON.stringify(record, null, 2)}\n`))
    await syncFolder(files, dirname(path))
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function release(files: Files, path: string, record: LockRecord): Promise<void> {
  const content = await readContent(files, path)
  if (content?.record?.id !== record.id) return
  await files.unlink(path)
}

/** A link that leads nowhere can neither be taken nor read, however often it is tried. */
async function refuseLink(files: Files, path: string): Promise<void> {
  const there = await files.lstat(path).catch(() => undefined)
  if (there?.isSymbolicLink())
    throw new BelfryError('STORAGE', `${path} is in the way: it is a link; remove it with: rm ${quote(path)}`)
}

interface Content {
  readonly text: string
  /** Tells files of the same text apart. */
  readonly file: string
  /** Undefined when the text is no lock, or not yet. */
  readonly record: LockRecord | undefined
}

async function readContent(files: Files, path: string): Promise<Content | undefined> {
  try {
    const { ino, ctimeMs } = await files.stat(path)
    const text = await files.readFile(path, 'utf8')
    return { text, file: `${ino} ${ctimeMs}`, record: parse(text) }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function parse(text: string): LockRecord | undefined {
  try {
    return lockRecord.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Gives whoever is just writing the lock the time to finish. */
async function readSettled(ports: LockPorts, path: string): Promise<Content | undefined> {
  const began = ports.clock.monotonic()
  for (;;) {
    const content = await readContent(ports.files, path)
    if (!content || content.record || ports.clock.monotonic() - began >= writingTime) return content
    await new Promise<void>((resolve) => void ports.clock.after(lookEvery, resolve))
  }
}

/** Only of this machine can it be known: another boot, or no such process any more. */
function isStale(ports: LockPorts, held: LockRecord, machineId: string): boolean {
  const { pid, startTime, bootId } = held
  return held.machineId === machineId && !ports.processes.alive({ pid, startTime, bootId })
}

function refusal(path: string, held: LockRecord, machineId: string): BelfryError {
  const { control, ...known } = held
  const folder = dirname(path)
  const who = `another Belfry (${held.kind}, pid ${held.pid}) holds the data folder ${folder} since ${held.since}`
  const stop = process.platform === 'win32' ? `taskkill /PID ${held.pid}` : `kill ${held.pid}`
  const message =
    held.machineId === machineId
      ? `${who}; stop it with: ${stop}`
      : `${who}, on the machine ${held.hostname}; once it no longer runs there, break its lock with: rm ${quote(path)}`
  return new BelfryError('LOCKED', message, { detail: { ...known, control: { path: control.path } } })
}

function newId(): string {
  return randomBytes(8).toString('hex')
}
