/** Statuses, tasks and runs as the host tells them, for what shows them. */
import type { Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import { makeRun } from './make-run'
import { makeTaskView } from './make-task-view'

export const now = Date.parse('2027-03-24T09:42:18.000Z')
export const started = '2027-03-24T09:38:00.000Z'

export function status(over: Partial<SystemStatus> = {}): SystemStatus {
  return {
    version: '0.1.0',
    kind: 'tray',
    pid: 4711,
    hostname: 'desk',
    platform: 'linux',
    dataFolder: '/data',
    timezone: 'Europe/Berlin',
    now: new Date(now).toISOString(),
    startedAt: started,
    state: 'running',
    paused: null,
    tasks: 1,
    activeRuns: 0,
    maxConcurrent: 20,
    next: null,
    attention: 0,
    lastDay: { succeeded: 0, failed: 0, other: 0 },
    warnings: [],
    ...over,
  }
}

export function task(name: string, over: Partial<TaskView> = {}): TaskView {
  return makeTaskView({
    createdAt: started,
    updatedAt: started,
    countsFrom: started,
    id: `task-${name}`,
    name,
    ...over,
  })
}

/** One that goes on. */
export function run(taskName: string, over: Partial<Run> = {}): Run {
  return makeRun({
    id: `run-${taskName}`,
    taskId: `task-${taskName}`,
    taskName,
    status: 'running',
    createdAt: started,
    finishedAt: null,
    durationMs: null,
    exitCode: null,
    ...over,
  })
}

export const progress = (percent: number): Run['progress'] => {
  return { percent, processed: null, total: null, item: null, message: null, updatedAt: started }
}
export const brokenEnd = (error: string, finishedAt = started) => {
  return {
    id: 'run-broken',
    number: 3,
    status: 'failed',
    startedAt: started,
    finishedAt,
    durationMs: 5,
    error,
  } as const
}
export const failing = (name: string, error = 'no space left', finishedAt = started): TaskView => {
  return task(name, {
    recent: [brokenEnd(error, finishedAt)],
    streak: { count: 1, since: started, acknowledged: false },
  })
}
export const missing = (name: string, until = started, count = 3): TaskView =>
  task(name, { missed: { count, from: started, until, reason: 'asleep' } })
export const warning = { id: 'w', code: 'STORAGE', message: 'the disk is full', at: started } as const
export const next = { taskId: 'task-Disk space', taskName: 'Disk space', at: '2027-03-24T10:00:00.000Z' }
