import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Run } from '@shared/model/run'
import type { Task } from '@shared/model/task'
import type { WhyAnswer } from '@shared/model/why'
import { createAccount, type Account } from '../../electron/host/schedule/account'
import type { Marks } from '../../electron/host/schedule/occurrences'
import type { Moment } from '../../electron/host/schedule/trigger-times'
import { faultyFiles } from '../support/faulty-files'
import { at, fate, ledgerBench, start, type LedgerBench } from '../support/ledger-bench'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'

interface Scene extends LedgerBench {
  readonly account: Account
  nextAt: number | undefined
  decided: number
}

async function scene(now = 1000, given: Parameters<typeof ledgerBench>[0] = {}): Promise<Scene> {
  const bench = await ledgerBench(given)
  bench.clock.setWall(at(now))
  const moment = (task: Task): Moment => ({
    zone: 'UTC',
    dst: task.policy.dst,
    createdAt: Date.parse(task.createdAt),
    idleSince: Date.parse(task.createdAt),
  })
  const marks = (): Marks => ({ fixed: made.decided, cadence: made.decided })
  const made: Scene = {
    ...bench,
    nextAt: undefined,
    decided: start + now * 1000,
    account: createAccount({
      ...bench,
      planner: { moment, nextAt: () => made.nextAt, nextToSkip: () => made.nextAt, marks },
    }),
  }
  return made
}

/** A run of task `a` for second `n`. */
const run = (n: number, over: Partial<Run> = {}): Run =>
  makeRun({ id: `run-${1000 + n}`, taskId: 'a', number: n, scheduledAt: at(n), createdAt: at(n), ...over })

const brief = ({ state, reason, from, until, count }: LedgerEntry) => [
  state,
  reason,
  second(from),
  second(until),
  count,
]
const second = (instant: string): number => (Date.parse(instant) - start) / 1000

