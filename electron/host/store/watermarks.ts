/** Up to where each task's occurrences are decided, gathered from the lines of the journals as they are read and written. */
import type { ClockEpoch } from './types'

export interface Watermarks {
  epoch(): ClockEpoch
  beginEpoch(epoch: ClockEpoch): void
  /** An occurrence at `at` (ms) of that epoch was decided. */
  take(taskId: string, epoch: number, at: number): void
  /** For fixed times, and for rhythms, which go on when the clock is set back. Ms; before everything where nothing is known. */
  of(taskId: string): { readonly fixed: number; readonly cadence: number }
  /** A line was written at `at` (ms). */
  wrote(at: number): void
  lastWritten(): number
}

interface Known {
  epoch: number
  fixed: number
  cadence: number
}

export function createWatermarks(): Watermarks {
  const epochs: ClockEpoch[] = [{ number: 0, began: 0, fixedStay: true }]
  const known = new Map<string, Known>()
  let written = 0

  const current = (): ClockEpoch => epochs.at(-1) as ClockEpoch

  /** What was known in an earlier epoch, as it stands in epoch `to`. */
  const carried = (from: Known, to: number): Known => {
    const later = epochs.filter(({ number }) => number > from.epoch && number <= to)
    return later.reduce<Known>(
      (marks, { number, began, fixedStay }) => ({
        epoch: number,
        fixed: fixedStay ? marks.fixed : Math.min(marks.fixed, began - 1),
        cadence: Math.min(marks.cadence, began - 1),
      }),
      from,
    )
  }

  return {
    epoch: current,
    beginEpoch(epoch) {
      if (epoch.number > current().number) epochs.push(epoch)
    },
    take(taskId, epoch, at) {
      const before = known.get(taskId)
      if (before === undefined || epoch > before.epoch) {
        const marks = before === undefined ? { epoch, fixed: at, cadence: at } : carried(before, epoch)
        known.set(taskId, { epoch, fixed: Math.max(marks.fixed, at), cadence: Math.max(marks.cadence, at) })
        return
      }
      before.fixed = Math.max(before.fixed, at)
      if (epoch === before.epoch) before.cadence = Math.max(before.cadence, at)
    },
    of(taskId) {
      const marks = known.get(taskId)
      return marks === undefined ? { fixed: -Infinity, cadence: -Infinity } : carried(marks, current().number)
    },
    wrote(at) {
      written = Math.max(written, at)
    },
    lastWritten: () => written,
  }
}
