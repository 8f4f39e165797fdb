/** Files that have changed, until they are quiet: what a `watch` trigger brings along. */
import type { Parameters } from '@shared/model/common'
import type { WatchEvent } from '@shared/model/trigger'

export interface ChangedFiles {
  add(kind: WatchEvent, path: string): void
  /** What came of it all, or undefined where none of it is among `events`. */
  take(events: readonly WatchEvent[]): Parameters | undefined
}

/** Paths that are remembered, and those that a run is told; beyond that they are only counted. */
const most = 10_000
const mostTold = 1000
/** Characters of all told paths together: a run's record carries them. */
const mostText = 32_768

export function createChangedFiles(): ChangedFiles {
  let kinds = new Map<string, WatchEvent>()
  /** Beyond `most`. */
  let others = new Map<WatchEvent, number>()

  return {
    add(kind, path) {
      const before = kinds.get(path)
      if (before === undefined && kinds.size >= most) others.set(kind, (others.get(kind) ?? 0) + 1)
      // Many write a file anew by removing it first; and one that has just come goes on being new.
      else
        kinds.set(
          path,
          before === 'remove' && kind === 'add' ? 'change' : before === 'add' && kind === 'change' ? 'add' : kind,
        )
    },
    take(events) {
      const paths = [...kinds].filter(([, kind]) => events.includes(kind)).map(([path]) => path)
      const rest = events.reduce((sum, kind) => sum + (others.get(kind) ?? 0), 0)
      kinds = new Map()
      others = new Map()
      return paths.length + rest === 0 ? undefined : { paths: shortened(paths.sort()), pathCount: paths.length + rest }
    },
  }
}

function shortened(paths: readonly string[]): string[] {
  let left = mostText
  return paths.slice(0, mostTold).filter((path) => (left -= path.length) >= 0)
}
