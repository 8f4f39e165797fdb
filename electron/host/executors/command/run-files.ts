/** The files between a running command and the host, in the run's spool folder. */
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from '../../ports'
import { parseStatus, type Status } from './status-file'

export interface RunFiles {
  readonly out: FileHandle
  readonly err: FileHandle
  readonly status: FileHandle
}

/** Longer than any status file of ours. */
const statusLength = 256

/** Opens, and makes where needed, the spools and the status file, for appending by the command and reading by the host. */
export async function openRunFiles(files: Files, folder: string): Promise<RunFiles> {
  const opened: FileHandle[] = []
  const open = async (name: string): Promise<FileHandle> => {
    const handle = await files.open(join(folder, name), 'a+', 0o600)
    opened.push(handle)
    return handle
  }
  try {
    return { out: await open('out'), err: await open('err'), status: await open('status') }
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

export function closeRunFiles({ out, err, status }: RunFiles): Promise<void> {
  return closeAll([out, err, status])
}

/** What the status file tells so far. */
export async function readStatus(handle: FileHandle, runId: string): Promise<Status> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(statusLength), 0, statusLength, 0)
  return parseStatus(buffer.toString('utf8', 0, bytesRead), runId)
}

async function closeAll(handles: readonly FileHandle[]): Promise<void> {
  for (const handle of handles) await handle.close().catch(() => undefined)
}
