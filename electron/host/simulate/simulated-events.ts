/** What makes an occurrence in a simulation beside time: a wake, and the end of another task's run. Hosts do not start in one. */
import type { Task } from '@shared/model/task'
import type { PlannerEvent } from '../schedule/planner'

export interface SimulatedEvents {
  /** The machine woke at `at` (ms). */
  woke(at: number): void
  /** A run has succeeded, at `at` (ms). */
  ended(taskId: string, run: number, at: number): void
  /** It counts from the end of its last run, so that each run changes what is planned. */
  hasDelay(taskId: string): boolean
}

interface Follower {
  readonly taskId: string
  readonly trigger: number
}

export function simulatedEvents(tasks: readonly Task[], fire: (event: PlannerEvent) => void): SimulatedEvents {
  const followers = new Map<string, Follower[]>()
  const wakers: (Follower & { readonly delay: number })[] = []
  const delayed = new Set<string>()
  for (const task of tasks)
    for (const [index, trigger] of task.triggers.entries()) {
      const one = { taskId: task.id, trigger: index }
      if (trigger.kind === 'interval' && trigger.mode === 'fixed-delay') delayed.add(task.id)
      if (!task.enabled) continue
      if (trigger.kind === 'resume') wakers.push({ ...one, delay: trigger.delay })
      if (trigger.kind === 'after' && trigger.on !== 'failure')
        for (const id of trigger.tasks) followers.set(id, [...(followers.get(id) ?? []), one])
    }
  return {
    woke(at) {
      for (const { taskId, trigger, delay } of wakers)
        fire({ taskId, kind: 'resume', at: at + delay, event: { trigger, id: `woke ${at}` } })
    },
    ended(taskId, run, at) {
      for (const { taskId: id, trigger } of followers.get(taskId) ?? [])
        fire({ taskId: id, kind: 'after', at, event: { trigger, id: String(run) } })
    },
    hasDelay: (taskId) => delayed.has(taskId),
  }
}
