import type { Run } from '@shared/model/run'

/** A run that ended well, with what is given in place of what is not. */
export function makeRun(over: Partial<Run> = {}): Run {
  const createdAt = over.createdAt ?? '2026-11-20T12:00:00.000Z'
  return {
    id: 'run-1',
    number: 1,
    taskId: 'task-1',
    taskName: 'Back up',
    taskRevision: 1,
    status: 'succeeded',
    triggeredBy: 'manual',
    scheduledAt: null,
    epoch: 0,
    event: null,
    folded: 0,
    foldedFrom: null,
    foldedUntil: null,
    foldedReason: null,
    late: null,
    waited: null,
    replay: false,
    priority: 0,
    createdAt,
    startedAt: createdAt,
    finishedAt: createdAt,
    updatedAt: createdAt,
    durationMs: 0,
    exitCode: 0,
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
