/** Tasks that are due while they run, with real processes. */
import { readFileSync, watch } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Policy } from '@shared/model/policy'
import type { Run } from '@shared/model/run'
import { watchEnds, type EndedRuns } from '../support/ended-runs'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { clockShows, counts, ledgerOf, secondOf } from '../support/planned-seconds'
import { until } from '../support/until'

let host: TestHost | undefined
let ends: EndedRuns | undefined
afterEach(async () => {
  await ends?.close()
  await host?.stop('SIGINT')
  if (host) await removeFolder(host.home)
  host = ends = undefined
})

async function begin(cron: string, command: (home: string) => string, policy: Partial<Policy> = {}) {
  const started = (host = await startHost())
  const watched = (ends = await watchEnds(host.home))
  await watched.client.tasks.create({
    name: 'long',
    action: { kind: 'command', command: command(host.home) },
    triggers: [{ kind: 'cron', expression: cron }],
    policy,
  })
  const said = (): Promise<string> => readFile(join(started.home, 'said'), 'utf8').catch(() => '')
  return { host: started, ends: watched, said }
}

describe('a job of 25 seconds that is due every ten, with one instance', () => {
  it('comes to two runs and four recorded skips in a minute', async () => {
    const { host: at } = await begin('*/10 * * * * *', () => 'sleep 25')
    const sum = (entries: Awaited<ReturnType<typeof ledgerOf>>): number =>
      entries.reduce((total, { count }) => total + count, 0)
    const entries = await until(
      'six occurrences',
      async () => {
        const found = await ledgerOf(at, 'long')
        return sum(found) >= 6 && found
      },
      100_000,
    )
    const first = secondOf(entries[0]?.from)
    const after = (n: number): string => new Date(first + n * 1000).toISOString()
    expect(entries).toMatchObject([
      { state: 'ran', from: after(0), count: 1 },
      { state: 'skipped', reason: 'overlap', from: after(10), until: after(20), count: 2, runId: entries[0]?.runId },
      { state: 'ran', from: after(30), count: 1 },
      { state: 'skipped', reason: 'overlap', from: after(40), until: after(50), count: 2, runId: entries[2]?.runId },
    ])
  }, 120_000)
})

describe('overlap: replace', () => {
  it('ends the run before: two are never there at once', async () => {
    const { ends: watched, said } = await begin(
      '* * * * * *',
      (home) =>
        `cd ${home}; mkdir busy || echo two at once >> said; trap 'rmdir busy; exit 0' TERM; while :; do sleep 0.05; done`,
      { overlap: 'replace' },
    )
    const ended = await watched.until((all) => all.filter(({ startedAt }) => startedAt !== null).length >= 4)
    for (const run of ended) expect(run).toMatchObject({ status: 'cancelled', error: { code: 'REPLACED' } })
    expect(await said()).toBe('')
  })
})

describe('overlap: queue', () => {
  it('has them wait in line, as many as may, and run one after another', async () => {
    const {
      host: at,
      ends: watched,
      said,
    } = await begin(
      '* * * * * *',
      (home) => `cd ${home}; mkdir busy || echo two at once >> said; sleep 1.6; rmdir busy`,
      { overlap: 'queue', queueLimit: 2 },
    )
    const skipped = async (): Promise<boolean> =>
      (await ledgerOf(at, 'long')).some(({ reason }) => reason === 'queue_full')
    await until('a skip', skipped, 40_000)
    await watched.client.tasks.disable({ id: 'long' })
    await until('the queue’s end', async () => (await watched.client.tasks.get({ id: 'long' })).activeRuns.length === 0)
    const runs = (await watched.client.runs.list({ task: 'long', limit: 100 })).items.toReversed()
    expect(runs.length).toBeGreaterThanOrEqual(5)
    for (const [index, run] of runs.entries()) {
      expect(run).toMatchObject({ status: 'succeeded', number: index + 1 })
      const before = runs[index - 1]
      if (before) expect(secondOf(run.scheduledAt)).toBeGreaterThan(secondOf(before.scheduledAt))
    }
    expect(await said()).toBe('')
  })
})

