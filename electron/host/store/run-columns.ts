/** The numbers that are known of every run, one row a run: see run-index.ts. */
import type { Run } from '@shared/model/run'

export const runColumns = {
  segment: Uint16Array,
  offset: Float64Array,
  length: Uint32Array,
  status: Uint8Array,
  /** Ms from its creation to its beginning, at most 49 days; `neverBegan` where it has not begun. */
  waited: Uint32Array,
  task: Uint32Array,
  /** Ms since the epoch. */
  createdAt: Float64Array,
  /** NaN where no occurrence brought it. */
  scheduledAt: Float64Array,
  finishedAt: Float64Array,
}

/** In `waited`. */
export const neverBegan = 2 ** 32 - 1

/** Of a run in `waited`. */
export function waitedOf({ createdAt, startedAt }: Run): number {
  if (startedAt === null) return neverBegan
  return Math.min(neverBegan - 1, Math.max(0, Date.parse(startedAt) - Date.parse(createdAt)))
}
