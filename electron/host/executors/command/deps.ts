import type { Clock, Files, Logger, Processes } from '../../ports'
import type { Environment } from '../../run/environment'

export interface CommandDeps {
  readonly clock: Clock
  readonly files: Files
  readonly processes: Processes
  readonly log: Logger
  readonly dataFolder: string
  readonly hostEnv: Environment
  /** The operator's home folder: where commands start unless told otherwise, and what `~` means. */
  readonly home: string
  readonly platform: NodeJS.Platform
  /** The folder of the `belfry` command; null when there is none. */
  readonly belfryBin: string | null
  /** Calls back when something in the folder may have changed; may call too often, or fail to. */
  readonly watchFolder?: WatchFolder
}

export type WatchFolder = (folder: string, changed: () => void) => { close(): void }
