/** The few steps to and from the disk that everything in store/ is made of. All of them go through the Files port. */
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BelfryError, messageOf } from '@shared/errors'
import type { Files } from '../ports'

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'permission was denied',
  EPERM: 'it was not permitted',
  EIO: 'the disk reported an error',
  EMFILE: 'too many files are open',
}

/** The system's code of an error, such as `ENOENT`; undefined when it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What the disk refused, as a BelfryError STORAGE. `what` goes on after "could not": `write tasks.json`. */
export function storageError(what: string, cause: unknown): BelfryError {
  if (cause instanceof BelfryError) return cause
  const code = codeOf(cause)
  const reason = code === undefined ? messageOf(cause) : `${words[code] ?? messageOf(cause)} (${code})`
  return new BelfryError('STORAGE', `could not ${what}: ${reason}`, { cause })
}

/** Writes every byte at `position`, however little the disk takes at a time. */
export async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    if (bytesWritten === 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'EIO' })
    done += bytesWritten
  }
}

/**
 * Reads `length` bytes from `position` on, fewer only where the file ends earlier.
 * @param bytes where they go, at least `length` long; what comes back is a part of it
 */
export async function readFully(
  handle: FileHandle,
  position: number,
  length: number,
  bytes = Buffer.allocUnsafe(length),
): Promise<Buffer> {
  let done = 0
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** The file's bytes; undefined when there is no such file. */
export async function readIfThere(files: Files, path: string): Promise<Buffer | undefined> {
  try {
    return await files.readFile(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

export async function isThere(files: Files, path: string): Promise<boolean> {
  try {
    await files.lstat(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

/** Makes what was created, renamed or removed in `folder` last through a power cut. */
export async function syncFolder(files: Files, folder: string): Promise<void> {
  let handle: FileHandle
  try {
    handle = await files.open(folder, 'r')
  } catch (error) {
    // Windows does not open folders; there is nothing to sync either.
    if (process.platform === 'win32') return
    throw error
  }
  try {
    await handle.sync()
  } catch (error) {
    // Some file systems (network, FUSE) cannot sync a folder and say so.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes(codeOf(error) ?? '')) throw error
  } finally {
    await handle.close()
  }
}

/** Makes the folder, and its parents, with mode 0700. */
export async function makeFolder(files: Files, folder: string): Promise<void> {
  await files.mkdir(folder, { recursive: true, mode: 0o700 })
}

/** Writes a new file with mode 0600, to the last byte and synced; leaves nothing behind when it fails. */
export async function writeNewFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await files.open(path, 'wx', 0o600)
  try {
    try {
      await writeFully(handle, bytes, 0)
      const { size } = await handle.stat()
      if (size !== bytes.length) {
        throw Object.assign(new Error(`${size} of ${bytes.length} bytes arrived`), { code: 'EIO' })
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    await files.unlink(path).catch(() => undefined)
    throw error
  }
}

/** `writeNewFile` under `temporary`, then renamed to `path`: others see the old file or the whole new one. */
export async function replaceFile(files: Files, path: string, temporary: string, bytes: Uint8Array): Promise<void> {
  await writeNewFile(files, temporary, bytes)
  try {
    await files.rename(temporary, path)
  } catch (error) {
    await files.unlink(temporary).catch(() => undefined)
    throw error
  }
  await syncFolder(files, dirname(path))
}
