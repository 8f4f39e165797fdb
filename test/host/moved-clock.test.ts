/** The machine's clock is set while the host runs, and a zone's nights pass in seconds. */
import { afterEach, describe, expect, it, type TestContext } from 'vitest'
import type { Policy } from '@shared/model/policy'
import type { Run } from '@shared/model/run'
import type { TaskDefinition } from '@shared/model/task'
import { watchEnds, type EndedRuns } from '../support/ended-runs'
import { fakedClock, noFakedClock, type FakedClock } from '../support/faked-clock'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { bySecond, counts, ledgerOf, secondOf } from '../support/planned-seconds'

let host: TestHost | undefined
let ends: EndedRuns | undefined
let faked: FakedClock | undefined
afterEach(async () => {
  await ends?.close()
  await host?.stop('SIGKILL')
  if (host) await removeFolder(host.home)
  await faked?.remove()
  host = ends = faked = undefined
})

async function begin(
  context: TestContext,
  at?: string,
): Promise<{ clock: FakedClock; host: TestHost; ends: EndedRuns }> {
  const clock = await fakedClock(at === undefined ? undefined : Date.parse(at))
  if (clock === undefined) return context.skip(noFakedClock)
  faked = clock
  host = await startHost({ env: clock.env })
  ends = await watchEnds(host.home)
  return { clock, host, ends }
}

type Triggers = NonNullable<TaskDefinition['triggers']>
const add = (name: string, trigger: Triggers[number], policy: Partial<Policy> = {}) =>
  ends?.client.tasks.create({ name, action: { kind: 'command', command: 'true' }, triggers: [trigger], policy })
const everySecond = { kind: 'cron', expression: '* * * * * *' } as const
/** Once a day, at that second. */
const dailyAt = (at: number): Triggers[number] => {
  const day = new Date(at)
  const fields = [day.getUTCSeconds(), day.getUTCMinutes(), day.getUTCHours()]
  return { kind: 'cron', expression: `${fields.join(' ')} * * *`, timezone: 'UTC' }
}
const of = (runs: readonly Run[], name: string): readonly Run[] => runs.filter(({ taskName }) => taskName === name)
const planned = ({ scheduledAt }: Run): number => Date.parse(scheduledAt ?? '')
/** By their numbers: the times of their records go with the clock. */
const allOf = async (name: string): Promise<readonly Run[]> =>
  (await ends?.client.runs.list({ task: name, limit: 500 }))?.items.toSorted((a, b) => a.number - b.number) ?? []

