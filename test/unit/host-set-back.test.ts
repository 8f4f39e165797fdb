import { call } from '@orpc/server'
import { describe, expect, it, vi } from 'vitest'
import type { TaskInput } from '@shared/model/task'
import type { Host } from '../../electron/host/create-host'
import { tempFolder } from '../support/temp-folder'
import { createTask, unitHost } from '../support/unit-host'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

const start = '2027-01-01T12:01:00.000Z'
const minute = 60_000
const hour = 60 * minute

const iso = (at: number): string => new Date(at).toISOString()

const ledger = async (host: Host, id: string) =>
  (await call(host.router.tasks.ledger, { id })).items.map(({ state, reason, from }) => [state, reason, from])

/** Lets what is due be decided, and the disk answer, until the ledger has it. */
const untilTold = (host: Host, clock: VirtualClock, id: string, expected: readonly unknown[]) =>
  vi.waitFor(async () => {
    await clock.advance(0)
    expect(await ledger(host, id)).toEqual(expected)
  })

/** A host whose clock was set back by `by` ms while none ran; the one before has made the tasks, and done what `prepare` does. */
async function setBack(
  by: number,
  inputs: readonly Partial<TaskInput>[],
  prepare: (host: Host) => Promise<unknown> = async () => undefined,
) {
  const folder = await tempFolder()
  const clock = virtualClock(start)
  const first = await unitHost(folder, { clock })
  await first.start()
  const ids: string[] = []
  for (const input of inputs) ids.push((await createTask(first, input)).id)
  await prepare(first)
  await first.stop()
  clock.setWall(iso(clock.now() - by))
  return { clock, ids, host: await unitHost(folder, { clock }) }
}

describe('a clock that was set back while no host ran', () => {
  it.each([40 * minute, 2 * hour, 24 * hour])(
    'by %i ms: what runs when the host starts does so, at once or after its delay as ever',
    async (by) => {
      const { clock, ids, host } = await setBack(by, [
        { name: 'at once', triggers: [{ kind: 'startup' }] },
        { name: 'later', triggers: [{ kind: 'startup', delay: '30m' }] },
      ])
      const [atOnce = '', later = ''] = ids
      await host.start()
      const at = clock.now()
      await untilTold(host, clock, atOnce, [['ran', null, iso(at)]])
      await clock.advance(30 * minute)
      await untilTold(host, clock, later, [['ran', null, iso(at + 30 * minute)]])
    },
  )

  it('by hours: a task that was made just before goes on with its rhythm', async () => {
    const { clock, ids, host } = await setBack(6 * hour, [
      { name: 'cron', triggers: [{ kind: 'cron', expression: '*/10 * * * *' }] },
      { name: 'interval', triggers: [{ kind: 'interval', every: '7m' }] },
    ])
    await host.start()
    const next = () => ids.map((id) => host.tasks.view(host.tasks.find(id)).nextAt)
    await vi.waitFor(() => expect(next()).toEqual([iso(clock.now() + 9 * minute), iso(clock.now() + 3 * minute)]))
    expect(host.system.status().warnings).toMatchObject([{ code: 'CLOCK' }])
  })

  it.each<[string, (host: Host) => Promise<unknown>]>([
    ['a task', (host) => call(host.router.tasks.pause, { id: 'a task', until: null })],
    ['everything', (host) => call(host.router.system.pause, { until: null })],
  ])('by hours: the pause of %s that had just begun holds', async (what, pause) => {
    const tenMinutely: Partial<TaskInput> = { triggers: [{ kind: 'cron', expression: '*/10 * * * *' }] }
    const { clock, ids, host } = await setBack(6 * hour, [tenMinutely], pause)
    await host.start()
    const [id = ''] = ids
    await vi.waitFor(() => expect(host.tasks.find(id).countsFrom).toBe(iso(clock.now())))
    await clock.advance(10 * minute)
    const reason = what === 'a task' ? 'task' : 'everything'
    await untilTold(host, clock, id, [['paused', reason, '2027-01-01T06:10:00.000Z']])
  })
})
