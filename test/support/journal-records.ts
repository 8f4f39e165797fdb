import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createContext, type StoreContext } from '../../electron/host/store/context'
import { openJournal, type Journal } from '../../electron/host/store/journal'
import { storePorts } from './store-ports'
import { tempFolder } from './temp-folder'

export interface OpenedJournal {
  readonly journal: Journal
  readonly records: unknown[]
  readonly context: StoreContext
}

/** The journal in `folder`, which takes any record but `refused`. */
export async function openRecords(
  folder: string,
  files = storePorts().files,
  version = '0.1.0',
): Promise<OpenedJournal> {
  const context = createContext(storePorts({ files }), folder, version)
  const records: unknown[] = []
  const journal = await openJournal(context, 'runs', (record) => {
    if (record === 'refused') return 'it is refused'
    records.push(record)
    return undefined
  })
  onTestFinished(() => journal.close().catch(() => undefined))
  return { journal, records, context }
}

export const month = '2026-11'
export const pathIn = (folder: string): string => join(folder, 'runs', `${month}.jsonl`)

/** A folder with a journal of these records. */
export async function written(records: readonly unknown[]): Promise<string> {
  const folder = await tempFolder()
  const { journal } = await openRecords(folder)
  await journal.append(month, records)
  await journal.close()
  return folder
}
