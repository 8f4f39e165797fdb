/**
 * Which changes a task has made itself, while it ran: those must not start it again. A file's time lags by up to a tick of the
 * kernel (10 ms), so that what others change within one after its end counts as its own: a loop would be worse.
 */
import type { Run } from '@shared/model/run'

export interface OwnWrites {
  /** A run of the task has begun or ended. */
  turned(run: Run): void
  /**
   * @param at when the file changed (ctime, ms), undefined where it is gone
   * @param now ms
   */
  made(at: number | undefined, now: number): boolean
}

/** Ms by which a file's time may lag behind the clock, and a bit. What others change so shortly before its start the run sees. */
export const tick = 12
/** Ms after a run for which what it removed may still be told; and for which its span is remembered. */
const late = 300
const remembered = 60_000

export function createOwnWrites(): OwnWrites {
  const spans = new Map<string, { readonly from: number; until: number }>()
  return {
    turned(run) {
      if (run.startedAt === null) return
      const from = Date.parse(run.startedAt)
      const until = run.finishedAt === null ? Number.POSITIVE_INFINITY : Date.parse(run.finishedAt)
      spans.set(run.id, { from, until })
      for (const [id, span] of spans) if (span.until < until - remembered && Number.isFinite(until)) spans.delete(id)
    },
    made(at, now) {
      for (const { from, until } of spans.values()) {
        if (at === undefined ? now >= from && now <= until + late : at >= from - tick && Math.floor(at) <= until)
          return true
      }
      return false
    },
  }
}
