/** Occurrences that no time brings: the host's start, a boot, a wake, the end of another task's run. */
import { messageOf } from '@shared/errors'
import { hasEnded, isBroken, type Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { AfterTrigger, Trigger, TriggerKind } from '@shared/model/trigger'
import type { Clock } from '../ports'
import type { Store } from '../store/types'
import type { Warnings } from '../system/warnings'
import { eventParameters } from './event-parameters'
import type { PlannerEvent } from './planner-types'
import { answeredSince } from './unanswered'
import type { WaitingEvents } from './waiting-events'

export interface EventTriggerOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly store: Pick<Store, 'tasks' | 'state' | 'runs' | 'occurrences'>
  readonly events: WaitingEvents
  readonly warnings: Pick<Warnings, 'raise'>
  readonly bootId: () => string
}

export interface EventTriggers {
  /**
   * The host has started. Resolves once the boots that are due are remembered, so that none is made twice; one that the disk
   * refuses is left out and warned of. Never rejects.
   */
  hostStarted(): Promise<void>
  /** The machine woke at `at` (ms). */
  woke(at: number): void
  /** A run is over. */
  ended(run: Run): void
  /** The task is new or may have changed. */
  set(task: Task): void
  forget(taskId: string): void
}

/** Ms before the last line of the last host: what it had not answered by then it had long decided, or it waits. */
const lookBack = 600_000

export function createEventTriggers(options: EventTriggerOptions): EventTriggers {
  const { clock, store, events, warnings, bootId } = options
  /** When the last host wrote its last line, ms. */
  const lastLife = store.state.lastWritten()
  /** Ends that this host has told already; kept until those of the last host are gone through. */
  let told: Set<string> | undefined = new Set()

  /** Per task that others run after: who. A run's end is no time to look through all tasks. */
  const followers = new Map<string, Set<string>>()

  const set = (task: Task): void => {
    for (const [{ tasks }] of ofKind(task, 'after'))
      for (const id of tasks) followers.set(id, (followers.get(id) ?? new Set()).add(task.id))
  }

  const ofKind = <K extends TriggerKind>(task: Task, kind: K): [Extract<Trigger, { kind: K }>, number][] =>
    task.triggers.flatMap((trigger, index) =>
      trigger.kind === kind ? [[trigger as Extract<Trigger, { kind: K }>, index]] : [],
    )

  const enabled = (): Task[] => store.tasks.all().filter((task) => task.enabled)

  const fireAfter = (task: Task, trigger: AfterTrigger, index: number, run: Run): void => {
    if (!trigger.tasks.includes(run.taskId) || !answers(trigger.on, run) || run.finishedAt === null) return
    told?.add(`${task.id} ${index} ${run.id}`)
    events.fire({
      taskId: task.id,
      kind: 'after',
      // A clock that was set back since must not make it wait.
      at: Math.min(Date.parse(run.finishedAt), clock.now()),
      event: { trigger: index, id: run.id },
      parameters: eventParameters(task, resultOf(run)),
    })
  }

  /** A host may die between the end of a run and the line that its follower is queued. */
  const answerLastHost = async (task: Task): Promise<void> => {
    const since = Math.max(lastLife - lookBack, Date.parse(task.countsFrom))
    let answered: Awaited<ReturnType<typeof answeredSince>> | undefined
    for (const [trigger, index] of ofKind(task, 'after'))
      for (const followed of trigger.tasks)
        for (const run of await store.runs.endedSince(followed, since)) {
          answered ??= await answeredSince(store, task.id, since)
          const event = { trigger: index, id: run.id }
          if (answered.has(index, run.id) || told?.has(`${task.id} ${index} ${run.id}`)) continue
          if (events.has(task.id, event)) continue
          fireAfter(task, trigger, index, run)
        }
  }

  const fireStartups = async (): Promise<void> => {
    const now = clock.now()
    const boot = bootId()
    const starts = enabled().map(async (task) => {
      const triggers = ofKind(task, 'startup')
      const eventsOf = (on: 'host' | 'boot', id: string): PlannerEvent[] =>
        triggers.flatMap(([trigger, index]) => {
          const event = { trigger: index, id }
          return trigger.on === on ? [{ taskId: task.id, kind: 'startup', at: now + trigger.delay, event }] : []
        })
      eventsOf('host', `host ${new Date(now).toISOString()}`).forEach(events.fire)
      const ofBoot = eventsOf('boot', boot)
      if (ofBoot.length === 0 || store.state.rememberedBoot(task.id) === boot) return
      try {
        await events.fireBoot(task.id, boot, ofBoot)
      } catch (error) {
        warnings.raise('STORAGE', `"${task.name}" does not run for this boot: ${messageOf(error)}`)
      }
    })
    await Promise.all(starts)
  }

  store.tasks.all().forEach(set)

  return {
    async hostStarted() {
      await events.fireAgain()
      for (const task of enabled())
        await answerLastHost(task).catch((error: unknown) =>
          warnings.raise('STORAGE', `Whether "${task.name}" is due could not be read: ${messageOf(error)}`),
        )
      told = undefined
      await fireStartups()
    },
    woke(at) {
      const id = `woke ${new Date(at).toISOString()}`
      for (const task of enabled())
        for (const [{ delay }, index] of ofKind(task, 'resume'))
          events.fire({ taskId: task.id, kind: 'resume', at: at + delay, event: { trigger: index, id } })
    },
    ended(run) {
      if (!hasEnded(run.status)) return
      for (const id of followers.get(run.taskId) ?? []) {
        const task = store.tasks.get(id)
        if (task?.enabled) for (const [trigger, index] of ofKind(task, 'after')) fireAfter(task, trigger, index, run)
      }
    },
    set,
    forget: (taskId) => followers.forEach((ids) => ids.delete(taskId)),
  }
}

/** Cancelled and interrupted runs count only as an end. One that never started is none. */
function answers(on: AfterTrigger['on'], { status }: Run): boolean {
  if (status === 'expired') return false
  return on === 'finish' || (on === 'success' ? status === 'succeeded' : isBroken(status))
}

/** The result's fields where it is an object, else the result under its own name. */
function resultOf({ result }: Run): Readonly<Record<string, Run['result']>> {
  if (result === null) return {}
  return typeof result === 'object' && !Array.isArray(result) ? result : { result }
}
