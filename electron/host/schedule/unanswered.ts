/** What the last host owed when it died: the follower of a run whose end it had written, and nothing more. */
import type { Store } from '../store/types'

export type AnswerStore = Pick<Store, 'runs' | 'occurrences'>

/** What the journals tell of the events that a task has answered, by a run or in the ledger. */
export interface Answered {
  has(trigger: number, eventId: string): boolean
}

/** @param since ms; older answers are not looked for */
export async function answeredSince(store: AnswerStore, taskId: string, since: number): Promise<Answered> {
  const range = { since, limit: Number.POSITIVE_INFINITY }
  const answers = [...(await store.runs.planned(taskId, range)), ...(await store.occurrences.list(taskId, range))]
  const known = new Set(answers.flatMap(({ event }) => (event === null ? [] : [keyOf(event.trigger, event.id)])))
  return { has: (trigger, eventId) => known.has(keyOf(trigger, eventId)) }
}

function keyOf(trigger: number, eventId: string): string {
  return `${trigger} ${eventId}`
}
