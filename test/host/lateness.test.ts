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

describe('a host that was stopped over ten seconds and more, and goes on', () => {
  it('runs once for all, or once for each, or for none, as each task wants it', async () => {
    host = await startHost()
    const { pid } = host
    const watched = (ends = await watchEnds(host.home))
    await add('folded', '* * * * * *')
    await add('each', '* * * * * *', { coalesce: false })
    await add('strict', '* * * * * *', { misfireGrace: 100 })

    // Just after all of them have run: nothing is due, nothing runs.
    let last = secondOf(new Date().toISOString()) + 1000
    for (;;) {
      const second = last
      await watched.until((ended) =>
        ['folded', 'each'].every((name) => ofTask(ended, name).some((run) => planned(run) >= second)),
      )
      if (Date.now() < last + 700) break
      last = secondOf(new Date().toISOString()) + 1000
    }
    process.kill(pid, 'SIGSTOP')
    await clockShows(last + 10_300)
    process.kill(pid, 'SIGCONT')

    const ended = await watched.until((all) => ofTask(all, 'folded').some((run) => planned(run) > last))
    const [one] = ofTask(ended, 'folded').filter((run) => planned(run) > last)
    // On a machine that has time for it, ten.
    const due = ((one ? planned(one) : Number.NaN) - last) / 1000
    console.info(`${due} occurrences came due while the host was stopped`)
    expect(due).toBeGreaterThanOrEqual(10)
    const until = last + due * 1000
    expect(one).toMatchObject({ folded: due - 1, foldedFrom: new Date(last + 1000).toISOString() })
    expect(one?.late?.reason).toBe(due === 10 && (one?.late?.ms ?? 0) < 2000 ? undefined : 'busy')

    await watched.until((all) => ofTask(all, 'each').some((run) => planned(run) >= until))
    await watched.client.tasks.disable({ id: 'each' })
    const { items } = await watched.client.runs.list({ task: 'each', limit: 200 })
    const runs = items.toReversed().filter((run) => planned(run) > last && planned(run) <= until)
    expect(runs.map(planned)).toEqual(seconds(last + 1000, due))
    for (const [index, run] of runs.entries()) {
      expect(run).toMatchObject({ status: 'succeeded', replay: true, folded: 0 })
      const before = runs[index - 1]
      if (before) expect(Date.parse(run.startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(before.finishedAt ?? ''))
    }

    const within = (name: string) =>
      host && ledgerOf(host, name).then((all) => bySecond(all).filter(({ at }) => at > last && at <= until))
    expect(await within('strict')).toEqual(seconds(last + 1000, due).map((at) => ({ at, state: 'missed' })))
    const folded = await within('folded')
    expect(folded?.map(({ at }) => at)).toEqual(seconds(last + 1000, due))
    expect(folded?.filter(({ state }) => state === 'coalesced')).toHaveLength(due - 1)
    const strict = await ledgerOf(host, 'strict')
    expect(counts(strict)['missed busy']).toBeGreaterThanOrEqual(due)
  })
})

describe('a host that was down over three occurrences', () => {
  it('makes up for them with one run, which tells why it is late', async () => {
    host = await startHost()
    const watched = (ends = await watchEnds(host.home))
    await add('catch up', '*/6 * * * * *')
    const [first] = ofTask(await watched.until((ended) => ended.length > 0), 'catch up')
    const last = first ? planned(first) : Number.NaN
    await watched.close()
    await host.stop()
    expect(Date.now()).toBeLessThan(last + 6000)
    // Late enough to be told so, and well before the fourth.
    await clockShows(last + 20_000)

    host = await startHost({ home: host.home })
    ends = await watchEnds(host.home)
    const { client } = ends
    const made = async (): Promise<Run | undefined> =>
      (await client.runs.list({ task: 'catch up', limit: 50 })).items.find((run) => run.number === 2)
    await expect.poll(made, { timeout: 10_000 }).toMatchObject({ status: 'succeeded' })
    const run = await made()
    expect(run).toMatchObject({
      triggeredBy: 'cron',
      scheduledAt: new Date(last + 18_000).toISOString(),
      folded: 2,
      foldedFrom: new Date(last + 6000).toISOString(),
      late: { reason: 'not_running' },
    })
    await client.tasks.disable({ id: 'catch up' })
    const [ran, coalesced, late] = await ledgerOf(host, 'catch up')
    expect(ran).toMatchObject({ state: 'ran', count: 1 })
    expect(coalesced).toMatchObject({ state: 'coalesced', count: 2, reason: 'not_running' })
    expect(late).toMatchObject({ state: 'ran_late', reason: 'not_running', runId: run?.id, count: 1 })
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
