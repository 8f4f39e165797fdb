/** How much a watched folder may hold: each folder below it costs a watch of the system, each file a look and memory. */
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

/**
 * Whether there is more below the folder than is watched. Stops at the limit; follows no links, leaves the data folder out and what
 * cannot be read. Never rejects.
 * @param path absolute
 */
export async function holdsTooMany(path: string, { files, dataFolder, most }: WatchPlace): Promise<boolean> {
  const folders = [path]
  let count = 0
  for (const folder of folders)
    try {
      for await (const entry of await files.opendir(folder, { bufferSize: 128 })) {
        const one = join(folder, entry.name)
        if (one === dataFolder) continue
        if (++count > most) return true
        if (entry.isDirectory()) folders.push(one)
      }
    } catch {
      // Gone meanwhile or not for Belfry: whoever watches says so.
    }
  return false
}
