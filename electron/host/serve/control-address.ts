/** Where the command line finds the host: a unix socket in the data folder, or a named pipe on Windows. */
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { posix } from 'node:path'

export interface ControlAddress {
  /** Of the socket or pipe. */
  readonly path: string
  /** What every request must carry as a bearer token; null where the file's mode guards the door. */
  readonly token: string | null
  /** A private folder that is made for the socket and goes with it; null when it lies in one that is there. */
  readonly folder: string | null
}

/** Bytes; libuv cuts a longer path silently (108 on Linux, 104 on macOS, with the NUL). */
const longestSocketPath = 100

/**
 * A fresh address for a host of this data folder; storage.md has the rule. Nothing is made on disk.
 * @param env looked at for XDG_RUNTIME_DIR
 * @param random gives so many unpredictable bytes
 */
export function controlAddress(
  dataFolder: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  random: (bytes: number) => Buffer = randomBytes,
): ControlAddress {
  if (platform === 'win32') {
    return {
      path: `\\\\.\\pipe\\belfry-${random(16).toString('hex')}`,
      token: random(32).toString('hex'),
      folder: null,
    }
  }
  const name = `belfry-${random(8).toString('hex')}`
  const runtime = env['XDG_RUNTIME_DIR']
  const shared = [
    posix.join(dataFolder, 'belfry.sock'),
    ...(runtime !== undefined && posix.isAbsolute(runtime) ? [posix.join(runtime, `${name}.sock`)] : []),
  ].find(fits)
  if (shared !== undefined) return { path: shared, token: null, folder: null }
  // However long TMPDIR is, /tmp is short.
  const folder =
    [posix.join(tmpdir(), name), `/tmp/${name}`].find((candidate) => fits(`${candidate}/belfry.sock`)) ?? `/tmp/${name}`
  return { path: `${folder}/belfry.sock`, token: null, folder }
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= longestSocketPath
}