describe('the ledger of a task', () => {
  it('has every occurrence once, latest first: runs, what was folded into them, and fates, on disk or not', async () => {
    const { account, ledger, store } = await scene()
    await store.runs.put(run(10))
    await store.runs.put(run(11, { scheduledAt: null }))
    ledger.record('a', fate('skipped', 'overlap', 11, 14), { runId: 'run-1010' })
    await ledger.flush('a')
    ledger.record('a', fate('skipped', 'overlap', 15), { runId: 'run-1010' })
    ledger.interrupt('a')
    const late = { ms: 4000, reason: 'asleep' } as const
    await store.runs.put(
      run(20, {
        folded: 3,
        foldedFrom: at(17),
        foldedUntil: at(19),
        foldedReason: 'clock',
        late,
        createdAt: at(24),
        startedAt: at(24),
      }),
    )
    await store.runs.put(run(30, { status: 'expired', startedAt: null, folded: 1, foldedFrom: at(29) }))
    await store.runs.put(run(40, { status: 'queued', startedAt: null, finishedAt: null }))
    ledger.record('a', fate('missed', 'not_running', 50, 59))
    ledger.record('b', fate('missed', 'not_running', 50, 59))
    const page = await account.ledger('a', { limit: 50 })
    expect(page.items.map(brief)).toEqual([
      ['missed', 'not_running', 50, 59, 10],
      ['queued', null, 40, 40, 1],
      ['missed', 'busy', 29, 30, 2],
      ['ran_late', 'asleep', 20, 20, 1],
      ['coalesced', 'clock', 17, 19, 3],
      ['skipped', 'overlap', 11, 15, 5],
      ['ran', null, 10, 10, 1],
    ])
    expect(page.nextCursor).toBeNull()
    expect(page.items.map(({ runId }) => runId)).toEqual([
      null,
      'run-1040',
      'run-1030',
      'run-1020',
      'run-1020',
      'run-1010',
      'run-1010',
    ])
  })

  it('loses nothing that lands while the disk is read', async () => {
    const { account, ledger, store } = await scene()
    ledger.record('a', fate('skipped', 'overlap', 11))
    await ledger.flush('a')
    ledger.record('a', fate('skipped', 'overlap', 12, 14))
    ledger.record('a', fate('missed', 'busy', 20))
    const { list } = store.occurrences
    Object.assign(store.occurrences, {
      list: async (...given: Parameters<typeof list>) => {
        const read = await list(...given)
        await ledger.flush('a')
        return read
      },
    })
    expect((await account.ledger('a', { limit: 50 })).items.map(brief)).toEqual([
      ['missed', 'busy', 20, 20, 1],
      ['skipped', 'overlap', 11, 14, 4],
    ])
  })

  it('says that a run which waited for its turn ran late', async () => {
    const { account, store } = await scene()
    await store.runs.put(run(1, { startedAt: at(2.9) }))
    await store.runs.put(run(3, { startedAt: at(5) }))
    expect((await account.ledger('a', { limit: 9 })).items.map(brief)).toEqual([
      ['ran_late', 'busy', 3, 3, 1],
      ['ran', null, 1, 1, 1],
    ])
  })

  it.each<[string, Partial<Run>, Partial<LedgerEntry>]>([
    ['replaced', { status: 'cancelled', ending: 'replace' }, { state: 'skipped', reason: 'overlap', replaced: true }],
    ['cancelled', { status: 'cancelled', ending: 'cancel' }, { state: 'skipped', reason: 'cancelled' }],
    [
      'stopped with its host',
      { status: 'interrupted', ending: 'shutdown' },
      { state: 'missed', reason: 'not_running' },
    ],
    ['left by its host', { status: 'interrupted' }, { state: 'missed', reason: 'not_running' }],
  ])(
    'says of a run that was %s before it started that neither it nor what it stood for has run',
    async (_, over, told) => {
      const { account, store } = await scene()
      const folds = { folded: 3, foldedFrom: at(2), foldedUntil: at(8), foldedReason: 'asleep' } as const
      await store.runs.put(run(10, { ...over, startedAt: null, ...folds }))
      await store.runs.put(run(20, { ...over, ...folds, folded: 0 }))
      const [started, ended, ...others] = (await account.ledger('a', { limit: 9 })).items
      expect(others).toEqual([])
      expect(started).toMatchObject({ state: 'ran', count: 1 })
      expect(ended).toMatchObject({ waited: null, ...told, from: at(2), until: at(10), count: 4, runId: 'run-1010' })
      expect(ended?.replaced).toBe(told.replaced)
    },
  )

  it('says of a run that could not be started that it ran: how it failed is told by the run', async () => {
    const { account, store } = await scene()
    await store.runs.put(run(10, { status: 'failed', startedAt: null }))
    expect((await account.ledger('a', { limit: 9 })).items).toMatchObject([{ state: 'ran' }])
  })

  it('has a reason for what was folded where the run has none', async () => {
    const { account, store } = await scene()
    await store.runs.put(run(10, { folded: 1, foldedFrom: at(9), foldedUntil: at(9) }))
    expect((await account.ledger('a', { limit: 9 })).items.map(brief)).toContainEqual(['coalesced', 'busy', 9, 9, 1])
  })

  it('has of a range what reaches into it', async () => {
    const { account, ledger, store } = await scene()
    ledger.record('a', fate('paused', 'task', 1, 9))
    await ledger.flush('a')
    ledger.interrupt('a')
    await store.runs.put(run(20, { folded: 5, foldedFrom: at(15), foldedUntil: at(19) }))
    const states = async (since: number, until: number) =>
      (await account.ledger('a', { since: at(since), until: at(until), limit: 9 })).items.map(({ state }) => state)
    expect(await states(5, 6)).toEqual(['paused'])
    expect(await states(9, 10)).toEqual(['paused'])
    expect(await states(10, 15)).toEqual([])
    expect(await states(16, 17)).toEqual(['coalesced'])
    expect(await states(16, 20)).toEqual(['coalesced'])
    expect(await states(20, 21)).toEqual(['ran'])
    expect(await states(0, 1)).toEqual([])
    expect(await states(0, 30)).toEqual(['ran', 'coalesced', 'paused'])
  })

  it('gives the same in pages of any size, also while ranges grow', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ kind: fc.nat(3), folded: fc.nat(3) }), { maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        fc.option(fc.tuple(fc.nat(100), fc.nat(100)), { nil: undefined }),
        async (given, limit, range) => {
          const { account, ledger, store } = await scene()
          let n = 0
          for (const { kind, folded } of given) {
            n += 1 + folded
            if (kind === 0) {
              ledger.interrupt('a')
              await store.runs.put(
                run(n, folded > 0 ? { folded, foldedFrom: at(n - folded), foldedUntil: at(n - 1) } : {}),
              )
            } else ledger.record('a', fate('missed', kind === 1 ? 'busy' : 'asleep', n - folded, n))
            if (kind === 3) await ledger.flush('a')
          }
          const query = range === undefined ? {} : { since: at(range[0]), until: at(range[1]) }
          const whole = (await account.ledger('a', { ...query, limit: 1000 })).items
          const paged: LedgerEntry[] = []
          let cursor: string | null | undefined
          while (cursor !== null) {
            const page = await account.ledger('a', { ...query, limit, cursor })
            expect(page.items.length).toBeLessThanOrEqual(limit)
            paged.push(...page.items)
            cursor = page.nextCursor
          }
          expect(paged).toEqual(whole)
          if (range === undefined) expect(whole.reduce((sum, { count }) => sum + count, 0)).toBe(n)
          await store.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each(['', 'x', Buffer.from('1:2').toString('base64url')])('refuses the cursor "%s"', async (cursor) => {
    const { account } = await scene()
    await expect(account.ledger('a', { limit: 1, cursor })).rejects.toMatchObject({ code: 'INVALID', field: 'cursor' })
  })

  it('reads of many runs only those that it gives', async () => {
    const faulty = faultyFiles()
    const { account, store } = await scene(1000, { files: faulty.files })
    await Promise.all(Array.from({ length: 2000 }, (_, n) => store.runs.put(run(n))))
    faulty.plan()
    expect((await account.ledger('a', { limit: 10 })).items).toHaveLength(10)
    expect(faulty.calls().filter((call) => call === 'read').length).toBeLessThan(20)
    faulty.plan()
    expect(await account.why(everyTen(), start + 500_000)).toMatchObject({ entry: { from: at(500) } })
    expect(faulty.calls().filter((call) => call === 'read').length).toBeLessThan(20)
  })
})

const created = { id: 'a', name: 'backup', createdAt: at(0), updatedAt: at(0), countsFrom: at(0) }
const everyTen = (over: Parameters<typeof makeTask>[0] = {}): Task =>
  makeTask({ ...created, triggers: [{ kind: 'interval', every: 10_000, anchor: at(0) }], ...over })

describe('why', () => {
  it.each<[string, number, Partial<WhyAnswer>]>([
    ['ran', 20, { entry: { state: 'ran' } as LedgerEntry, planned: at(20), previous: at(10), next: at(30) }],
    ['its second', 20.4, { entry: { state: 'ran' } as LedgerEntry, planned: at(20) }],
    ['folded', 40, { entry: { state: 'coalesced', runId: 'run-1050' } as LedgerEntry, planned: at(40) }],
    ['ran late', 50, { entry: { state: 'ran_late' } as LedgerEntry, planned: at(50) }],
    ['the first of a range', 60, { entry: { state: 'skipped', from: at(60), count: 4 } as LedgerEntry }],
    ['within a range', 80, { entry: { state: 'skipped', count: 4 } as LedgerEntry, planned: at(80) }],
    ['between two of a range', 85, { entry: { state: 'skipped', count: 4 } as LedgerEntry, planned: null }],
    ['in memory only', 100, { entry: { state: 'paused' } as LedgerEntry }],
  ])('finds what became of an occurrence: %s', async (_name, asked, wanted) => {
    const { account, ledger, store } = await scene()
    await store.runs.put(run(20))
    const late = { ms: 4000, reason: 'asleep' } as const
    await store.runs.put(
      run(50, {
        folded: 2,
        foldedFrom: at(30),
        foldedUntil: at(40),
        late,
        createdAt: at(54),
        startedAt: at(55),
        status: 'failed',
      }),
    )
    ledger.record('a', fate('skipped', 'overlap', 60, 90, 4), { runId: 'run-1050' })
    await ledger.flush('a')
    ledger.record('a', fate('paused', 'task', 100))
    const answer = await account.why(everyTen(), start + asked * 1000)
    expect(answer).toMatchObject({ taskId: 'a', taskName: 'backup', at: at(asked), absence: null, ...wanted })
    if (asked === 50 || asked === 40)
      expect(answer.run).toMatchObject({ id: 'run-1050', number: 50, status: 'failed', lateMs: 5000 })
    if (asked === 80) expect(answer.run).toMatchObject({ number: 50 })
    if (asked === 100) expect(answer.run).toBeNull()
  })

  it('is about the last occurrence where no instant is given', async () => {
    const { account, ledger, store } = await scene()
    await store.runs.put(run(20))
    ledger.record('a', fate('missed', 'busy', 30, 40, 2))
    expect(await account.why(everyTen(), undefined)).toMatchObject({ at: at(40), entry: { state: 'missed' } })
  })

  it('takes what an event brought by its instant, and looks past it for what a run stands for', async () => {
    const { account, store } = await scene()
    const event = { trigger: 1, id: 'woke' }
    await store.runs.put(run(35, { event, triggeredBy: 'resume' }))
    await store.runs.put(run(50, { folded: 3, foldedFrom: at(20), foldedUntil: at(40) }))
    expect(await account.why(everyTen(), start + 30_000)).toMatchObject({
      entry: { state: 'coalesced', runId: 'run-1050' },
    })
    expect(await account.why(everyTen(), start + 35_000)).toMatchObject({ entry: { state: 'ran', event } })
  })

  it('takes the latest epoch where an instant came twice', async () => {
    const { account, store } = await scene()
    await store.runs.put(run(20, { id: 'run-z', epoch: 0 }))
    await store.runs.put(run(20, { id: 'run-a', epoch: 1 }))
    expect(await account.why(everyTen(), start + 20_000)).toMatchObject({ entry: { runId: 'run-a', epoch: 1 } })
  })

  const cron = { kind: 'cron', expression: '0 0 * * *', timezone: 'UTC' } as const
  const daily = (over: Parameters<typeof makeTask>[0] = {}) => makeTask({ ...created, triggers: [cron], ...over })
  const day = 86_400
  it.each<[string, Task, number | undefined, Partial<WhyAnswer>]>([
    ['disabled', daily({ enabled: false }), day, { absence: 'disabled' }],
    ['paused', daily({ pause: { since: at(0), until: null } }), 3 * day, { absence: 'paused', planned: at(3 * day) }],
    ['before it counted', daily({ countsFrom: at(1.5 * day) }), day, { absence: 'before_counting' }],
    [
      'spent',
      makeTask({ ...created, triggers: [{ kind: 'date', at: at(100) }] }),
      day,
      { absence: 'spent', previous: at(100), next: null },
    ],
    [
      'without time triggers',
      makeTask({ ...created, triggers: [{ kind: 'startup' }] }),
      5,
      { absence: 'no_time_trigger' },
    ],
    [
      'not planned',
      daily(),
      1.5 * day,
      { absence: 'not_planned', planned: null, previous: at(day), next: at(2 * day) },
    ],
    [
      'on a planned instant, without a record',
      daily(),
      day,
      { absence: 'removed_history', planned: at(day), previous: at(0), next: at(2 * day) },
    ],
    ['not yet', daily(), 3 * day, { absence: 'not_yet', planned: at(3 * day), previous: at(2 * day) }],
    ['without an instant, when none has come', daily(), undefined, { absence: 'not_yet', planned: at(3 * day) }],
  ])('explains that there is none: %s', async (_name, task, asked, wanted) => {
    const { account } = await scene(2.5 * day)
    const answer = await account.why(task, asked === undefined ? undefined : start + asked * 1000)
    expect(answer).toMatchObject({ entry: null, run: null, ...wanted })
  })

  const skips = [at(3 * day)]
  const january4 = [{ dates: ['2027-01-04'] }]
  const until5 = [{ from: '2027-01-05' }]
  const berlin = { kind: 'cron', expression: '30 2 * * *', timezone: 'Europe/Berlin' } as const
  const gap = Date.parse('2027-03-28T01:00:00Z')
  const jumping = makeTask({ ...created, triggers: [berlin], policy: { dst: { gap: 'skip', overlap: 'auto' } } })
  const lost = { ...jumping, triggers: [{ ...berlin, expression: '30 2 * 3 0#L' }] }
  it.each<[string, Task, number | undefined, Partial<WhyAnswer>]>([
    ['runs', daily(), 3 * day, { reason: null, nextRun: at(4 * day) }],
    ['skip-next', daily({ skips }), 3 * day, { reason: 'skip_next', nextRun: at(4 * day) }],
    ['skip-next, where nobody asks when', daily({ skips }), undefined, { planned: at(3 * day), reason: 'skip_next' }],
    ['blackout', daily({ policy: { blackouts: january4 } }), 3 * day, { reason: 'blackout', nextRun: at(4 * day) }],
    ['active times', daily({ policy: { active: until5 } }), 3 * day, { reason: 'inactive', nextRun: at(4 * day) }],
    ['the clocks', jumping, (gap - start) / 1000, { reason: 'dst', nextRun: '2027-03-29T00:30:00.000Z' }],
    ['the clocks, always', lost, undefined, { planned: new Date(gap).toISOString(), reason: 'dst', nextRun: null }],
    [
      'a pause',
      daily({ pause: { since: at(0), until: at(3.5 * day) } }),
      3 * day,
      { absence: 'paused', reason: 'task', pausedUntil: at(3.5 * day), nextRun: at(4 * day) },
    ],
    [
      'a pause, where nobody asks when',
      daily({ pause: { since: at(0), until: null } }),
      undefined,
      { absence: 'paused', planned: at(3 * day), reason: 'task', pausedUntil: null },
    ],
  ])('tells of what is to come why it will not run: %s', async (_name, task, asked, wanted) => {
    const { account } = await scene(2.5 * day)
    const answer = await account.why(task, asked === undefined ? undefined : start + asked * 1000)
    expect(answer).toMatchObject({ entry: null, absence: 'not_yet', ...wanted })
  })

  it('answers about the instant that was asked, and tells what became of those around it', async () => {
    const { account, ledger, store } = await scene()
    await store.runs.put(run(20))
    ledger.record('a', fate('skipped', 'overlap', 30, 50, 3), { runId: 'run-1020' })
    expect(await account.why(everyTen(), start + 21_000)).toMatchObject({
      entry: null,
      absence: 'not_planned',
      previousEntry: { state: 'ran', from: at(20) },
      nextEntry: { state: 'skipped', from: at(30) },
    })
    expect(await account.why(everyTen(), start + 51_000)).toMatchObject({ entry: null, previousEntry: { count: 3 } })
  })

  it.each<[string, number, Partial<Task>, Partial<WhyAnswer>]>([
    [
      'disabled since',
      23,
      { enabled: false, updatedAt: at(60) },
      { absence: 'not_then', previous: at(20), next: at(40) },
    ],
    ['changed since', 23, { countsFrom: at(60) }, { absence: 'not_then', previous: at(20), next: at(40) }],
    ['changed soon after', 53, { countsFrom: at(60) }, { absence: 'not_then', previous: at(50), next: at(500) }],
    ['disabled then', 70, { enabled: false, updatedAt: at(60) }, { absence: 'disabled', previousEntry: null }],
    ['not made yet', -5, { countsFrom: at(60) }, { absence: 'before_counting', nextEntry: null }],
  ])(
    'answers about the past by what is on record rather than by what the task is now: %s',
    async (_, asked, over, told) => {
      const { account, ledger, store } = await scene()
      await store.runs.put(run(20))
      ledger.record('a', fate('skipped', 'overlap', 40, 50, 2))
      await store.runs.put(run(500))
      const answer = await account.why({ ...everyTen(), ...over }, start + asked * 1000)
      expect(answer).toMatchObject({ entry: null, ...told })
      if (told.absence !== 'not_then') return
      expect([answer.previousEntry?.until, answer.nextEntry?.from]).toEqual([told.previous, told.next])
    },
  )

  it('says that nothing counts yet where nothing is on record before or after', async () => {
    const { account } = await scene()
    const task = everyTen({ countsFrom: at(60) })
    expect(await account.why(task, start + 23_000)).toMatchObject({ absence: 'before_counting', previous: at(20) })
  })

  const held = { since: at(100), until: null }
  it.each<[string, Partial<Task>, boolean, WhyAnswer['standing']]>([
    ['paused', { pause: held }, false, { by: 'task', ...held }],
    ['paused with all', {}, true, { by: 'everything', ...held }],
    ['disabled', { enabled: false }, false, { by: 'disabled', since: null, until: null }],
    ['paused no more', { pause: { since: at(100), until: at(900) } }, false, null],
    ['neither', {}, false, null],
  ])('says with the last occurrence what keeps the task from running now: %s', async (_, over, all, standing) => {
    const { account, store } = await scene()
    const { settings } = store
    if (all) await settings.set({ ...settings.get(), paused: held })
    await store.runs.put(run(20))
    const task = { ...everyTen(), ...over }
    expect(await account.why(task, undefined)).toMatchObject({ entry: { state: 'ran' }, standing })
    expect(await account.why(task, start + 20_000)).toMatchObject({ entry: { state: 'ran' }, standing: null })
    await store.runs.put(run(400, { scheduledAt: null }))
    expect(await account.why(task, undefined)).toMatchObject({ absence: 'by_hand', standing })
  })

  it('says that a pause that still holds was the reason, which is on record only once it is over', async () => {
    const { account } = await scene()
    const paused = { absence: 'was_paused', reason: 'task', planned: at(200), standing: { by: 'task', ...held } }
    expect(await account.why(everyTen({ pause: held }), start + 200_000)).toMatchObject(paused)
  })

  it('tells of a task that no time brings which events do', async () => {
    const { account } = await scene()
    const task = makeTask({ ...created, triggers: [{ kind: 'resume' }, { kind: 'manual' }, { kind: 'startup' }] })
    const { events } = await account.why(task, undefined)
    expect(events.map(({ kind }) => kind)).toEqual(['resume', 'startup'])
  })

  it('tells of an event within a minute, and of a run by hand', async () => {
    const { account, store } = await scene()
    const task = makeTask({ ...created, triggers: [{ kind: 'resume' }] })
    await store.runs.put(run(35, { event: { trigger: 0, id: 'woke' }, triggeredBy: 'resume' }))
    await store.runs.put(run(200, { scheduledAt: null, createdAt: at(200), startedAt: at(200.1), status: 'failed' }))
    expect(await account.why(task, start + 40_000)).toMatchObject({ entry: { from: at(35) } })
    const byHand = { entry: null, absence: 'by_hand', run: { number: 200, status: 'failed' } }
    expect(await account.why(task, start + 190_000)).toMatchObject({ ...byHand, at: at(190) })
    expect(await account.why(task, undefined)).toMatchObject({ ...byHand, at: at(200.1) })
    expect(await account.why(task, start + 300_000)).toMatchObject({ absence: 'no_time_trigger' })
    // What was planned then is what is meant.
    expect(await account.why(everyTen(), start + 200_000)).toMatchObject({ absence: 'removed_history' })
    await store.runs.put(run(210))
    expect(await account.why(everyTen(), undefined)).toMatchObject({ entry: { from: at(210) } })
  })

  it('tells of what a task comes after, and how that ended', async () => {
    const { account, store } = await scene()
    await store.tasks.put([makeTask({ id: 'b', name: 'fetch' })])
    await store.runs.put(run(20, { id: 'run-b', taskId: 'b', number: 3, finishedAt: at(21) }))
    const task = makeTask({ ...created, triggers: [{ kind: 'after', tasks: ['b'], on: 'failure' }] })
    expect(await account.why(task, undefined)).toMatchObject({
      absence: 'no_time_trigger',
      upstream: [{ taskName: 'fetch', on: 'failure', last: { number: 3, status: 'succeeded', finishedAt: at(21) } }],
    })
  })

  it('tells which local times the clocks have moved', async () => {
    const { account, store } = await scene(100 * day)
    const task = makeTask({ ...created, triggers: [{ ...berlin, expression: '0,30 2 * * *' }] })
    await store.runs.put(run((gap - start) / 1000))
    expect(await account.why(task, gap)).toMatchObject({ entry: { state: 'ran' }, moved: ['02:00', '02:30'] })
    expect(await account.why(task, gap + day * 1000)).toMatchObject({ moved: [] })
  })

  it.each<[string, Run['waited'], Partial<Run>, Partial<LedgerEntry>, number | null]>([
    ['its own run', { for: 'overlap', runId: 'run-1010' }, {}, { reason: 'busy', waited: 'overlap' }, 10],
    ['its group', { for: 'group', runId: null }, {}, { reason: 'busy', waited: 'group' }, null],
    ['a host', { for: 'not_running', runId: null }, {}, { reason: 'not_running', waited: null }, null],
    [
      'what came first',
      { for: 'group', runId: null },
      { late: { ms: 60_000, reason: 'asleep' } },
      { reason: 'asleep', waited: null },
      null,
    ],
    [
      'nothing, for it never started',
      { for: 'slots', runId: null },
      { status: 'expired', startedAt: null },
      { state: 'missed', reason: 'busy', waited: 'slots' },
      null,
    ],
  ])('tells what a late run waited for: %s', async (_name, waited, over, entry, inTheWay) => {
    const { account, store } = await scene()
    await store.runs.put(run(10))
    await store.runs.put(run(20, { startedAt: at(28), waited, ...over }))
    expect(await account.why(everyTen(), start + 20_000)).toMatchObject({ entry, inTheWay })
  })

  it('says that everything is paused, and what is due but not decided yet', async () => {
    const made = await scene(2.5 * day)
    made.decided = start + day * 1000
    expect(await made.account.why(daily(), start + 2 * day * 1000)).toMatchObject({ absence: 'not_yet' })
    const { settings } = made.store
    await settings.set({ ...settings.get(), paused: { since: at(0), until: at(2 * day + 1) } })
    expect(await made.account.why(daily(), start + 2 * day * 1000)).toMatchObject({
      absence: 'was_paused',
      reason: 'everything',
      standing: null,
    })
  })

  it('tells of a fixed delay only what comes next', async () => {
    const made = await scene()
    made.nextAt = start + 1_010_000
    const task = makeTask({ ...created, triggers: [{ kind: 'interval', every: 30_000, mode: 'fixed-delay' }] })
    expect(await made.account.why(task, start + 900_000)).toMatchObject({
      absence: 'not_planned',
      previous: null,
      next: at(1010),
    })
  })

  it.each([
    ['while a run of it is active', {}, 'not_planned'],
    ['once its end has passed', { until: at(500) }, 'spent'],
  ] as const)('tells of a fixed delay of which nothing is planned: %s', async (_, over, absence) => {
    const { account } = await scene()
    const trigger = { kind: 'interval', every: 30_000, mode: 'fixed-delay', ...over } as const
    expect(await account.why(makeTask({ ...created, triggers: [trigger] }), start + 900_000)).toMatchObject({
      absence,
      next: null,
    })
  })

  it.each(['* * * * *', '0 3 29 2 *', '*/7 9-17 * * 1-5', '0 0 1 1 *'])(
    'finds the occurrence before an instant: %s',
    async (expression) => {
      const { account } = await scene(1000)
      const task = makeTask({ ...created, triggers: [{ kind: 'cron', expression, timezone: 'Europe/Berlin' }] })
      for (const hours of [0, 11, 24 * 40, 24 * 400 + 7]) {
        const { previous } = await account.why(task, start + hours * 3_600_000)
        const after = await account.why(task, Date.parse(previous ?? ''))
        expect(Date.parse(previous ?? '')).toBeLessThan(start + hours * 3_600_000)
        // Nothing lies between the two but what was asked for.
        expect(Date.parse(after.next ?? '')).toBeGreaterThanOrEqual(start + hours * 3_600_000)
      }
    },
  )
})
