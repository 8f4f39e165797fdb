/** A host that was stopped, down or killed while tasks were due: every second of theirs is accounted for, and none runs twice. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Policy } from '@shared/model/policy'
import { errorWords, type Run } from '@shared/model/run'
import { watchEnds, type EndedRuns } from '../support/ended-runs'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { bySecond, clockShows, counts, ledgerOf, secondOf } from '../support/planned-seconds'

let host: TestHost | undefined
let ends: EndedRuns | undefined
afterEach(async () => {
  if (host) process.kill(host.pid, 'SIGCONT')
  await ends?.close()
  await host?.stop('SIGKILL')
  if (host) await removeFolder(host.home)
  host = ends = undefined
})

const add = (name: string, cron: string, policy: Partial<Policy> = {}, command = 'true') =>
  ends?.client.tasks.create({
    name,
    action: { kind: 'command', command },
    triggers: [{ kind: 'cron', expression: cron }],
    policy,
  })
const ofTask = (runs: readonly Run[], name: string): readonly Run[] => runs.filter(({ taskName }) => taskName === name)
const planned = ({ scheduledAt }: Run): number => secondOf(scheduledAt)
const seconds = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index * 1000)

/** Due at `count` seconds from `first` (ms) on, and then not before a minute has passed. */
const burst = (first: number, count: number): string =>
  `${seconds(first, count)
    .map((at) => (at / 1000) % 60)
    .join(',')} * * * * *`

describe('a host that is stopped over ten due occurrences, and goes on', () => {
  it('runs once for all, or once for each, or for none, as each task wants it', async () => {
    host = await startHost()
    const { pid } = host
    const watched = (ends = await watchEnds(host.home))
    const first = secondOf(new Date().toISOString()) + 8000
    const due = seconds(first, 10)
    const last = first + 9000
    await add('folded', burst(first, 10))
    await add('each', burst(first, 10), { coalesce: false })
    await add('strict', burst(first, 10), { misfireGrace: 2000 })
    await clockShows(first - 500)
    process.kill(pid, 'SIGSTOP')
    expect(Date.now()).toBeLessThan(first)
    await clockShows(last + 3500)
    process.kill(pid, 'SIGCONT')

    const ended = await watched.until(
      (all) => ofTask(all, 'folded').length > 0 && ofTask(all, 'each').some((run) => planned(run) === last),
    )
    expect(ofTask(ended, 'folded')).toMatchObject([
      {
        scheduledAt: new Date(last).toISOString(),
        folded: 9,
        foldedFrom: new Date(first).toISOString(),
        late: { reason: 'busy' },
      },
    ])
    expect(counts(await ledgerOf(host, 'folded'))).toEqual({ 'ran_late busy': 1, 'coalesced busy': 9 })

    const runs = ofTask(ended, 'each').toSorted((a, b) => a.number - b.number)
    expect(runs.map(planned)).toEqual(due)
    for (const [index, run] of runs.entries()) {
      expect(run).toMatchObject({ status: 'succeeded', replay: true, folded: 0, late: { reason: 'busy' } })
      const before = runs[index - 1]
      if (before) expect(Date.parse(run.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before.finishedAt ?? ''))
    }
    expect(counts(await ledgerOf(host, 'each'))).toEqual({ 'ran_late busy': 10 })

    expect(counts(await ledgerOf(host, 'strict'))).toEqual({ 'missed busy': 10 })
    expect((await watched.client.runs.list({ task: 'strict', limit: 10 })).items).toEqual([])
  })
})

describe('a host that is down over three due occurrences', () => {
  it('makes up for them with one run, which tells why it is late', async () => {
    host = await startHost()
    ends = await watchEnds(host.home)
    const first = secondOf(new Date().toISOString()) + 8000
    const last = first + 2000
    await add('catch up', burst(first, 3))
    await ends.close()
    await host.stop()
    expect(Date.now()).toBeLessThan(first)
    await clockShows(last + 2500)

    host = await startHost({ home: host.home })
    ends = await watchEnds(host.home)
    const { client } = ends
    const made = async (): Promise<readonly Run[]> => (await client.runs.list({ task: 'catch up', limit: 9 })).items
    await expect.poll(made, { timeout: 10_000 }).toMatchObject([
      {
        status: 'succeeded',
        triggeredBy: 'cron',
        scheduledAt: new Date(last).toISOString(),
        folded: 2,
        foldedFrom: new Date(first).toISOString(),
        late: { reason: 'not_running' },
      },
    ])
    expect(counts(await ledgerOf(host, 'catch up'))).toEqual({ 'ran_late not_running': 1, 'coalesced not_running': 2 })
  })
})

describe('a host that is killed again and again around the second', () => {
  it('starts nothing twice, and leaves no second without a fate', async () => {
    host = await startHost()
    ends = await watchEnds(host.home)
    const started = join(host.home, 'started')
    await add('tick', '* * * * * *', {}, `echo "$BELFRY_RUN_ID" >> ${started}`)
    // From just before the second, over the decision and the start, to when the command has begun.
    for (const offset of [-3, 0, 1, 2, 4, 7, 12, 20, 35, 60]) {
      await ends.until((ended) => ended.length > 0)
      const next = secondOf(new Date().toISOString()) + 1000
      await ends.close()
      await clockShows(next + offset)
      await host.stop('SIGKILL')
      host = await startHost({ home: host.home })
      ends = await watchEnds(host.home)
    }
    await ends.until((ended) => ended.some((run) => run.late === null && run.folded === 0))
    await ends.client.tasks.disable({ id: 'tick' })
    const { client } = ends
    await expect
      .poll(async () => (await client.tasks.get({ id: 'tick' })).activeRuns.length, { timeout: 10_000 })
      .toBe(0)

    const { items } = await client.runs.list({ task: 'tick', limit: 500 })
    const instants = items.map(planned)
    expect(new Set(instants).size).toBe(instants.length)
    const lines = (await readFile(started, 'utf8')).trim().split('\n')
    expect(new Set(lines).size).toBe(lines.length)
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(lines))
    const all = bySecond(await ledgerOf(host, 'tick')).map(({ at }) => at)
    expect(all).toEqual(seconds(all[0] ?? Number.NaN, all.length))
    // One that the host before had made ready, and never begun, begins anew.
    expect(items.filter(({ status }) => status !== 'succeeded' && status !== 'interrupted')).toEqual([])
    const how = items.map(({ status, error }) => `${status}${error === null ? '' : ` (${errorWords(error)})`}`)
    console.info(`${all.length} seconds, ${items.length} runs over 11 hosts: ${[...new Set(how)].join(', ')}`)
  }, 120_000)
})
