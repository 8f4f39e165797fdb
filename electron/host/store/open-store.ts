/** Puts the store together. The data folder must be prepared and its lock held. */
import { join } from 'node:path'
import { createContext, removeTemporaries, type StorePorts } from './context'
import { storageError } from './disk'
import { openOccurrenceStore } from './occurrence-store'
import { createLogStore } from './run-log'
import { openRunStore } from './run-store'
import { openSettingsStore } from './settings-store'
import { openTaskStore } from './task-store'
import type { Store } from './types'
import { createWaiting } from './waiting'
import { createWatermarks } from './watermarks'

/**
 * Reads what is there; what cannot be read is put aside in quarantine/ and told in `warnings`.
 * @param version of this Belfry; written into what it writes
 * @throws STORAGE when the disk refuses, CONFLICT when a later Belfry wrote a file in a format unknown here
 */
export async function openStore(ports: StorePorts, dataFolder: string, version: string): Promise<Store> {
  const context = createContext(ports, dataFolder, version)
  for (const folder of [dataFolder, join(dataFolder, 'quarantine')]) {
    await removeTemporaries(context, folder).catch((error: unknown) => {
      throw storageError(`tidy ${folder}`, error)
    })
  }
  const tasks = await openTaskStore(context)
  const settings = await openSettingsStore(context)
  const watermarks = createWatermarks()
  const waiting = createWaiting()
  const journalled = await openRunStore(context, watermarks, waiting)
  // After it: a fate answers what began to wait before.
  const occurrences = await openOccurrenceStore(context, watermarks, waiting)
  const logs = createLogStore(context)
  return {
    tasks,
    settings,
    runs: journalled.runs,
    occurrences,
    state: journalled.state,
    logs,
    warnings: context.warnings,
    async close() {
      await logs.close()
      await Promise.all([tasks.close(), settings.close(), occurrences.close(), journalled.close()])
    },
  }
}
