/**
 * Which changes a task has made itself, while it ran: those must not start it again. A file's time lags by up to a tick of the
 * kernel (10 ms), so that what others change within one after its end counts as its own: a loop would be worse.
 */
import type { Run } from '@shared/model/run'

export interface Change {
  /** Who hears of it and where: of several, while the task runs, the latest counts. */
  readonly key: string
  /** When the file changed (ctime, ms); undefined where it is gone. */
  readonly at: number | undefined
  /** Ms. */
  readonly heard: number
  /** It is none of its own. */
  readonly count: () => void
}

export interface OwnWrites {
  /** A run of the task has begun or ended. */
  turned(run: Run): void
  /** Counts it at once, or once it shows that no run has made it, or never. */
  judge(change: Change): void
}

/** Ms by which a file's time may lag behind the clock, and a bit. What others change so shortly before its start the run sees. */
export const tick = 12
/** Ms after a run for which what it removed may still be told; and for which its span is remembered. */
const late = 300
const remembered = 60_000
/** Changes while a task runs that may turn out to come after its end. */
const most = 10_000

export function createOwnWrites(): OwnWrites {
  const spans = new Map<string, { readonly from: number; readonly until: number }>()
  /** Made while a run went on, as far as is known: the end of a run is told a while after it. */
  const open = new Map<string, Change>()

  const madeBy = ({ at, heard }: Change, { from, until }: { from: number; until: number }): boolean =>
    at === undefined ? heard >= from && heard <= until + late : at >= from - tick && Math.floor(at) <= until

  const judge = (change: Change): void => {
    const made = [...spans.values()].filter((span) => madeBy(change, span))
    open.delete(change.key)
    if (made.length === 0) change.count()
    else if (made.some(({ until }) => until === Number.POSITIVE_INFINITY) && open.size < most)
      open.set(change.key, change)
  }

  return {
    turned(run) {
      if (run.startedAt === null) return
      const from = Date.parse(run.startedAt)
      const until = run.finishedAt === null ? Number.POSITIVE_INFINITY : Date.parse(run.finishedAt)
      spans.set(run.id, { from, until })
      if (until === Number.POSITIVE_INFINITY) return
      for (const [id, span] of spans) if (span.until < until - remembered) spans.delete(id)
      for (const change of [...open.values()]) judge(change)
    },
    judge,
  }
}
