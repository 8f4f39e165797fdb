import { readFile } from 'node:fs/promises'
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
  let waiting: number

  beforeAll(async () => {
    host = await startHost()
    const before = await stalled()
    const started = performance.now()
    await host.json(['add', '--name', 'tick', '--command', 'true', '--every', '1s'])
    await ended(host, ticks)
    waiting = ((await stalled()) - before) / (performance.now() - started)
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

  it('never starts early, and less than 100 ms late: always on an idle machine, mostly on a busy one', () => {
    const late = runs
      .map(({ scheduledAt, startedAt }) => Date.parse(startedAt ?? '') - Date.parse(scheduledAt ?? ''))
      .sort((a, b) => a - b)
    expect(late[0]).toBeGreaterThanOrEqual(0)
    const idle = waiting < 0.05
    expect(idle ? late.at(-1) : late[late.length >> 1]).toBeLessThan(100)
  })
})

/** Ms since boot in which something on this machine waited for a processor or a disk; infinite where nobody counts. */
async function stalled(): Promise<number> {
  const counted = await Promise.all(
    ['cpu', 'io'].map(async (resource) => {
      const text = await readFile(`/proc/pressure/${resource}`, 'utf8').catch(() => '')
      return Number(/^some .*total=(\d+)/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY) / 1000
    }),
  )
  return Math.max(...counted)
}

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