describe('a host that stands still while a command of a second runs', () => {
  it('runs once for what came due meanwhile: the command had ended in its time', async () => {
    const { host: at, ends: watched } = await begin('*/5 * * * * *', () => 'sleep 1')
    const [first] = await watched.until((all) => all.length >= 1)
    const next = secondOf(first?.scheduledAt) + 5000
    await clockShows(next + 400)
    process.kill(at.pid, 'SIGSTOP')
    await clockShows(next + 12_500)
    process.kill(at.pid, 'SIGCONT')
    const ended = await watched.until((all) => all.some(({ folded }) => folded > 0))

    const ofInstant = (n: number) =>
      ended.find(({ scheduledAt }) => secondOf(scheduledAt) === next + n) ?? expect.fail(`nothing ran for ${n}`)
    const stalled = ofInstant(0)
    expect(stalled).toMatchObject({ status: 'succeeded', folded: 0 })
    expect(stalled.durationMs).toBeGreaterThanOrEqual(900)
    expect(stalled.durationMs).toBeLessThan(4000)
    expect(Date.parse(stalled.finishedAt ?? '')).toBeLessThan(next + 5000)
    expect(ofInstant(10_000)).toMatchObject({ folded: 1, late: { reason: 'busy' }, status: 'succeeded' })
    expect(counts(await ledgerOf(at, 'long'))).not.toHaveProperty('skipped overlap')
  }, 60_000)
})

describe('a host that stands still just after a tick, whose runs are recorded and have not begun', () => {
  const every = 5000
  const names = Array.from({ length: 12 }, (_, index) => `t${index}`)

  async function begin(): Promise<{ host: TestHost; ends: EndedRuns }> {
    host = await startHost()
    ends = await watchEnds(host.home)
    return { host, ends }
  }

  const add = async ({ client }: EndedRuns, policy: Partial<Policy>): Promise<void> => {
    for (const name of names)
      await client.tasks.create({
        name,
        action: { kind: 'command', command: 'true' },
        triggers: [{ kind: 'cron', expression: '*/5 * * * * *' }],
        policy,
      })
  }

  /** Stands still from now until after the second instant from `tick` on; each task has one run for both. */
  async function standStill(at: TestHost, watched: EndedRuns, tick: number, first: () => Promise<void>): Promise<void> {
    await clockShows(tick + 2 * every + 2500)
    process.kill(at.pid, 'SIGCONT')
    await first()
    const isOver = ({ scheduledAt }: Run): boolean => secondOf(scheduledAt) >= tick + 2 * every
    await watched.until((all) => names.every((name) => all.some((run) => run.taskName === name && isOver(run))))
    for (const name of names) {
      const entries = (await ledgerOf(at, name)).filter(
        ({ from, until: last }) => secondOf(from) >= tick && secondOf(last) <= tick + 2 * every,
      )
      const [ran, merged, caughtUp] = entries
      expect(entries, name).toMatchObject([
        { state: expect.stringMatching(/^ran/), from: instant(tick) },
        { state: 'coalesced', reason: 'busy', from: instant(tick + every), count: 1 },
        { state: 'ran_late', reason: 'busy', from: instant(tick + 2 * every) },
      ])
      expect(merged?.runId).toBe(caughtUp?.runId)
      expect(caughtUp?.runId).not.toBe(ran?.runId)
    }
  }
  const instant = (ms: number): string => new Date(ms).toISOString()
  const nextTick = (): number => Math.floor(Date.now() / every + 1) * every

  it('catches up once where its disk has just taken the record of a run', async () => {
    const { host: at, ends: watched } = await begin()
    await add(watched, {})
    await watched.until((all) => names.every((name) => all.some(({ taskName }) => taskName === name)))
    const tick = nextTick()
    const folder = join(at.home, 'runs')
    const watcher = watch(folder)
    await new Promise<void>((resolve) =>
      watcher.on('change', (_, file) => {
        if (!readFileSync(join(folder, String(file)), 'utf8').includes(`"scheduledAt":"${instant(tick)}"`)) return
        process.kill(at.pid, 'SIGSTOP')
        watcher.close()
        resolve()
      }),
    )
    await standStill(at, watched, tick, () => Promise.resolve())
  }, 60_000)

  it('catches up once where they wait for room in their group', async () => {
    const { host: at, ends: watched } = await begin()
    const { client } = watched
    await client.tasks.create({
      name: 'before',
      action: { kind: 'command', command: `while [ ! -e ${at.home}/go ]; do sleep 0.05; done` },
      policy: { group: 'one' },
    })
    const { id } = await client.tasks.run({ id: 'before' })
    await until('the group’s being full', async () => (await client.runs.get({ id })).status === 'running')
    const before = nextTick()
    await clockShows(before + 50)
    await add(watched, { group: 'one' })
    const tick = before + every
    const waiting = async (): Promise<boolean> => {
      const { items } = await client.runs.list({ status: 'queued', limit: 100 })
      return items.filter(({ scheduledAt }) => secondOf(scheduledAt) === tick).length === names.length
    }
    await until('a run of each', waiting)
    process.kill(at.pid, 'SIGSTOP')
    await standStill(at, watched, tick, () => writeFile(join(at.home, 'go'), ''))
  }, 60_000)
})
