/**
 * What the operator notices of the host's speed, measured from outside: how soon it is there, how late a task starts that
 * is due every second, and how many runs it gets through. Medians of several rounds; one line names the machine.
 */
import os from 'node:os'
import type { Client } from '@shared/contract'
import type { BelfryEvent } from '@shared/model/event'
import { hasEnded, type Run } from '@shared/model/run'
import type { TaskInput } from '@shared/model/task'
import { connect } from '../../electron/cli/connect'
import { removeFolder, startHost, temporaryFolder, type TestHost } from '../support/host'

const rounds = 3
const ticks = 30
const runsPerRound = 200
const parallelTasks = 4

/** Prints the table. @throws when a measurement is not possible; slow is not an error */
export async function bench(): Promise<void> {
  const cpu = os.cpus()
  console.log(
    `${cpu.length} × ${cpu[0]?.model.trim()}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GB, ` +
      `${os.type()} ${os.release()}, Node ${process.version}, load ${(os.loadavg()[0] ?? 0).toFixed(2)}`,
  )
  const starts: number[] = []
  for (let round = 0; round < rounds; round++) {
    await withHost(async (_host, startedInMs) => void starts.push(startedInMs))
  }
  row('start until the page is there', `${median(starts).toFixed(0)} ms`, `median of ${rounds}`)
  await withHost(async (host) => lateness(host))
  await withHost(async (host) => throughput(host))
}

async function withHost(measure: (host: TestHost, startedInMs: number) => Promise<void>): Promise<void> {
  const home = await temporaryFolder()
  const before = performance.now()
  const host = await startHost({ home })
  try {
    await measure(host, performance.now() - before)
  } finally {
    await host.stop()
    await removeFolder(home)
  }
}

async function lateness(host: TestHost): Promise<void> {
  const trigger = { kind: 'interval', every: 1000 } as const
  const runs = await withClient(host, async (client, follow) => {
    const ended = follow(ticks)
    await client.tasks.create(task('bench every second', [trigger]))
    return ended
  })
  const late = runs.map(({ scheduledAt, startedAt }) => Date.parse(startedAt ?? '') - Date.parse(scheduledAt ?? ''))
  const distinct = new Set(runs.map(({ scheduledAt }) => scheduledAt)).size
  const what = `of ${runs.length} runs due every second`
  row('late, p50', `${quantile(late, 0.5).toFixed(0)} ms`, what)
  row('late, p99', `${quantile(late, 0.99).toFixed(0)} ms`, what)
  row('late, most', `${Math.max(...late).toFixed(0)} ms`, what)
  row('early', String(late.filter((ms) => ms < 0).length), what)
  row('started twice', String(runs.length - distinct), what)
}

async function throughput(host: TestHost): Promise<void> {
  const perSecond: number[] = []
  const startMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    await withClient(host, async (client, follow) => {
      const before = performance.now()
      let left = runsPerRound - parallelTasks
      const ended = follow(runsPerRound, (run) => {
        // One instance per task: each task's next run is asked for when its last has ended.
        if (left-- > 0) void client.tasks.run({ id: run.taskId })
      })
      const names = Array.from({ length: parallelTasks }, (_, index) => `bench ${round}.${index}`)
      for (const name of names) await client.tasks.run({ id: (await client.tasks.create(task(name, []))).id })
      for (const { createdAt, startedAt } of await ended)
        startMs.push(Date.parse(startedAt ?? '') - Date.parse(createdAt))
      perSecond.push(runsPerRound / ((performance.now() - before) / 1000))
    })
  }
  const what = `median of ${rounds} × ${runsPerRound}, ${parallelTasks} at a time`
  row('runs of true', `${median(perSecond).toFixed(1)} /s`, what)
  row('from asked for to started', `${median(startMs).toFixed(0)} ms`, what)
}

type Follow = (count: number, ended?: (run: Run) => void) => Promise<readonly Run[]>

/** @param use gets a client and what resolves with the next `count` runs to end */
async function withClient<T>(host: TestHost, use: (client: Client, follow: Follow) => Promise<T>): Promise<T> {
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

const task = (name: string, triggers: TaskInput['triggers']): TaskInput => ({
  name,
  triggers,
  action: { kind: 'command', command: 'true' },
})

function row(what: string, value: string, how: string): void {
  console.log(`${what.padEnd(32)}${value.padStart(10)}   ${how}`)
}

const median = (values: readonly number[]): number => quantile(values, 0.5)

/** @param part 0 to 1; the value that this part of the values does not exceed */
function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN
}
