/** Debian's libfaketime: a host whose wall clock the test sets while it runs. Its other clocks go on as they are. */
import { rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { removeFolder, temporaryFolder } from './host'
import { findFaketime } from './system-packages.mjs'

export interface FakedClock {
  /** For the host; its commands see the same clock. */
  readonly env: Readonly<Record<string, string>>
  /** What the clock shows now, in ms. */
  now(): number
  /** Sets it; it goes on from there. */
  set(to: number): Promise<void>
  remove(): Promise<void>
}

/** Why there is none, for the report of what was skipped. */
export const noFakedClock = 'the package faketime is not installed'

/** Undefined where faketime is not there. */
export async function fakedClock(start = Date.now()): Promise<FakedClock | undefined> {
  const library = findFaketime()
  if (library === undefined) return undefined
  const folder = await temporaryFolder()
  const file = path.join(folder, 'clock')
  let ahead = 0
  const clock: FakedClock = {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    now: () => Date.now() + ahead,
    async set(to) {
      ahead = Math.round((to - Date.now()) / 1000) * 1000
      // Never half of it.
      await writeFile(`${file}.new`, `${ahead < 0 ? '' : '+'}${ahead / 1000}\n`)
      await rename(`${file}.new`, file)
    },
    remove: () => removeFolder(folder),
  }
  await clock.set(start)
  return clock
}
