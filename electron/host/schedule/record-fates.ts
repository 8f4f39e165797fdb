/** Puts what one look has decided into the ledger, in order. */
import type { Ledger } from './ledger'
import type { TaskFates } from './planner-types'

export function recordFates(ledger: Pick<Ledger, 'record' | 'interrupt'>, { taskId, event, ranges }: TaskFates): void {
  for (const [index, range] of ranges.entries()) {
    const before = ranges[index - 1]
    // They would be one, if nothing that runs lay between.
    if (before?.state === range.state && before.reason === range.reason) ledger.interrupt(taskId)
    ledger.record(taskId, range, { event })
  }
}

/** The same, and tells of the task: at once, and again when what it has missed is on disk. */
export function recordAndTell(
  ledger: Pick<Ledger, 'record' | 'interrupt' | 'flush'>,
  fates: TaskFates,
  tell: (taskId: string) => void,
): void {
  const { taskId, ranges } = fates
  recordFates(ledger, fates)
  tell(taskId)
  // The inbox tells of what is on disk; a refusal is told by the ledger.
  if (ranges.some(({ state }) => state === 'missed'))
    ledger.flush(taskId).then(
      () => tell(taskId),
      () => undefined,
    )
}
