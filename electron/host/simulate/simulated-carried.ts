/** What goes on from one simulated stretch into the next. Pure. Instants are ms. */
import type { Marks } from '../schedule/occurrences'
import type { SimulatedRun } from './simulated-runs'

export interface Carried {
  readonly runs: readonly SimulatedRun[]
  /** Of tasks of which something before the end is not decided yet: it comes later by its jitter. */
  readonly marks: ReadonlyMap<string, Marks>
}

export const noneCarried: Carried = { runs: [], marks: new Map() }

/** Equal for what goes on in the same way from `from` as something else from its own; null where nothing else could. */
export function carriedKey({ runs, marks }: Carried, from: number): string | null {
  if (marks.size > 0) return null
  if (runs.length === 0) return ''
  const since = (at: number | null): number | null => at && at - from
  return JSON.stringify(
    runs.map(({ due, until, waits, endsAt }) => [
      due.taskId,
      since(due.scheduledAt),
      due.folded,
      since(due.foldedFrom),
      due.late,
      due.replay,
      since(until),
      waits,
      since(endsAt),
    ]),
  )
}

/** The same, `by` ms later. Without marks. */
export function movedCarried({ runs }: Carried, by: number): Carried {
  if (runs.length === 0 || by === 0) return runs.length === 0 ? noneCarried : { runs, marks: noneCarried.marks }
  const moved = (at: number | null): number | null => at && at + by
  return {
    marks: noneCarried.marks,
    runs: runs.map((run) => ({
      ...run,
      due: { ...run.due, scheduledAt: run.due.scheduledAt + by, foldedFrom: moved(run.due.foldedFrom) },
      until: moved(run.until),
      endsAt: moved(run.endsAt),
    })),
  }
}
