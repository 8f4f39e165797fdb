/** Where the data folder is, and that only its owner may look into it. */
import { posix, win32 } from 'node:path'
import { BelfryError } from '@shared/errors'
import type { Files } from '../ports'
import { codeOf, makeFolder, storageError } from './disk'

/**
 * `BELFRY_HOME`, else the platform's place for an application's data. An empty variable counts as not given.
 * @param home the user's home folder, absolute
 * @returns an absolute path; a relative BELFRY_HOME counts from the working folder
 */
export function resolveDataFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  const path = platform === 'win32' ? win32 : posix
  if (env['BELFRY_HOME']) return path.resolve(env['BELFRY_HOME'])
  switch (platform) {
    case 'win32':
      return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), 'Belfry')
    case 'darwin':
      return path.join(home, 'Library', 'Application Support', 'Belfry')
    default: {
      // The XDG specification says to ignore a relative path.
      const data = env['XDG_DATA_HOME']
      return path.join(data && path.isAbsolute(data) ? data : path.join(home, '.local', 'share'), 'belfry')
    }
  }
}

/**
 * Makes the folder with mode 0700, or checks that the one that is there has it.
 * @throws INVALID when it is no folder or a shared one, FORBIDDEN when others may look into it or it is another user's; both with what to
 * do. STORAGE when the disk refuses.
 */
export async function prepareDataFolder(files: Files, folder: string): Promise<void> {
  try {
    await makeFolder(files, folder)
  } catch (error) {
    if (['EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '')) {
      throw new BelfryError('INVALID', `the data folder ${folder} is not a folder; set BELFRY_HOME to another path`)
    }
    throw storageError(`make the data folder ${folder}`, error)
  }
  // Windows has no such modes: the profile's folders are the user's own.
  if (process.platform === 'win32') return
  const { mode, uid } = await files.stat(folder).catch((error: unknown) => {
    throw storageError(`look at the data folder ${folder}`, error)
  })
  const mine = process.getuid?.() ?? uid
  if (uid !== mine) {
    throw new BelfryError(
      'FORBIDDEN',
      `the data folder ${folder} belongs to another user (uid ${uid}); start Belfry as that user, or set BELFRY_HOME`,
    )
  }
  if ((mode & 0o077) === 0) return
  // Such as /tmp: closing it would be worse than the fault.
  if ((mode & 0o1000) !== 0) {
    throw new BelfryError('INVALID', `the data folder ${folder} is everybody's; set BELFRY_HOME to a folder of its own`)
  }
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  throw new BelfryError(
    'FORBIDDEN',
    `the data folder ${folder} is open to others (mode ${shown}); close it with: chmod 700 ${quote(folder)}`,
  )
}

/** A path as a POSIX shell takes it. */
export function quote(path: string): string {
  return /^[A-Za-z0-9_./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
