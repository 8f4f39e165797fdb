/** The host that is measured: the built one, as a process of its own, and a client of it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@shared/contract'
import type { BelfryEvent } from '@shared/model/event'
import { hasEnded, type Run } from '@shared/model/run'
import { task as taskModel, type Task, type TaskInput } from '@shared/model/task'
import { connect } from '../../electron/cli/connect'
import { openStore } from '../../electron/host/store/open-store'
import { removeFolder, startHost, temporaryFolder, type TestHost } from '../support/host'
import { storePorts } from '../support/store-ports'

/** @param tasks that are there before it starts */
export async function withHost(
  measure: (host: TestHost, startedInMs: number) => Promise<void>,
  tasks: readonly Task[] = [],
): Promise<void> {
  const home = await temporaryFolder()
  if (tasks.length > 0) {
    const store = await openStore(storePorts(), home, '0.0.0')
    await store.tasks.put(tasks)
    await store.close()
  }
  const before = performance.now()
  const host = await startHost({ home })
  try {
    await measure(host, performance.now() - before)
  } finally {
    await host.stop()
    await removeFolder(home)
  }
}

export type Follow = (count: number, ended?: (run: Run) => void) => Promise<readonly Run[]>

/** @param use gets a client and what resolves with the next `count` runs to end */
export async function withClient<T>(host: TestHost, use: (client: Client, follow: Follow) => Promise<T>): Promise<T> {
  const { client, close } = await connect(host.home, 'belfry serve')
  const stream = await client.events.stream()
  // The first event says that the stream listens.
  await stream.next()
  try {
    return await use(client, (count, ended) => endedRuns(stream, count, ended))
  } finally {
    await close()
  }
}

async function endedRuns(
  events: AsyncIterable<BelfryEvent>,
  count: number,
  ended: (run: Run) => void = () => undefined,
): Promise<readonly Run[]> {
  const runs = new Map<string, Run>()
  for await (const event of events) {
    if (event.type !== 'run.changed' || !hasEnded(event.run.status) || runs.has(event.run.id)) continue
    if (event.run.status !== 'succeeded')
      throw new Error(`a run of true ${event.run.status}: ${event.run.error?.message}`)
    runs.set(event.run.id, event.run)
    ended(event.run)
    if (runs.size === count) break
  }
  return [...runs.values()]
}

export const definition = (name: string, triggers: TaskInput['triggers']): TaskInput => ({
  name,
  triggers,
  action: { kind: 'command', command: 'true' },
})

/** A stored task for each expression. */
export function storedTasks(expressions: readonly string[]): Task[] {
  const at = new Date().toISOString()
  return expressions.map((expression, index) =>
    taskModel.parse({
      ...definition(`bench ${index}`, [{ kind: 'cron', expression }]),
      id: `bench-${index}`,
      revision: 1,
      createdAt: at,
      updatedAt: at,
      countsFrom: at,
      pause: null,
      source: null,
      locked: null,
    }),
  )
}

/** Of a process: resident memory in MiB, and ms of processor time so far. Linux. */
export function usage(pid: number): { readonly memory: number; readonly cpu: number } {
  const status = readFileSync(join('/proc', String(pid), 'status'), 'utf8')
  const memory = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  const stat = readFileSync(join('/proc', String(pid), 'stat'), 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // In hundredths of a second, whatever the kernel's own tick.
  return { memory, cpu: (Number(fields[11]) + Number(fields[12])) * 10 }
}
