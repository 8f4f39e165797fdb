/** Events whose occurrence waits, gathered from the lines of the journals: those that no run and no fate answers yet. */
import type { OccurrenceEvent } from '@shared/model/occurrence'
import type { WaitingEvent } from './types'

export interface Waiting {
  waits(event: WaitingEvent): void
  /** It has become a run, or has a fate in the ledger. */
  answered(taskId: string, event: OccurrenceEvent): void
  all(): readonly WaitingEvent[]
}

export function createWaiting(): Waiting {
  const events = new Map<string, WaitingEvent>()
  const keyOf = (taskId: string, { trigger, id }: OccurrenceEvent): string => `${taskId} ${trigger} ${id}`
  return {
    waits: (waiting) => void events.set(keyOf(waiting.taskId, waiting.event), waiting),
    answered: (taskId, event) => void events.delete(keyOf(taskId, event)),
    all: () => [...events.values()],
  }
}
