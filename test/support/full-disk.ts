/** node:fs/promises on a disk that takes no more of some files. */
import type { FileHandle } from 'node:fs/promises'
import type { Files } from '../../electron/host/ports'
import { files as real } from './store-ports'

export interface FullDisk {
  readonly files: Files
  /** From now on nothing can be written to files whose path `fits`; undefined: there is room again. */
  fill(fits: ((path: string) => boolean) | undefined): void
}

export function fullDisk(): FullDisk {
  let full: ((path: string) => boolean) | undefined
  const wrap = (handle: FileHandle, path: string): FileHandle =>
    new Proxy(handle, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...given: unknown[]): unknown => {
          if (name === 'write' && full?.(path))
            return Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }))
          return Reflect.apply(value, target, given)
        }
      },
    })
  const files = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (name !== 'open') return value
      return async (...given: Parameters<typeof real.open>) => wrap(await real.open(...given), String(given[0]))
    },
  })
  return { files, fill: (fits) => (full = fits) }
}
