/** Files of which one can wait until all calls that are under way are over, and what came of them. */
import type { FileHandle } from 'node:fs/promises'
import type { Files } from '../../electron/host/ports'

export interface AwaitedFiles {
  readonly files: Files
  /** Resolves once nothing is under way, and what was waiting for it has begun nothing new. */
  quiet(): Promise<void>
  /** Closes what is open, as the end of a process does. */
  abandon(): Promise<void>
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export function awaitedFiles(real: Files): AwaitedFiles {
  let open = 0
  let begun = 0
  const handles = new Set<FileHandle>()

  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, name) {
        const value: unknown = Reflect.get(from, name)
        if (typeof value !== 'function') return value
        return async (...given: unknown[]): Promise<unknown> => {
          open += 1
          begun += 1
          try {
            const result: unknown = await Reflect.apply(value, from, given)
            if (name === 'close') handles.delete(from as FileHandle)
            if (name !== 'open') return result
            handles.add(result as FileHandle)
            return wrap(result as FileHandle)
          } finally {
            open -= 1
          }
        }
      },
    })

  return {
    files: wrap(real),
    async quiet() {
      for (let calm = 0; calm < 5; calm += 1) {
        const before = begun
        await turn()
        if (open > 0 || begun !== before) calm = -1
      }
    },
    async abandon() {
      await Promise.allSettled([...handles].map((handle) => handle.close()))
    },
  }
}
