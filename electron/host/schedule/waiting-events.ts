/** Fires events. Those whose occurrence waits, for a delay or by jitter, are on disk: they outlive the host that saw them. */
import { messageOf } from '@shared/errors'
import type { OccurrenceEvent } from '@shared/model/occurrence'
import type { Clock, Logger } from '../ports'
import type { Store, WaitingEvent } from '../store/types'
import type { Warnings } from '../system/warnings'
import { concerns } from './decide-fired'
import { dueOf } from './jitter'
import type { Planner, PlannerEvent } from './planner-types'
import { answeredSince } from './unanswered'

export interface WaitingEventsOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly store: Pick<Store, 'tasks' | 'state' | 'runs' | 'occurrences'>
  readonly planner: Pick<Planner, 'fire'>
  readonly warnings: Pick<Warnings, 'raise'>
  readonly log: Pick<Logger, 'error'>
}

export interface WaitingEvents {
  fire(event: PlannerEvent): void
  /** Remembers the boot for the task, and fires what it brings. STORAGE: then nothing was fired. */
  fireBoot(taskId: string, bootId: string, events: readonly PlannerEvent[]): Promise<void>
  /** Whether the event waits, as far as is on disk. */
  has(taskId: string, event: OccurrenceEvent): boolean
  /**
   * Fires again what waited when the last host ended, to wait no longer than it did from its beginning. What cannot be read is
   * warned of and left to the next host. Never rejects.
   */
  fireAgain(): Promise<void>
}

export function createWaitingEvents({ clock, store, planner, warnings, log }: WaitingEventsOptions): WaitingEvents {
  const { state } = store

  const waitingOf = (event: PlannerEvent): WaitingEvent[] => {
    const task = store.tasks.get(event.taskId)
    const trigger = task?.triggers[event.event.trigger]
    if (task === undefined || trigger === undefined) return []
    return [{ parameters: {}, ...event, trigger, due: dueOf(task, event.at), since: clock.now() }]
  }

  const has: WaitingEvents['has'] = (taskId, { trigger, id }) =>
    state.waiting().some(({ taskId: of, event }) => of === taskId && event.trigger === trigger && event.id === id)

  return {
    has,
    fire(event) {
      for (const waiting of waitingOf(event)) {
        planner.fire(event)
        // Nothing is lost by a refusal unless this host ends before it is due.
        if (waiting.due > clock.now())
          state.putWaiting(waiting).catch((error: unknown) => log.error({ err: error }, 'an event could not be stored'))
      }
    },
    async fireBoot(taskId, bootId, events) {
      const wanted = events.filter(({ event }) => !has(taskId, event))
      await state.rememberBoot(taskId, bootId, wanted.flatMap(waitingOf))
      for (const event of wanted) planner.fire(event)
    },
    async fireAgain() {
      const of = new Map<string, WaitingEvent[]>()
      for (const waiting of state.waiting()) {
        const task = store.tasks.get(waiting.taskId)
        // What nobody waits for any more is never answered: it must not have each start read all that ran since.
        if (task === undefined || !concerns({ event: waiting, trigger: waiting.trigger }, task)) continue
        const all = of.get(task.id) ?? []
        all.push(waiting)
        of.set(task.id, all)
      }
      for (const [taskId, all] of of) {
        try {
          // A clock that was set back by months writes the answer before the question.
          const answered = await answeredSince(store, taskId, Math.min(...all.map(({ at }) => at)))
          for (const waiting of all) {
            const { event, due, since } = waiting
            if (!answered.has(event.trigger, event.id))
              planner.fire({ ...waiting, due: Math.min(due, clock.now() + due - since) })
          }
        } catch (error) {
          const name = store.tasks.get(taskId)?.name ?? taskId
          warnings.raise('STORAGE', `Whether "${name}" is due could not be read: ${messageOf(error)}`)
        }
      }
    },
  }
}
