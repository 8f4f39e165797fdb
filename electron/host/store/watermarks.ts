/** Up to where each task's occurrences are decided, gathered from the lines of the journals as they are read and written. */
import type { ClockEpoch } from './types'

export interface Watermarks {
  epoch(): ClockEpoch
  beginEpoch(epoch: ClockEpoch): void
  /** An occurrence at `at` (ms) of that epoch was decided. In any order: segments tell of months, not of epochs. */
  take(taskId: string, epoch: number, at: number): void
  /** For fixed times, and for rhythms, which go on when the clock is set back. Ms; before everything where nothing is known. */
  of(taskId: string): { readonly fixed: number; readonly cadence: number }
  /** A line of that epoch was written at `at` (ms). */
  wrote(epoch: number, at: number): void
  /** In this epoch; what the clock showed before it was set back says nothing of it. */
  lastWritten(): number
}

export function createWatermarks(): Watermarks {
  const epochs: ClockEpoch[] = [{ number: 0, began: 0, fixedStay: true }]
  /** Per task, by epoch: nearly always one. */
  const known = new Map<string, Map<number, number>>()
  const written = new Map<number, number>()

  const current = (): ClockEpoch => epochs.at(-1) as ClockEpoch

  return {
    epoch: current,
    beginEpoch(epoch) {
      if (epoch.number > current().number) epochs.push(epoch)
    },
    take(taskId, epoch, at) {
      const marks = known.get(taskId) ?? new Map<number, number>()
      known.set(taskId, marks)
      // Triggers that meet in a second make one occurrence: it is decided as a whole.
      const end = Math.floor(at / 1000) * 1000 + 999
      marks.set(epoch, Math.max(marks.get(epoch) ?? Number.NEGATIVE_INFINITY, end))
    },
    of(taskId) {
      const marks = known.get(taskId)
      let fixed = Number.NEGATIVE_INFINITY
      let cadence = Number.NEGATIVE_INFINITY
      if (marks === undefined) return { fixed, cadence }
      for (const { number, began, fixedStay } of epochs) {
        if (!fixedStay) fixed = Math.min(fixed, began - 1)
        cadence = Math.min(cadence, began - 1)
        const decided = marks.get(number) ?? Number.NEGATIVE_INFINITY
        fixed = Math.max(fixed, decided)
        cadence = Math.max(cadence, decided)
      }
      // Of an epoch whose beginning could not be read: rather once too few than twice.
      for (const [number, decided] of marks) {
        if (epochs.some((epoch) => epoch.number === number)) continue
        fixed = Math.max(fixed, decided)
        cadence = Math.max(cadence, decided)
      }
      return { fixed, cadence }
    },
    wrote(epoch, at) {
      written.set(epoch, Math.max(written.get(epoch) ?? 0, at))
    },
    lastWritten: () => Math.max(current().began, written.get(current().number) ?? 0),
  }
}
