/**
 * What the operator notices of the host's speed, measured from outside: how soon it is there, how late tasks start, how many
 * runs it gets through, and what thousands of tasks cost; the schedulers that others use stand beside it. One line names the
 * machine.
 */
import os from 'node:os'
import type { Run } from '@shared/model/run'
import type { TestHost } from '../support/host'
import { definition, withClient, withHost } from './bench-host'
import { median, quantile, row } from './report'
import { compareSchedulers } from './schedulers'

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
  await compareSchedulers()
}

const after = (from: string | null, to: string | null): number => Date.parse(to ?? '') - Date.parse(from ?? '')

async function lateness(host: TestHost): Promise<void> {
  const runs = await withClient(host, async (client, follow) => {
    const ended = follow(ticks)
    await client.tasks.create(definition('bench every second', [{ kind: 'interval', every: 1000 }]))
    return ended
  })
  const what = `of ${runs.length} runs due every second`
  const late = (instant: (run: Run) => string | null): number[] =>
    runs.map((run) => after(run.scheduledAt, instant(run)))
  const started = late(({ startedAt }) => startedAt)
  row(
    'decided late, p50',
    `${quantile(
      late(({ createdAt }) => createdAt),
      0.5,
    ).toFixed(0)} ms`,
    what,
  )
  row('process started late, p50', `${quantile(started, 0.5).toFixed(0)} ms`, what)
  row('process started late, most', `${Math.max(...started).toFixed(0)} ms`, what)
  row('early', String(started.filter((ms) => ms < 0).length), what)
  row('started twice', String(runs.length - new Set(runs.map(({ scheduledAt }) => scheduledAt)).size), what)
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
      for (const name of names) await client.tasks.run({ id: (await client.tasks.create(definition(name, []))).id })
      for (const { createdAt, startedAt } of await ended) startMs.push(after(createdAt, startedAt))
      perSecond.push(runsPerRound / ((performance.now() - before) / 1000))
    })
  }
  const what = `median of ${rounds} × ${runsPerRound}, ${parallelTasks} at a time`
  row('runs of true', `${median(perSecond).toFixed(1)} /s`, what)
  row('from asked for to started', `${median(startMs).toFixed(0)} ms`, what)
}
