/** A stored task with what is known about it now. */
import { isBroken, type RecentRun } from '@shared/model/run'
import type { Task, TaskState, TaskView } from '@shared/model/task'

export interface TaskFacts {
  /** Ms since the epoch. */
  readonly nextAt: number | undefined
  readonly activeRuns: readonly string[]
  /** Ended runs, oldest first. */
  readonly recent: readonly RecentRun[]
  /** The run whose end the operator acknowledged last. */
  readonly acknowledged: string | undefined
  readonly warnings: readonly string[]
  readonly missed: TaskView['missed']
}

export function taskView(task: Task, facts: TaskFacts): TaskView {
  return {
    ...task,
    state: stateOf(task, facts),
    nextAt: facts.nextAt === undefined ? null : new Date(facts.nextAt).toISOString(),
    activeRuns: [...facts.activeRuns],
    recent: [...facts.recent],
    warnings: [...facts.warnings],
    missed: facts.missed,
    streak: streakOf(facts),
  }
}

function stateOf(task: Task, { activeRuns, recent }: TaskFacts): TaskState {
  if (activeRuns.length > 0) return 'running'
  if (!task.enabled) return 'disabled'
  if (task.pause !== null) return 'paused'
  const last = recent.at(-1)
  return last === undefined || last.status === 'queued' || last.status === 'running' ? 'idle' : last.status
}

/** Broken runs in a row up to now. One that was cancelled or interrupted neither breaks nor mends anything. */
function streakOf({ recent, acknowledged }: TaskFacts): TaskView['streak'] {
  const broken: RecentRun[] = []
  for (const run of [...recent].reverse()) {
    if (run.status === 'succeeded') break
    if (isBroken(run.status)) broken.push(run)
  }
  const [latest] = broken
  const first = broken.at(-1)
  if (latest === undefined || first === undefined) return null
  return {
    count: broken.length,
    since: first.finishedAt ?? first.startedAt ?? '',
    acknowledged: latest.id === acknowledged,
  }
}
