/** Tasks that are due while they run, with real processes. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Policy } from '@shared/model/policy'
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
