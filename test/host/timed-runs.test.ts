/** Cron lines and dates on the machine's own clock; what came due while no host ran. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { watchEnds, type EndedRuns } from '../support/ended-runs'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { until } from '../support/until'

let host: TestHost | undefined
let ends: EndedRuns | undefined
afterEach(async () => {
  await ends?.close()
  await host?.stop('SIGKILL')
  if (host) await removeFolder(host.home)
  host = ends = undefined
})

const whole = (ms: number): number => Math.ceil(ms / 1000) * 1000
/** The instants that a run of every second stands for: a stalled machine folds those before into the last. */
const covered = (run: Run): number[] =>
  Array.from({ length: run.folded + 1 }, (_, index) => planned(run) - (run.folded - index) * 1000)
const planned = ({ scheduledAt }: Run): number => Date.parse(scheduledAt ?? '')
const add = (name: string, ...args: string[]): Promise<TaskView> | undefined =>
  host?.json<TaskView>(['add', '--name', name, '--command', 'date +%s.%N', ...args])
/** All runs of a task, oldest first. */
const runsOf = async ({ client }: EndedRuns, task: string): Promise<readonly Run[]> =>
  (await client.runs.list({ task, limit: 100 })).items.toReversed()

/** When the command itself was there, in ms, by what it printed: one line. */
async function saidAt({ client }: EndedRuns, { id }: Run): Promise<number> {
  const said = (await client.runs.log({ id })).lines.filter(({ stream }) => stream === 'out')
  expect(said).toMatchObject([{ text: expect.stringMatching(/^\d+\.\d{9}$/) as string }])
  return Number(said[0]?.text) * 1000
}

describe('on the machine’s own clock', () => {
  it('a cron line runs once at each of its instants, and a date once at its own', async () => {
    host = await startHost()
    const watched = (ends = await watchEnds(host.home))
    const { tasks } = watched.client
    await add('each second', '--cron', '* * * * * *')
    const at = whole(Date.now()) + 6000
    await add('once', '--at', new Date(at).toISOString())
    // On beyond the date, so that a second run of it would be seen.
    await watched.until((ended) => ended.some((run) => run.taskName === 'each second' && planned(run) >= at + 2000))
    await tasks.disable({ id: 'each second' })

    const seconds = (await runsOf(watched, 'each second')).filter(({ finishedAt }) => finishedAt !== null)
    const instants = seconds.flatMap(covered)
    const first = instants[0] ?? Number.NaN
    expect(first % 1000).toBe(0)
    expect(instants).toEqual(instants.map((_, index) => first + index * 1000))
    expect(instants).toContain(at)
    for (const run of seconds) {
      expect(run).toMatchObject({ triggeredBy: 'cron', status: 'succeeded' })
      expect(await saidAt(watched, run)).toBeGreaterThanOrEqual(planned(run))
    }

    const [dated, ...more] = await runsOf(watched, 'once')
    expect(more).toEqual([])
    expect(dated).toMatchObject({ triggeredBy: 'date', status: 'succeeded', folded: 0 })
    expect(dated && planned(dated)).toBe(at)
    expect(dated && (await saidAt(watched, dated))).toBeGreaterThanOrEqual(at)
    expect(await tasks.get({ id: 'once' })).toMatchObject({ enabled: true, nextAt: null })
  })
})

describe('a host that was down', () => {
  it('stands one run for what came due meanwhile, and no second is left out or run twice', async () => {
    host = await startHost()
    ends = await watchEnds(host.home)
    const rhythms = ['an interval', 'a cron line']
    await add('an interval', '--every', '1s')
    await add('a cron line', '--cron', '* * * * * *')
    await ends.until((ended) => rhythms.every((name) => has(ended, name)))
    const at = whole(Date.now()) + 6000
    await ends.client.tasks.create({
      name: 'a date',
      action: { kind: 'command', command: 'true' },
      triggers: [{ kind: 'date', at: new Date(at).toISOString() }],
    })
    await ends.close()
    await host.stop()
    const downAt = Date.now()
    expect(downAt).toBeLessThan(at)
    await until('the date, with nobody there', () => Date.now() > at + 2500)

    host = await startHost({ home: host.home })
    const watched = (ends = await watchEnds(host.home))
    await watched.until((ended) =>
      rhythms.every((name) => ended.some((run) => run.taskName === name && run.folded === 0)),
    )
    for (const name of rhythms) {
      const runs = await runsOf(watched, name)
      const instants = runs.flatMap(covered)
      expect(instants, name).toEqual(instants.map((_, index) => (instants[0] ?? Number.NaN) + index * 1000))
      const [caughtUp, ...more] = runs.filter(
        ({ folded, scheduledAt }) => folded > 4 && Date.parse(scheduledAt ?? '') > downAt,
      )
      expect(more, name).toEqual([])
      expect(caughtUp && covered(caughtUp), name).toContain(at)
    }
    expect(await runsOf(watched, 'a date')).toMatchObject([
      { scheduledAt: new Date(at).toISOString(), late: { reason: 'not_running' }, folded: 0 },
    ])
    expect(await watched.client.tasks.get({ id: 'a date' })).toMatchObject({ nextAt: null, enabled: true })
  })
})

const has = (ended: readonly Run[], name: string): boolean => ended.some(({ taskName }) => taskName === name)
