/** A copy of what the tray shows, kept true by the host's events: subscribed first, then fetched, so nothing is missed. */
import { assertNever } from '@shared/errors'
import type { Client } from '@shared/contract'
import type { BelfryEvent } from '@shared/model/event'
import { hasEnded, type Run } from '@shared/model/run'
import type { SystemStatus } from '@shared/model/system'
import type { TaskView } from '@shared/model/task'
import type { Settings } from '@shared/model/settings'
import type { EventBus } from '../host/events'
import type { TrayState } from './tray-model'

export interface HostMirror {
  state(): TrayState & { readonly settings: Settings }
  /** Calls back after every change. What it gives takes that back. */
  onChange(listener: () => void): () => void
  stop(): void
}

/** Resolves once the copy is complete. Rejects with what the host throws. */
export async function mirrorHost(client: Client, events: EventBus): Promise<HostMirror> {
  const tasks = new Map<string, TaskView>()
  const runs = new Map<string, Run>()
  const listeners = new Set<() => void>()
  const early: BelfryEvent[] = []
  let fetched: { status: SystemStatus; settings: Settings } | undefined

  const apply = (event: BelfryEvent): void => {
    if (!fetched) {
      early.push(event)
      return
    }
    switch (event.type) {
      case 'ready':
        return
      case 'task.changed':
        tasks.set(event.task.id, event.task)
        break
      case 'task.removed':
        tasks.delete(event.id)
        break
      case 'run.changed':
        if (hasEnded(event.run.status)) runs.delete(event.run.id)
        else runs.set(event.run.id, event.run)
        break
      case 'run.removed':
        runs.delete(event.id)
        break
      case 'settings.changed':
        fetched = { ...fetched, settings: event.settings }
        break
      case 'system.changed':
        fetched = { ...fetched, status: event.status }
        break
      default:
        assertNever(event)
    }
    for (const listener of [...listeners]) listener()
  }
  const stop = events.on(apply)

  try {
    const [status, settings, taskPage, runPage] = await Promise.all([
      client.system.status(),
      client.settings.get(),
      client.tasks.list(),
      client.runs.list({ status: ['queued', 'running'], limit: 1000 }),
    ])
    for (const task of taskPage.items) tasks.set(task.id, task)
    for (const run of runPage.items) runs.set(run.id, run)
    fetched = { status, settings }
    for (const event of early.splice(0)) apply(event)
  } catch (error) {
    stop()
    throw error
  }

  const complete = fetched
  return {
    state: () => ({ ...(fetched ?? complete), tasks: [...tasks.values()], runs: [...runs.values()] }),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop,
  }
}
