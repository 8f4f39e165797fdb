/** What a path to be watched is, looked at without following links. */
import type { Stats } from 'node:fs'
import { join, dirname, normalize, sep } from 'node:path'
import type { WhoElse } from '@shared/model/schedule'
import type { Files } from '../ports'
import { TooManyFiles } from './folder-size'

export interface WatchPlace {
  readonly files: Pick<Files, 'lstat' | 'opendir' | 'readdir'>
  readonly home: string
  readonly uid: number
  readonly platform: NodeJS.Platform
  /** Belfry writes there itself whenever anything runs. */
  readonly dataFolder: string
  /** Files and folders below a watched folder: one with more is not watched. */
  readonly most: number
}

export type PathState =
  | {
      readonly kind: 'file' | 'folder'
      /** Another after the path was given to another file or folder. */
      readonly identity: string
      /** Whoever else may write there, and so start the task; null for nobody. */
      readonly open: WhoElse | null
    }
  /** It cannot be watched; `problem` goes on after the path: `is gone`. */
  | { readonly kind: 'none'; readonly problem: string }

/** `~` is the home folder; no slash at the end. */
export function watchedPath(path: string, home: string): string {
  const absolute = normalize(path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path)
  return absolute.length > 1 && absolute.endsWith(sep) && !/^[A-Za-z]:.$/.test(absolute)
    ? absolute.slice(0, -1)
    : absolute
}

/** @param path absolute, see `watchedPath`. Never rejects. */
export async function lookAt(path: string, place: WatchPlace): Promise<PathState> {
  try {
    if (path === place.dataFolder || path.startsWith(place.dataFolder + sep))
      return none("is in Belfry's own data folder, where every run writes")
    const stats = await place.files.lstat(path)
    if (stats.isSymbolicLink()) return none('is a link, and links are not followed: give what it leads to')
    if (!stats.isFile() && !stats.isDirectory()) return none('is neither a file nor a folder')
    // Not read in full, every few seconds: whether it may be is enough.
    if (stats.isDirectory()) await (await place.files.opendir(path)).close()
    return {
      kind: stats.isFile() ? 'file' : 'folder',
      identity: `${stats.dev}:${stats.ino}`,
      open: await openTo(path, stats, place),
    }
  } catch (error) {
    return none(problemOf(error))
  }
}

function none(problem: string): PathState {
  return { kind: 'none', problem }
}

/** Why the system refuses, after the path. */
export function problemOf(error: unknown): string {
  if (error instanceof TooManyFiles) return error.message
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'is not there'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by Belfry'
    case 'ENOSPC':
      return 'is not watched in full: this machine watches no more files (sysctl fs.inotify.max_user_watches)'
    case 'EMFILE':
    case 'ENFILE':
      return 'is not watched in full: no more files can be opened'
    default:
      return `cannot be watched: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** A file is also changed by whoever may replace it in its folder. */
async function openTo(path: string, stats: Stats, place: WatchPlace): Promise<WhoElse | null> {
  if (place.platform === 'win32') return null
  const folder = stats.isFile() ? await place.files.lstat(dirname(path)) : stats
  const both = [stats, folder]
  if (both.some(({ mode }) => (mode & 0o002) !== 0)) return 'everybody'
  const stranger = both.find(({ uid }) => uid !== place.uid && uid !== 0)
  return stranger?.uid ?? null
}
