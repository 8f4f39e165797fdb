/** How much a watched folder may hold: each folder below it costs a watch of the system, each file a look and memory. */
import type { Dirent } from 'node:fs'
import { join } from 'node:path'
import type { WatchPlace } from './path-state'

/** Files and folders below a watched folder. */
export const mostBelow = 20_000

/** A folder holds more than `most`, and is not watched. */
export class TooManyFiles extends Error {
  constructor(most: number) {
    super(tooManyWords(most))
    this.name = 'TooManyFiles'
  }
}

/** After the path. */
export function tooManyWords(most: number): string {
  return `holds more than ${most.toLocaleString('en')} files and folders and so is not watched: give the folders in it that matter`
}

/** Folders that are read at the same time. */
const atOnce = 8
/** Bytes of a folder itself, as far as the system tells: a larger one is read in pieces, for it may hold millions. */
const largestAtOnce = 1024 * 1024

/**
 * Whether there is more below the folder than is watched. Stops at the limit; follows no links, leaves the data folder out and what
 * cannot be read. Never rejects.
 * @param path absolute
 */
export async function holdsTooMany(path: string, { files, dataFolder, most }: WatchPlace): Promise<boolean> {
  const folders = [path]
  let count = 0
  const take = (folder: string, entry: Dirent): boolean => {
    const one = join(folder, entry.name)
    if (one === dataFolder) return true
    if (entry.isDirectory()) folders.push(one)
    return ++count <= most
  }
  const read = async (folder: string): Promise<void> => {
    try {
      if ((await files.lstat(folder)).size <= largestAtOnce)
        (await files.readdir(folder, { withFileTypes: true })).every((entry) => take(folder, entry))
      else for await (const entry of await files.opendir(folder, { bufferSize: 128 })) if (!take(folder, entry)) return
    } catch {
      // Gone meanwhile or not for Belfry: whoever watches says so.
    }
  }
  for (let done = 0; done < folders.length && count <= most;) {
    const next = folders.slice(done, done + atOnce)
    done += next.length
    await Promise.all(next.map(read))
  }
  return count > most
}
