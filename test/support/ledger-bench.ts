/** A ledger over a real store, by a clock that the test moves; the disk may be full, slow, or gone. */
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { OccurrenceRecord } from '@shared/model/occurrence'
import type { Files } from '../../electron/host/ports'
import type { FateRange } from '../../electron/host/schedule/decide'
import { createLedger, type Ledger } from '../../electron/host/schedule/ledger'
import { openStore } from '../../electron/host/store/open-store'
import type { Store } from '../../electron/host/store/types'
import { ulids } from '../../electron/platform/ids'
import { files as realFiles } from './store-ports'
import { tempFolder } from './temp-folder'
import { virtualClock, type VirtualClock } from './virtual-clock'

export const start = Date.parse('2027-01-01T00:00:00Z')
export const at = (second: number): string => new Date(start + second * 1000).toISOString()

/** Seconds after `start`. */
export function fate(
  state: FateRange['state'],
  reason: FateRange['reason'],
  from: number,
  until = from,
  count = until - from + 1,
): FateRange {
  return { state, reason, from: start + from * 1000, until: start + until * 1000, count } as FateRange
}

export interface LedgerBench {
  readonly folder: string
  readonly clock: VirtualClock
  readonly store: Store
  readonly ledger: Ledger
  /** Every write that was asked of the disk, in order: how many records each. */
  readonly writes: OccurrenceRecord[][]
  readonly refusals: unknown[]
  /** How often it was told that the disk takes it again. */
  takes(): number
  /** From now on writes wait until what this gives is called. */
  slow(): () => void
}

export async function ledgerBench(
  given: { readonly folder?: string; readonly files?: Files; readonly clock?: VirtualClock } = {},
): Promise<LedgerBench> {
  const folder = given.folder ?? (await tempFolder())
  const clock = given.clock ?? virtualClock(at(0))
  const ports = { clock, ids: ulids(), files: given.files ?? realFiles, log: pino({ level: 'silent' }) }
  const store = await openStore(ports, folder, '0.0.0')
  onTestFinished(() => store.close())
  const writes: OccurrenceRecord[][] = []
  const refusals: unknown[] = []
  let takes = 0
  let held: Promise<void> | undefined
  const occurrences: Store['occurrences'] = {
    ...store.occurrences,
    async put(records) {
      writes.push([...records])
      await held
      await store.occurrences.put(records)
    },
  }
  const ledger = createLedger({
    ports,
    store: { state: store.state, occurrences },
    refused: (error) => refusals.push(error),
    wrote: () => takes++,
  })
  return {
    folder,
    clock,
    store,
    ledger,
    writes,
    refusals,
    takes: () => takes,
    slow() {
      let release: () => void = () => undefined
      held = new Promise((resolve) => (release = resolve))
      return () => {
        held = undefined
        release()
      }
    },
  }
}

/** What a store that is opened anew has of the task, earliest first. */
export async function onDisk(folder: string, taskId = 'a'): Promise<OccurrenceRecord[]> {
  const ports = { clock: virtualClock(at(0)), ids: ulids(), files: realFiles, log: pino({ level: 'silent' }) }
  const store = await openStore(ports, folder, '0.0.0')
  const records = await store.occurrences.list(taskId, { limit: 1000 })
  await store.close()
  return records.reverse()
}
