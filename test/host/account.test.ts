/** What became of each occurrence, asked on the command line: why, ledger, skip-next, run --force; before and after a crash. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Page } from '@shared/model/common'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import type { WhyAnswer } from '@shared/model/why'
import { removeFolder, startHost, type TestHost } from '../support/host'
import { until } from '../support/until'

let host: TestHost | undefined
let again: TestHost | undefined
afterEach(async () => {
  await again?.stop('SIGKILL')
  await host?.stop('SIGKILL')
  if (host) await removeFolder(host.home)
  host = again = undefined
})

const ledgerOf = async (on: TestHost, task: string, ...args: string[]): Promise<LedgerEntry[]> =>
  (await on.json<Page<LedgerEntry>>(['ledger', task, ...args])).items
const add = (on: TestHost, name: string, command: string, ...args: string[]): Promise<TaskView> =>
  on.json<TaskView>(['add', '--name', name, '--command', command, ...args])

describe('a task that is longer than its rhythm', () => {
  it('has one run and a range of skips behind it, which why explains, also after a crash', async () => {
    const on = (host = await startHost())
    await add(on, 'long', 'sleep 60', '--every', '1s')
    const entries = await until('five skips', async () => {
      const [latest, ran] = await ledgerOf(on, 'long')
      return latest?.state === 'skipped' && latest.count >= 5 && ran ? { latest, ran } : undefined
    })
    expect(entries.ran).toMatchObject({ state: 'ran', count: 1 })
    expect(entries.latest).toMatchObject({ reason: 'overlap', runId: entries.ran.runId })
    // Decided every second: none is left out.
    const seconds = (Date.parse(entries.latest.until) - Date.parse(entries.ran.from)) / 1000
    expect(entries.latest.count).toBe(seconds)

    const asked = ['why', 'long', '--at', entries.latest.from]
    expect(await on.json<WhyAnswer>(asked)).toMatchObject({ entry: { state: 'skipped' }, run: { number: 1 } })
    const { code, stdout } = await on.belfry(asked)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^“long” skipped .+, because run #1 was still active; .+\.\n$/),
    ])

    await until('what is on disk', async () => (await ledgerOf(on, 'long'))[0]?.count !== entries.latest.count)
    await on.stop('SIGKILL')
    const next = (again = await startHost({ home: on.home }))
    const told = await ledgerOf(next, 'long', '--until', entries.latest.until)
    expect(told.at(-1)).toMatchObject({ state: 'ran', from: entries.ran.from })
    expect(told.at(-2)).toMatchObject({ state: 'skipped', reason: 'overlap', from: entries.latest.from })
  })

  it('starts once more by force', async () => {
    const on = (host = await startHost())
    await add(on, 'long', 'sleep 60', '--manual')
    await on.json<Run>(['run', 'long'])
    expect(await on.belfry(['run', 'long'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^CONFLICT: /) })
    expect(await on.json<Run>(['run', 'long', '--force'])).toMatchObject({ number: 2 })
  })
})

describe('skip-next', () => {
  it('leaves out the next occurrence, and why says so', async () => {
    const on = (host = await startHost())
    await add(on, 'often', 'true', '--every', '3s')
    const { skips } = await on.json<TaskView>(['skip-next', 'often'])
    expect(skips).toHaveLength(1)
    const [skip = ''] = skips
    const skipped = await until('the skip', async () => {
      const { entry } = await on.json<WhyAnswer>(['why', 'often', '--at', skip])
      return entry ?? undefined
    })
    expect(skipped).toMatchObject({ state: 'skipped', reason: 'skip_next', from: skip, count: 1 })
  })

  it('goes on with the one after, and is undone as a whole', async () => {
    const on = (host = await startHost())
    await add(on, 'yearly', 'true', '--cron', '0 0 1 1 *', '--timezone', 'UTC')
    await on.json(['skip-next', 'yearly'])
    const { skips, nextAt } = await on.json<TaskView>(['skip-next', 'yearly'])
    const years = [...skips, nextAt ?? ''].map((at) => new Date(at).getUTCFullYear())
    expect(years).toEqual([years[0], (years[0] ?? 0) + 1, (years[0] ?? 0) + 2])
    expect(await on.json<TaskView>(['skip-next', 'yearly', '--undo'])).toMatchObject({ skips: [], nextAt: skips[0] })
    expect(await on.json<WhyAnswer>(['why', 'yearly', '--at', skips[0] ?? ''])).toMatchObject({
      absence: 'not_yet',
      planned: skips[0],
      next: skips[1],
    })
  })

  it('is refused where nothing is planned', async () => {
    const on = (host = await startHost())
    await add(on, 'by hand', 'true', '--manual')
    expect(await on.belfry(['skip-next', 'by hand'])).toMatchObject({ stderr: expect.stringMatching(/^CONFLICT: /) })
    expect(await on.belfry(['why', 'by hand'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/no time brings it/),
    })
  })
})

describe('a removed task', () => {
  it('keeps its ledger, under its id', async () => {
    const on = (host = await startHost())
    const { id } = await add(on, 'gone', 'true', '--every', '1s')
    await until('a run', async () => (await ledgerOf(on, 'gone'))[0])
    await on.json(['disable', 'gone'])
    await until('its end', async () => (await on.json<TaskView>(['show', 'gone'])).activeRuns.length === 0)
    const before = await ledgerOf(on, 'gone')
    await on.json(['rm', 'gone'])
    expect(await ledgerOf(on, id)).toEqual(before)
    expect(await on.belfry(['ledger', 'gone'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^NOT_FOUND: /),
    })
  })
})
