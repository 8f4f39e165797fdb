/** Statuses, tasks and runs as the host tells them, for what shows them. */
import type { Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'

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
  return {
    id: `task-${name}`,
    name,
    description: '',
    notes: '',
    tags: [],
    enabled: true,
    triggers: [],
    action: { kind: 'command', command: 'true', successExitCodes: [0] },
    policy: { timeout: null, killGrace: 5000 },
    parameters: {},
    revision: 1,
    createdAt: started,
    updatedAt: started,
    countsFrom: started,
    pause: null,
    source: null,
    locked: null,
    state: 'idle',
    nextAt: null,
    activeRuns: [],
    recent: [],
    streak: null,
    ...over,
  }
}

export function run(taskName: string, over: Partial<Run> = {}): Run {
  return {
    id: `run-${taskName}`,
    number: 1,
    taskId: `task-${taskName}`,
    taskName,
    taskRevision: 1,
    status: 'running',
    triggeredBy: 'manual',
    scheduledAt: null,
    epoch: 0,
    folded: 0,
    createdAt: started,
    startedAt: started,
    finishedAt: null,
    updatedAt: started,
    durationMs: null,
    exitCode: null,
    signal: null,
    error: null,
    stderrTail: '',
    progress: null,
    result: null,
    parameters: {},
    attempts: [],
    process: null,
    ending: null,
    survivors: [],
    log: { bytes: 0, lines: 0, truncated: false },
    ...over,
  }
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
export const warning = { id: 'w', code: 'STORAGE', message: 'the disk is full', at: started } as const
export const next = { taskId: 'task-Disk space', taskName: 'Disk space', at: '2027-03-24T10:00:00.000Z' }
