/** Records of runs while the disk may refuse them: what was refused is kept and told, and is over once the disk takes a record. */
import { messageOf } from '@shared/errors'
import type { Run } from '@shared/model/run'
import type { Clock } from '../ports'
import type { RunStore } from '../store/types'
import type { Warnings } from '../system/warnings'
import { afterLong } from './timer'

export interface SaverOptions {
  readonly clock: Clock
  readonly runs: Pick<RunStore, 'put'>
  readonly warnings: Warnings
}

export interface Saver {
  /** The end of a run is a fact: it is written as soon as the disk takes it. Never rejects. */
  save(run: Run): Promise<void>
  /** An ended run whose last line the disk has refused so far. */
  unsaved(id: string): Run | undefined
  /** Raises the warning until the disk takes a record. */
  refused(message: string): void
  /** The disk has taken a record. */
  taken(): void
  /** Nothing is tried again. */
  stop(): void
}

/** Ms after which the disk is asked again. */
const pause = 2000

export function createSaver({ clock, runs, warnings }: SaverOptions): Saver {
  const unsaved = new Map<string, Run>()
  /** Words of the warnings that are over once the disk takes a record. */
  const refusals = new Set<string>()
  const retries = new Map<string, () => void>()
  let stopped = false

  const refused = (message: string): void => {
    refusals.add(message)
    warnings.raise('STORAGE', message)
  }

  /** What was refused before is over. A log that is not whole stays so. */
  const taken = (): void => {
    for (const { id, message } of warnings.all()) if (refusals.has(message)) warnings.dismiss(id)
    refusals.clear()
  }

  const save = async (run: Run): Promise<void> => {
    retries.get(run.id)?.()
    retries.delete(run.id)
    try {
      await runs.put(run)
      unsaved.delete(run.id)
      taken()
    } catch (error) {
      unsaved.set(run.id, run)
      refused(`The end of a run of "${run.taskName}" could not be recorded: ${messageOf(error)}`)
      if (!stopped)
        retries.set(
          run.id,
          afterLong(clock, pause, () => void save(run)),
        )
    }
  }

  return {
    save,
    unsaved: (id) => unsaved.get(id),
    refused,
    taken,
    stop() {
      stopped = true
      for (const cancel of retries.values()) cancel()
    },
  }
}