describe('a clock that is set back', () => {
  it('by an hour: no fixed time comes twice, and no rhythm stalls', async (context) => {
    const { clock, host: at, ends: watched } = await begin(context)
    const fixed = secondOf(new Date(clock.now()).toISOString()) + 5000
    await add('fixed', dailyAt(fixed))
    await add('interval', { kind: 'interval', every: '1s' } as unknown as Triggers[number])
    await add('cadence', everySecond)
    await watched.until((ended) => of(ended, 'fixed').length === 1)

    await clock.set(clock.now() - 3_600_000)
    const set = performance.now()
    const rhythms = ['interval', 'cadence']
    await watched.until((ended) =>
      rhythms.every((name) => of(ended, name).filter((run) => planned(run) < fixed - 3_000_000).length >= 3),
    )
    console.info(`Three runs more of each rhythm ${Math.round(performance.now() - set)} ms after the step`)
    for (const name of rhythms) {
      const after = (await allOf(name)).filter(({ epoch }) => epoch === 1)
      expect(after.map(planned)).toEqual(after.map((_, index) => planned(after[0] as Run) + index * 1000))
      expect(after[0]).toMatchObject({ late: null, folded: 0 })
    }

    // The fixed time comes again.
    await clock.set(fixed - 2000)
    await watched.until((ended) => of(ended, 'cadence').some((run) => run.epoch === 1 && planned(run) > fixed + 2000))
    expect((await allOf('fixed')).map(planned)).toEqual([fixed])
    expect(counts(await ledgerOf(at, 'fixed'))).toEqual({ ran: 1 })
    for (const name of rhythms) {
      const keys = (await allOf(name)).map(({ scheduledAt, epoch }) => `${epoch} ${scheduledAt}`)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })

  it('by an hour, a moment before a rhythm’s time, and nothing else is due: it comes at its time', async (context) => {
    const { clock, host: at, ends: watched } = await begin(context, '2027-06-01T11:00:00Z')
    await add('cadence', { kind: 'cron', expression: '*/30 * * * *' })
    await add('interval', { kind: 'interval', every: '30m' } as unknown as Triggers[number])
    await clock.set(Date.parse('2027-06-01T09:59:59Z'))
    const rhythms = ['cadence', 'interval']
    const ended = await watched.until((all) => rhythms.every((name) => of(all, name).length > 0))
    for (const run of ended) expect(run).toMatchObject({ epoch: 1, late: null, folded: 0 })
    expect(of(ended, 'cadence').map(planned)).toEqual([Date.parse('2027-06-01T10:00:00Z')])
    for (const name of rhythms) expect(counts(await ledgerOf(at, name))).toEqual({ ran: 1 })
  })

  it('by more than three hours: all begins anew, and the operator is told', async (context) => {
    const { clock, ends: watched } = await begin(context)
    const fixed = secondOf(new Date(clock.now()).toISOString()) + 4000
    await add('fixed', dailyAt(fixed))
    await add('cadence', everySecond)
    await watched.until((ended) => of(ended, 'fixed').length === 1)
    await clock.set(clock.now() - 4 * 3_600_000)
    await watched.until((ended) => of(ended, 'cadence').some(({ epoch }) => epoch === 1))
    expect((await watched.client.system.status()).warnings).toMatchObject([
      { code: 'CLOCK', message: expect.stringContaining('4h') as string },
    ])
    await clock.set(fixed - 2000)
    await watched.until((ended) => of(ended, 'fixed').length === 2)
    expect((await allOf('fixed')).map((run) => [run.epoch, planned(run)])).toEqual([
      [0, fixed],
      [1, fixed],
    ])
  })
})

describe('a clock that is set forward by an hour', () => {
  it('is seen within a second, though nothing is due', async (context) => {
    const { clock, ends: watched } = await begin(context, '2027-06-01T11:00:00Z')
    await add('fixed', dailyAt(Date.parse('2027-06-01T12:00:00Z')))
    await clock.set(Date.parse('2027-06-01T12:10:00Z'))
    const set = clock.now()
    const [run] = await watched.until((all) => all.length > 0)
    expect(run).toMatchObject({ late: { reason: 'clock' }, folded: 0 })
    expect(Date.parse(run?.createdAt ?? '') - set).toBeLessThan(3000)
  })

  it('is like an hour asleep: one run for all within grace, the others missed, each second accounted for', async (context) => {
    const { clock, host: at, ends: watched } = await begin(context)
    await add('folded', everySecond, { misfireGrace: 2 * 3_600_000 })
    await add('strict', everySecond, { misfireGrace: 600_000 })
    await watched.until((ended) => ['folded', 'strict'].every((name) => of(ended, name).length > 0))
    await clock.set(clock.now() + 3_600_000)
    const late = (ended: readonly Run[], name: string): Run | undefined =>
      of(ended, name).find(({ folded }) => folded > 100)
    const ended = await watched.until((all) => ['folded', 'strict'].every((name) => late(all, name) !== undefined))
    expect(late(ended, 'folded')?.folded).toBeGreaterThanOrEqual(3590)
    expect(late(ended, 'folded')?.folded).toBeLessThanOrEqual(3605)
    expect(late(ended, 'strict')?.folded).toBeGreaterThanOrEqual(590)
    expect(late(ended, 'strict')?.folded).toBeLessThanOrEqual(600)
    for (const name of ['folded', 'strict']) {
      await watched.client.tasks.disable({ id: name })
      const all = bySecond(await ledgerOf(at, name)).map((second) => second.at)
      expect(all).toEqual(all.map((_, index) => (all[0] ?? 0) + index * 1000))
    }
    const missed = counts(await ledgerOf(at, 'strict'))['missed clock']
    expect(missed).toBeGreaterThanOrEqual(2990)
    expect(missed).toBeLessThanOrEqual(3005)
  })
})

describe('the nights in which Berlin’s clocks change', () => {
  const berlin = (expression: string): Triggers[number] => ({ kind: 'cron', expression, timezone: 'Europe/Berlin' })
  const instants = async (name: string): Promise<readonly string[]> =>
    (await allOf(name)).map(({ scheduledAt }) => scheduledAt ?? '')

  it('in spring what the gap swallows runs once after it', async (context) => {
    const { clock, ends: watched } = await begin(context, '2027-03-28T00:59:55Z')
    await add('half past two', berlin('30 2 * * *'))
    await add('twice in the gap', berlin('0,30 2 * * *'))
    await add('half-hourly', berlin('*/30 * * * *'))
    await add('so that the host looks', everySecond)
    const names = ['half past two', 'twice in the gap', 'half-hourly']
    await watched.until((ended) => names.every((name) => of(ended, name).length > 0))
    for (const name of names) expect(await instants(name)).toEqual(['2027-03-28T01:00:00.000Z'])
    // Where half past two would be, had the clocks not changed.
    await clock.set(Date.parse('2027-03-28T01:29:58Z'))
    await watched.until((ended) => of(ended, 'half-hourly').length === 2)
    for (const name of names.slice(0, 2)) expect(await instants(name)).toHaveLength(1)
  })

  it('in autumn a fixed time runs on the first pass, a cadence on both', async (context) => {
    const { clock, ends: watched } = await begin(context, '2027-10-31T00:29:55Z')
    await add('half past two', berlin('30 2 * * *'))
    await add('half-hourly', berlin('*/30 * * * *'))
    await add('so that the host looks', everySecond)
    await watched.until((ended) => ['half past two', 'half-hourly'].every((name) => of(ended, name).length === 1))
    await clock.set(Date.parse('2027-10-31T01:29:58Z'))
    await watched.until((ended) =>
      of(ended, 'half-hourly').some((run) => planned(run) > Date.parse('2027-10-31T01:20Z')),
    )
    expect(await instants('half past two')).toEqual(['2027-10-31T00:30:00.000Z'])
    expect(await instants('half-hourly')).toEqual([
      '2027-10-31T00:30:00.000Z',
      '2027-10-31T01:00:00.000Z',
      '2027-10-31T01:30:00.000Z',
    ])
  })
})
