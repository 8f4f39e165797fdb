/** The numbers that are known of every run, one row a run: see run-index.ts. */
import type { Run } from '@shared/model/run'

export interface Columns {
  readonly capacity: number
  readonly segment: Uint16Array
  readonly offset: Float64Array
  readonly length: Uint32Array
  readonly status: Uint8Array
  /** Ms from its creation to its beginning, at most 49 days; `neverBegan` where it has not begun. */
  readonly waited: Uint32Array
  readonly task: Uint32Array
  /** Ms since the epoch. */
  readonly createdAt: Float64Array
  /** NaN where no occurrence brought it. */
  readonly scheduledAt: Float64Array
  readonly finishedAt: Float64Array
}

export function createColumns(capacity: number): Columns {
  return {
    capacity,
    segment: new Uint16Array(capacity),
    offset: new Float64Array(capacity),
    length: new Uint32Array(capacity),
    status: new Uint8Array(capacity),
    waited: new Uint32Array(capacity),
    task: new Uint32Array(capacity),
    createdAt: new Float64Array(capacity),
    scheduledAt: new Float64Array(capacity),
    finishedAt: new Float64Array(capacity),
  }
}

export function grow(old: Columns): Columns {
  const grown = createColumns(old.capacity * 2)
  grown.segment.set(old.segment)
  grown.offset.set(old.offset)
  grown.length.set(old.length)
  grown.status.set(old.status)
  grown.waited.set(old.waited)
  grown.task.set(old.task)
  grown.createdAt.set(old.createdAt)
  grown.scheduledAt.set(old.scheduledAt)
  grown.finishedAt.set(old.finishedAt)
  return grown
}

/** In `waited`. */
export const neverBegan = 2 ** 32 - 1

/** Of a run in `waited`. */
export function waitedOf({ createdAt, startedAt }: Run): number {
  if (startedAt === null) return neverBegan
  return Math.min(neverBegan - 1, Math.max(0, Date.parse(startedAt) - Date.parse(createdAt)))
}
