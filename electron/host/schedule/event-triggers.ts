/** Occurrences that no time brings: the host's start, a boot, a wake, the end of another task's run. */
import type { Parameters } from '@shared/model/common'
import { hasEnded, isBroken, type Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { AfterTrigger } from '@shared/model/trigger'
import type { Clock } from '../ports'
import type { Store } from '../store/types'
import type { Planner } from './planner'

export interface EventTriggerOptions {
  readonly clock: Clock
  readonly store: Pick<Store, 'tasks' | 'state' | 'runs'>
  readonly planner: Pick<Planner, 'fire'>
  readonly bootId: () => string
}

export interface EventTriggers {
  /** The host has started. Resolves once the boots that are due are remembered, so that none is made twice. */
  hostStarted(): Promise<void>
  /** The machine woke at `at` (ms). */
  woke(at: number): void
  /** A run is over. */
  ended(run: Run): void
}

export function createEventTriggers({ clock, store, planner, bootId }: EventTriggerOptions): EventTriggers {
  const each = <K extends Task['triggers'][number]['kind']>(
    kind: K,
    visit: (task: Task, trigger: Extract<Task['triggers'][number], { kind: K }>, index: number) => void,
  ): void => {
    for (const task of store.tasks.all()) {
      if (!task.enabled) continue
      for (const [index, trigger] of task.triggers.entries())
        if (trigger.kind === kind) visit(task, trigger as Extract<typeof trigger, { kind: K }>, index)
    }
  }

  const fireAfter = (task: Task, trigger: AfterTrigger, index: number, run: Run): void => {
    if (!trigger.tasks.includes(run.taskId) || !answers(trigger.on, run) || run.finishedAt === null) return
    const at = Date.parse(run.finishedAt)
    if (at < Date.parse(task.countsFrom)) return
    planner.fire({
      taskId: task.id,
      kind: 'after',
      at,
      event: { trigger: index, id: run.id },
      parameters: parametersOf(run),
    })
  }

  return {
    async hostStarted() {
      const now = clock.now()
      const boots: Promise<void>[] = []
      each('startup', (task, trigger, index) => {
        if (trigger.on === 'boot') {
          if (store.state.rememberedBoot(task.id) === bootId()) return
          // Before it runs: a host that dies in between has lost one start, never made two.
          boots.push(store.state.rememberBoot(task.id, bootId()))
        }
        const event = { trigger: index, id: trigger.on === 'boot' ? bootId() : `host ${now}` }
        planner.fire({ taskId: task.id, kind: 'startup', at: now + trigger.delay, event })
      })
      await Promise.all(boots)
    },
    woke(at) {
      each('resume', (task, trigger, index) => {
        const event = { trigger: index, id: `woke ${new Date(at).toISOString()}` }
        planner.fire({ taskId: task.id, kind: 'resume', at: at + trigger.delay, event })
      })
    },
    ended(run) {
      if (hasEnded(run.status)) each('after', (task, trigger, index) => fireAfter(task, trigger, index, run))
    },
  }
}

/** Cancelled and interrupted runs count only as an end. One that never started is none. */
function answers(on: AfterTrigger['on'], { status }: Run): boolean {
  if (status === 'expired') return false
  return on === 'finish' || (on === 'success' ? status === 'succeeded' : isBroken(status))
}

/** The result's fields where it is an object, else the result under its own name. */
function parametersOf({ result }: Run): Parameters {
  if (result === null) return {}
  return typeof result === 'object' && !Array.isArray(result) ? result : { result }
}
