import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import { connect } from '../../electron/cli/connect'
import { removeFolder, startHost, type TestHost } from '../support/host'

const ticks = 30

interface Page {
  readonly items: readonly Run[]
}

describe('a task that is due every second', () => {
  let host: TestHost
  let runs: readonly Run[]
  let jitterMs: number

  beforeAll(async () => {
    // How late timers are on this machine by themselves: a busy one may not be blamed on the host.
    const machine = monitorEventLoopDelay({ resolution: 5 })
    host = await startHost()
    machine.enable()
    await host.json(['add', '--name', 'tick', '--command', 'true', '--every', '1s'])
    await ended(host, ticks)
    machine.disable()
    jitterMs = machine.max / 1e6
    const { items } = await host.json<Page>(['runs', '--task', 'tick', '--limit', '100'])
    runs = items.filter(({ finishedAt }) => finishedAt !== null).reverse()
  }, 90_000)

  afterAll(async () => {
    await host.stop()
    await removeFolder(host.home)
  })

  it('runs once for every second, and misses none', () => {
    const first = Date.parse(runs[0]?.scheduledAt ?? '')
    expect(runs.slice(0, ticks).map(({ scheduledAt }) => Date.parse(scheduledAt ?? ''))).toEqual(
      Array.from({ length: ticks }, (_, index) => first + index * 1000),
    )
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'succeeded'))
  })

  it('never starts early, and less than 100 ms late', () => {
    const late = runs.map(({ scheduledAt, startedAt }) => Date.parse(startedAt ?? '') - Date.parse(scheduledAt ?? ''))
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...late)).toBeLessThan(100 + jitterMs)
  })
})

/** Resolves when so many runs have ended from now on. */
async function ended(host: TestHost, count: number): Promise<void> {
  const { client, close } = await connect(host.home, 'belfry serve')
  const seen = new Set<string>()
  try {
    for await (const event of await client.events.stream()) {
      if (event.type === 'run.changed' && event.run.finishedAt !== null) seen.add(event.run.id)
      if (seen.size === count) return
    }
  } finally {
    await close()
  }
}
