import * as realFiles from 'node:fs/promises'
import { pino } from 'pino'
import type { Files } from '../../electron/host/ports'
import type { StorePorts } from '../../electron/host/store/context'
import { systemClock } from '../../electron/platform/clock'
import { ulids } from '../../electron/platform/ids'

export const files: Files = realFiles

/** What a store needs, on the real disk unless told otherwise. */
export function storePorts(over: Partial<StorePorts> = {}): StorePorts {
  return { files, clock: systemClock(), ids: ulids(), log: pino({ level: 'silent' }), ...over }
}
