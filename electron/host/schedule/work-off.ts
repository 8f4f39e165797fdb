/** Decisions that take more than one step, gone on with in turns. */
import type { Clock } from '../ports'
import type { Decision, OpenDecision } from './decide'

/** Occurrences between two looks at how long it has taken. */
export const stepSize = 500

/**
 * Goes on with what is open of these tasks while there is time. `within` does the work that it is given, which throws for
 * triggers that cannot be reckoned with, and gives the decision once it is there.
 */
export function workOff(
  open: Map<string, OpenDecision>,
  taskIds: readonly string[],
  hasTime: () => boolean,
  within: (taskId: string, work: () => Decision | undefined) => void,
): void {
  for (const taskId of taskIds) {
    const decision = open.get(taskId)
    if (decision === undefined) continue
    within(taskId, () => {
      // The others first, next time.
      open.delete(taskId)
      open.set(taskId, decision)
      let done: Decision | undefined
      do done = decision.step(stepSize)
      while (done === undefined && hasTime())
      return done
    })
    if (!hasTime()) return
  }
}

/** The host has had its turn. */
export function nextTurn(clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => void clock.after(0, resolve))
}
