/** How late and how exactly the host is, by what the commands themselves print. */
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import { watchEnds } from '../support/ended-runs'
import { removeFolder, startHost, type TestHost } from '../support/host'

const ticks = 30

interface Tick {
  readonly run: Run
  /** What the command printed. */
  readonly said: readonly string[]
  /** Ms from its instant to when the command itself looked at the clock. */
  readonly late: number
}

describe('a task that is due every second', () => {
  let host: TestHost
  let all: readonly Tick[]
  let machine: Idleness

  beforeAll(async () => {
    host = await startHost()
    const ends = await watchEnds(host.home)
    const idleness = await watchIdleness()
    await host.json(['add', '--name', 'tick', '--command', 'date +%s.%N', '--every', '1s'])
    await ends.until((ended) => ended.length >= ticks)
    machine = await idleness()
    const { items } = await ends.client.runs.list({ task: 'tick', limit: 100 })
    const runs = items.filter(({ finishedAt }) => finishedAt !== null).reverse()
    all = await Promise.all(
      runs.map(async (run) => {
        const { lines } = await ends.client.runs.log({ id: run.id })
        const said = lines.filter(({ stream }) => stream === 'out').map(({ text }) => text)
        return { run, said, late: Number(said[0]) * 1000 - Date.parse(run.scheduledAt ?? '') }
      }),
    )
    await ends.close()
  }, 90_000)

  afterAll(async () => {
    await host.stop()
    await removeFolder(host.home)
  })

  it('runs once for every second, and misses none', () => {
    const runs = all.map(({ run }) => run)
    const first = Date.parse(runs[0]?.scheduledAt ?? '')
    expect(runs.slice(0, ticks).map(({ scheduledAt }) => Date.parse(scheduledAt ?? ''))).toEqual(
      Array.from({ length: ticks }, (_, index) => first + index * 1000),
    )
    expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'succeeded'))
  })

  it('begins each command once', () => {
    for (const { said } of all) expect(said).toEqual([expect.stringMatching(/^\d+\.\d{9}$/)])
  })

  it('never begins a command early, and less than 100 ms late: always on an idle machine, mostly on a busy one', () => {
    const late = all.map((tick) => tick.late).sort((a, b) => a - b)
    const [least, median, most] = [late[0], late[late.length >> 1], late.at(-1)].map((ms) => ms ?? Number.NaN)
    console.info(
      `${machine.idle ? 'Idle, so every command counts' : 'Busy, so only the median counts'}: ${machine.why}. ` +
        `Late by ${least?.toFixed(1)} to ${most?.toFixed(1)} ms, median ${median?.toFixed(1)} ms.`,
    )
    expect(least).toBeGreaterThanOrEqual(0)
    expect(machine.idle ? most : median).toBeLessThan(100)
  })
})

interface Idleness {
  readonly idle: boolean
  readonly why: string
}

/** Looks at the machine now and when what it gives is called: was it idle in between? */
async function watchIdleness(): Promise<() => Promise<Idleness>> {
  const started = performance.now()
  const [before, workBefore] = [await stalled(), processorWork()]
  return async () => {
    const after = await stalled()
    if (before !== undefined && after !== undefined) {
      const share = (after - before) / (performance.now() - started)
      return {
        idle: share < 0.05,
        why: `something waited for a processor or a disk for ${percent(share)} of the time (/proc/pressure; limit 5 %)`,
      }
    }
    const work = processorWork()
    const share = (work.busy - workBefore.busy) / (work.all - workBefore.all)
    return {
      idle: share < 0.25,
      why: `the processors worked for ${percent(share)} of the time (limit 25 %; this kernel tells no /proc/pressure)`,
    }
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** Ms since boot in which something on this machine waited for a processor or a disk; undefined where nobody counts. */
async function stalled(): Promise<number | undefined> {
  const counted = await Promise.all(
    ['cpu', 'io'].map(async (resource) => {
      const text = await readFile(`/proc/pressure/${resource}`, 'utf8').catch(() => '')
      const total = /^some .*total=(\d+)/m.exec(text)?.[1]
      return total === undefined ? undefined : Number(total) / 1000
    }),
  )
  return counted.reduce((most, ms) => (most === undefined || ms === undefined ? undefined : Math.max(most, ms)))
}

/** Ms since boot over all processors: in which they worked, and in all. */
function processorWork(): { readonly busy: number; readonly all: number } {
  let [busy, all] = [0, 0]
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, ms) => total + ms, 0)
    busy += sum - times.idle
    all += sum
  }
  return { busy, all }
}
