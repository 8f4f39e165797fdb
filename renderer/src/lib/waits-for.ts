/** What a queued run waits for. The host says only that it waits; this is by the same rules as the host's dispatcher. */
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'

export type WaitsFor =
  /** The late one of the same task that goes before it. */
  | { readonly kind: 'replay' }
  /** An instance of its task. */
  | { readonly kind: 'instance' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'slot' }
  /** None of that as far as is known here: its turn is about to come. */
  | { readonly kind: 'turn' }

export interface WaitingRoom {
  /** Runs that have not ended. */
  readonly active: readonly Run[]
  readonly taskOf: (id: string) => Pick<TaskView, 'policy'> | undefined
  /** See `settings.groups`. */
  readonly groups: Readonly<Record<string, number>>
  readonly maxConcurrent: number
}

/** Undefined for a run that does not wait. */
export function waitsFor(run: Run, { active, taskOf, groups, maxConcurrent }: WaitingRoom): WaitsFor | undefined {
  if (run.status !== 'queued') return undefined
  const running = active.filter(({ status }) => status === 'running')
  const policy = taskOf(run.taskId)?.policy
  const siblings = running.filter(({ taskId }) => taskId === run.taskId)
  if (run.replay && siblings.some(({ replay }) => replay)) return { kind: 'replay' }
  if (policy && siblings.length >= policy.maxInstances) return { kind: 'instance' }
  const group = policy?.group ?? null
  if (group !== null) {
    const sharing = running.filter(({ taskId }) => taskOf(taskId)?.policy.group === group)
    if (sharing.length >= (groups[group] ?? 1)) return { kind: 'group', group }
  }
  return { kind: running.length >= maxConcurrent ? 'slot' : 'turn' }
}
