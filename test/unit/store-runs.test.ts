import { appendFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { OccurrenceRecord } from '@shared/model/occurrence'
import { hasEnded, runStatus, type Run } from '@shared/model/run'
import type { ClockInstant } from '@shared/schedule/clock-instant'
import type { StorePorts } from '../../electron/host/store/context'
import { openStore } from '../../electron/host/store/open-store'
import type { RunQuery, RunStore, Store } from '../../electron/host/store/types'
import { faultyFiles } from '../support/faulty-files'
import { makeRun } from '../support/make-run'
import { storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'
import { virtualClock } from '../support/virtual-clock'

async function open(folder: string, over: Partial<StorePorts> = {}): Promise<Store> {
  const store = await openStore(storePorts(over), folder, '0.1.0')
  onTestFinished(() => store.close())
  return store
}

const at = (second: number): string => new Date(Date.UTC(2026, 10, 30, 23, 59, 30) + second * 1000).toISOString()

async function everyPage(runs: RunStore, query: RunQuery): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null | undefined = undefined
  while (cursor !== null) {
    const page: Awaited<ReturnType<RunStore['list']>> = await runs.list({ ...query, ...(cursor ? { cursor } : {}) })
    expect(page.items.length).toBeLessThanOrEqual(query.limit)
    ids.push(...page.items.map((run) => run.id))
    cursor = page.nextCursor
  }
  return ids
}

const anyRun = fc
  .record({
    id: fc.integer({ min: 10, max: 40 }).map((n) => `run-${n}`),
    taskId: fc.constantFrom('a', 'b'),
    status: fc.constantFrom(...runStatus.options),
    second: fc.nat(60),
    number: fc.integer({ min: 1, max: 99 }),
  })
  .map(({ second, ...run }) => ({
    ...run,
    createdAt: at(second),
    finishedAt: hasEnded(run.status) ? at(second) : null,
  }))

const anyQuery = fc.record(
  {
    taskId: fc.constantFrom('a', 'b', 'c'),
    status: fc.uniqueArray(fc.constantFrom(...runStatus.options)),
    since: fc.nat(60).map(at),
    until: fc.nat(60).map(at),
    limit: fc.integer({ min: 1, max: 7 }),
  },
  { requiredKeys: ['limit'] },
)

function expected(runs: readonly Run[], query: RunQuery): string[] {
  return runs
    .filter((run) => query.taskId === undefined || run.taskId === query.taskId)
    .filter((run) => !query.status || query.status.includes(run.status))
    .filter((run) => query.since === undefined || run.createdAt >= query.since)
    .filter((run) => query.until === undefined || run.createdAt < query.until)
    .sort((a, b) => (b.createdAt + b.id > a.createdAt + a.id ? 1 : -1))
    .map((run) => run.id)
}

describe('the list of runs', () => {
  it('has what the query asks for, newest first, in pages, before and after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRun, { maxLength: 40 }),
        fc.array(anyQuery, { minLength: 4, maxLength: 4 }),
        async (given, queries) => {
          const folder = await tempFolder()
          const first = await open(folder)
          const model = new Map<string, Run>()
          for (const over of given) {
            // A run keeps its task and its creation.
            const { taskId = over.taskId, createdAt = over.createdAt } = model.get(over.id) ?? {}
            const run = makeRun({ ...over, taskId, createdAt })
            model.set(run.id, run)
            await first.runs.put(run)
          }
          const second = await open(folder)
          const runs = [...model.values()]
          for (const query of queries) {
            expect(await everyPage(first.runs, query)).toEqual(expected(runs, query))
            expect(await everyPage(second.runs, query)).toEqual(expected(runs, query))
          }
          for (const run of runs) expect(await second.runs.get(run.id)).toEqual(run)
          expect([...second.runs.unfinished()].sort()).toEqual(
            runs
              .filter((run) => !hasEnded(run.status))
              .map((run) => run.id)
              .sort(),
          )
          await first.close()
          await second.close()
        },
      ),
      { numRuns: 25 },
    )
  })

  it('goes on behind its cursor whatever began meanwhile', async () => {
    const { runs } = await open(await tempFolder())
    for (const n of [1, 2, 3, 4]) await runs.put(makeRun({ id: `run-${n}`, createdAt: at(n) }))
    const first = await runs.list({ limit: 2 })
    expect(first.items.map((run) => run.id)).toEqual(['run-4', 'run-3'])
    await runs.put(makeRun({ id: 'run-5', createdAt: at(5) }))
    const second = await runs.list({ limit: 2, cursor: first.nextCursor ?? '' })
    expect(second).toMatchObject({ items: [{ id: 'run-2' }, { id: 'run-1' }], nextCursor: null })
  })

  it.each(['', 'x', Buffer.from('1:').toString('base64url'), '%%%'])('refuses the cursor "%s"', async (cursor) => {
    const { runs } = await open(await tempFolder())
    await expect(runs.list({ limit: 1, cursor })).rejects.toMatchObject({ code: 'INVALID', field: 'cursor' })
  })

  it('reads only the records that it gives', async () => {
    const faulty = faultyFiles()
    const store = await open(await tempFolder(), { files: faulty.files })
    for (let n = 0; n < 30; n += 1) {
      await store.runs.put(makeRun({ id: `run-${n}`, createdAt: at(n), status: n % 10 ? 'succeeded' : 'failed' }))
    }
    faulty.plan()
    expect((await store.runs.list({ status: ['failed'], limit: 50 })).items).toHaveLength(3)
    expect(faulty.calls()).toEqual(['read', 'read', 'read'])
  })
})

describe('records that are read at the same time', () => {
  it('share one open file', async () => {
    const folder = await tempFolder()
    const { runs } = await open(folder)
    for (let n = 0; n < 10; n += 1) await runs.put(makeRun({ id: `run-${n}` }))
    const faulty = faultyFiles()
    const again = await open(folder, { files: faulty.files })
    faulty.plan()
    await Promise.all([again.runs.list({ limit: 10 }), again.runs.get('run-1'), again.runs.put(makeRun())])
    expect(faulty.calls().filter((call) => call === 'open')).toHaveLength(1)
  })
})

describe('a run', () => {
  it('is written to the month it was created in, though it ends in the next', async () => {
    const folder = await tempFolder()
    const store = await open(folder)
    await store.runs.put(makeRun({ createdAt: at(0), status: 'running', finishedAt: null }))
    await store.runs.put(makeRun({ createdAt: at(0), finishedAt: at(60) }))
    expect(await readdir(join(folder, 'runs'))).toEqual(['2026-11.jsonl'])
    expect((await open(folder)).runs.unfinished()).toEqual([])
  })

  it('that is not known is undefined', async () => {
    expect(await (await open(await tempFolder())).runs.get('run-1')).toBeUndefined()
  })

  it('is the earlier one still when the disk refuses its change', async () => {
    const faulty = faultyFiles()
    const { runs } = await open(await tempFolder(), { files: faulty.files })
    const before = makeRun({ status: 'running', finishedAt: null })
    await runs.put(before)
    faulty.room(10)
    await expect(runs.put(makeRun())).rejects.toMatchObject({ code: 'STORAGE' })
    expect(await runs.get('run-1')).toEqual(before)
    expect(runs.recent('task-1', 5)).toEqual([])
    faulty.room(Infinity)
    await runs.put(makeRun())
    expect(await runs.get('run-1')).toEqual(makeRun())
  })

  it('whose line went bad on the disk since it was read is an error, not another run', async () => {
    const folder = await tempFolder()
    const { runs } = await open(folder)
    await runs.put(makeRun())
    const faulty = faultyFiles()
    const other = await open(folder, { files: faulty.files })
    const path = join(folder, 'runs', '2026-11.jsonl')
    await truncate(path, (await readFile(path)).length - 20)
    await expect(other.runs.get('run-1')).rejects.toMatchObject({ code: 'STORAGE' })
  })
})

describe('what is told from memory', () => {
  it('is the same after a restart', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    for (let n = 1; n <= 30; n += 1) {
      const id = `run-${String(n).padStart(2, '0')}`
      await first.runs.put(makeRun({ id, number: n, createdAt: at(n), status: 'running', finishedAt: null }))
      const broken = { status: 'failed', error: { code: 'EXIT_CODE', message: 'no' } } as const
      await first.runs.put(
        makeRun({ id, number: n, createdAt: at(n), finishedAt: at(n + 0.5), ...(n % 3 ? {} : broken) }),
      )
    }
    // Known late that something outlived it: the order of ends stays.
    await first.runs.put(makeRun({ id: 'run-29', number: 29, createdAt: at(29), finishedAt: at(29.5), exitCode: 0 }))
    for (const store of [first, await open(folder)]) {
      const recent = store.runs.recent('task-1', 100)
      expect(recent.map((run) => run.number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 11))
      expect(recent.at(-1)).toMatchObject({ number: 30, status: 'failed', error: 'no' })
      expect(store.runs.recent('task-1', 2).map((run) => run.number)).toEqual([29, 30])
      expect(store.runs.recent('task-1', 0)).toEqual([])
      expect(store.runs.lastNumber('task-1')).toBe(30)
      expect(store.runs.lastNumber('task-2')).toBe(0)
      expect(store.runs.countSince(at(21.5))).toEqual({
        queued: 0,
        running: 0,
        succeeded: 6,
        failed: 4,
        timed_out: 0,
        cancelled: 0,
        interrupted: 0,
        expired: 0,
      })
    }
  })

  it('has the latest mark of each task, even of a clock that was set back', async () => {
    const folder = await tempFolder()
    const clock = virtualClock('2026-12-01T00:00:00Z')
    const first = await open(folder, { clock })
    await first.runs.acknowledge('a', 'run-1')
    await first.state.rememberBoot('a', 'boot-1')
    clock.setWall('2026-10-01T00:00:00Z')
    await first.runs.acknowledge('a', 'run-2')
    await first.runs.acknowledge('b', 'run-3')
    await first.state.rememberBoot('a', 'boot-2')
    for (const store of [first, await open(folder)]) {
      expect(store.runs.acknowledged('a')).toBe('run-2')
      expect(store.runs.acknowledged('b')).toBe('run-3')
      expect(store.runs.acknowledged('c')).toBeUndefined()
      expect(store.state.rememberedBoot('a')).toBe('boot-2')
      expect(store.state.epoch()).toEqual({ number: 0, began: 0, fixedStay: true })
    }
  })

  it('has the clock epoch of the last mark', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    await first.runs.put(makeRun())
    await first.close()
    const began = Date.parse(at(0))
    const epoch = (number: number) => ({
      v: { kind: 'mark', at: at(0), value: { mark: 'epoch', number, began, fixedStay: false } },
    })
    const lines = [epoch(1), epoch(3)].map((line) => `${JSON.stringify(line)}\n`)
    await appendFile(join(folder, 'runs', '2026-11.jsonl'), lines.join(''))
    const second = await open(folder)
    expect(second.state.epoch()).toEqual({ number: 3, began, fixedStay: false })
    await second.state.beginEpoch({ number: 4, began: began + 1, fixedStay: true })
    expect((await open(folder)).state.epoch()).toEqual({ number: 4, began: began + 1, fixedStay: true })
  })
})

const range = (over: Partial<OccurrenceRecord> & { readonly from: string }): OccurrenceRecord =>
  ({
    taskId: 'a',
    epoch: 0,
    state: 'skipped',
    reason: 'overlap',
    runId: null,
    event: null,
    count: 1,
    id: 'o-1',
    until: over.from,
    recordedAt: over.from,
    ...over,
  }) as OccurrenceRecord

describe('occurrences without a run', () => {
  it('are listed per task by their beginning, latest first, each as it was written last', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    await first.occurrences.put([
      range({ id: 'o-2', from: at(40) }),
      range({ id: 'o-1', from: at(1) }),
      range({ id: 'o-3', taskId: 'b', from: at(2) }),
    ])
    await first.occurrences.put([range({ id: 'o-1', from: at(1), until: at(3), count: 3 })])
    for (const store of [first, await open(folder)]) {
      expect(await store.occurrences.list('a', { limit: 10 })).toMatchObject([
        { id: 'o-2', count: 1 },
        { id: 'o-1', count: 3, from: at(1), until: at(3) },
      ])
      expect(await store.occurrences.list('b', { limit: 10 })).toMatchObject([{ id: 'o-3' }])
      expect(await store.occurrences.list('c', { limit: 10 })).toEqual([])
      expect(['a', 'b', 'c'].map((id) => store.occurrences.has(id))).toEqual([true, true, false])
    }
    expect(await readdir(join(folder, 'occurrences'))).toEqual(['2026-11.jsonl', '2026-12.jsonl'])
  })

  it('that issue 2 recorded, before there were ranges, are ranges of one instant', async () => {
    const folder = await tempFolder()
    await mkdir(join(folder, 'occurrences'))
    const old = { id: 'o-1', taskId: 'a', scheduledAt: at(1), epoch: 0, state: 'skipped', reason: 'overlap', count: 1 }
    const line = { v: { kind: 'occurrence', occurrence: { ...old, runId: 'run-1', recordedAt: at(1) } } }
    await writeFile(join(folder, 'occurrences', '2026-11.jsonl'), `${JSON.stringify(line)}\n`)
    const store = await open(folder)
    expect(store.warnings).toEqual([])
    expect(await store.occurrences.list('a', { limit: 1 })).toEqual([range({ from: at(1), runId: 'run-1' })])
    expect(store.state.decided('a').fixed).toBe(Date.parse(at(1)) + 999)
  })

  it('are what a query says, before and after a restart, whatever grew and whatever is in between', async () => {
    const anyRange = fc.record({ n: fc.nat(30), from: fc.nat(60), length: fc.nat(30) })
    const anyRangeQuery = fc.record(
      { since: fc.nat(60), before: fc.nat(60), below: fc.record({ at: fc.nat(60), n: fc.nat(30) }) },
      { requiredKeys: [] },
    )
    const ms = (second: number): number => Date.parse(at(second))
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRange, { maxLength: 40 }),
        fc.array(anyRangeQuery, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        async (given, queries, limit) => {
          const folder = await tempFolder()
          const first = await open(folder)
          const model = new Map<string, OccurrenceRecord>()
          for (const { n, from, length } of given) {
            const id = `o-${n + 10}`
            const known = model.get(id)
            const begin = known === undefined ? from : (Date.parse(known.from) - ms(0)) / 1000
            const record = range({ id, from: at(begin), until: at(begin + length), count: length + 1 })
            model.set(id, record)
            await first.occurrences.put([record])
          }
          for (const store of [first, await open(folder)]) {
            for (const { since, before, below } of queries) {
              const key = (from: string, id: string): string => from + id
              const answer = await store.occurrences.list('a', {
                ...(since === undefined ? {} : { since: ms(since) }),
                ...(before === undefined ? {} : { before: ms(before) }),
                ...(below === undefined ? {} : { below: { at: ms(below.at), id: `o-${below.n + 10}` } }),
                limit,
              })
              const wanted = [...model.values()]
                .filter((one) => since === undefined || one.until >= at(since))
                .filter((one) => before === undefined || one.from < at(before))
                .filter((one) => below === undefined || key(one.from, one.id) < key(at(below.at), `o-${below.n + 10}`))
                .sort((a, b) => (key(a.from, a.id) < key(b.from, b.id) ? 1 : -1))
                .slice(0, limit)
              expect(answer).toEqual(wanted)
            }
            await store.close()
          }
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('what a task has missed', () => {
  const shown = (second: number, epoch = 0): ClockInstant => ({ epoch, at: Date.parse(at(second)) })

  it('counts from what came last, though the clock showed more before it was set back', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const put = (id: string, over: Partial<Run>): Promise<void> =>
      first.runs.put(makeRun({ id, taskId: 'a', createdAt: at(1), startedAt: null, ...over }))
    const missed = { state: 'missed', reason: 'asleep' } as const
    await first.occurrences.put([range({ id: 'o-1', from: at(30), ...missed })])
    await put('run-1', { status: 'running', startedAt: at(40), finishedAt: null })
    await put('run-2', { status: 'queued', finishedAt: null })
    await put('run-3', { status: 'expired', scheduledAt: at(50) })
    await first.state.settleMissed('a', at(60))
    await first.state.beginEpoch({ number: 1, began: Date.parse(at(10)), fixedStay: true })
    await first.occurrences.put([range({ id: 'o-2', from: at(12), epoch: 1, ...missed })])
    await put('run-4', { status: 'expired', scheduledAt: at(13), epoch: 1 })
    // Its last line is of the new epoch, its start was before.
    await put('run-1', { status: 'succeeded', startedAt: at(40) })
    for (const { runs, occurrences, state } of [first, await open(folder)]) {
      expect(runs.lastStarted('a')).toEqual(shown(40))
      expect(state.missedSettled('a')).toEqual(shown(60))
      expect(runs.expired('a', shown(60))).toEqual({ count: 1, from: shown(13).at, until: shown(13).at })
      expect(occurrences.missed('a', shown(60))).toMatchObject({ count: 1, from: at(12) })
      expect(occurrences.missed('a', shown(12, 1))).toBeUndefined()
      expect(occurrences.missed('a', shown(0))).toMatchObject({ count: 2, from: at(12), until: at(30) })
    }
    await put('run-2', { status: 'running', startedAt: at(15), finishedAt: null })
    await first.state.settleMissed('a', at(16))
    for (const { runs, state } of [first, await open(folder)]) {
      expect(runs.lastStarted('a')).toEqual(shown(15, 1))
      expect(state.missedSettled('a')).toEqual(shown(16, 1))
    }
  })

  it('is added up from an instant on, with the most frequent reason', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    await first.occurrences.put([
      range({ id: 'o-1', from: at(1), until: at(5), count: 5, state: 'missed', reason: 'busy' }),
      range({ id: 'o-2', from: at(6) }),
      range({ id: 'o-3', from: at(7), until: at(8), count: 2, state: 'missed', reason: 'asleep' }),
      range({ id: 'o-4', from: at(9), state: 'missed', reason: 'asleep' }),
      range({ id: 'o-5', from: at(10), state: 'missed', reason: 'busy' }),
    ])
    for (const { occurrences } of [first, await open(folder)]) {
      expect(occurrences.missed('a', shown(0))).toEqual({ count: 9, from: at(1), until: at(10), reason: 'busy' })
      expect(occurrences.missed('a', shown(5))).toEqual({ count: 4, from: at(7), until: at(10), reason: 'asleep' })
      expect(occurrences.missed('a', shown(10))).toBeUndefined()
      expect(occurrences.missed('b', shown(0))).toBeUndefined()
    }
  })

  it('is what its expired runs stood for, too: each once, however often it is written', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const put = (id: string, over: Partial<Run>): Promise<void> =>
      first.runs.put(makeRun({ id, taskId: 'a', createdAt: at(20), startedAt: null, ...over }))
    await put('run-1', { status: 'queued', finishedAt: null, scheduledAt: at(5) })
    await put('run-1', { status: 'expired', scheduledAt: at(5), folded: 2, foldedFrom: at(3) })
    await put('run-1', { status: 'expired', scheduledAt: at(5), folded: 2, foldedFrom: at(3) })
    await put('run-2', { status: 'expired', scheduledAt: at(4) })
    await put('run-3', { status: 'cancelled', scheduledAt: at(6) })
    await put('run-4', { status: 'expired', scheduledAt: at(9), taskId: 'b' })
    await first.occurrences.put([
      range({ id: 'o-1', from: at(7), until: at(9), count: 3, state: 'missed', reason: 'asleep' }),
    ])
    const ms = (second: number): number => Date.parse(at(second))
    for (const { runs, occurrences } of [first, await open(folder)]) {
      expect(runs.expired('a', shown(0))).toEqual({ count: 4, from: ms(3), until: ms(5) })
      expect(runs.expired('a', shown(4))).toEqual({ count: 3, from: ms(3), until: ms(5) })
      expect(runs.expired('a', shown(5))).toBeUndefined()
      const missed = (after: ClockInstant) => occurrences.missed('a', after, runs.expired('a', after))
      expect(missed(shown(0))).toEqual({ count: 7, from: at(3), until: at(9), reason: 'busy' })
      expect(missed(shown(5))).toEqual({ count: 3, from: at(7), until: at(9), reason: 'asleep' })
      expect(occurrences.missed('c', shown(0), runs.expired('b', shown(0)))).toMatchObject({ count: 1, reason: 'busy' })
    }
  })

  it('counts from the last run that started; those that never did are none', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const put = (id: string, n: number, over: Partial<Run>): Promise<void> =>
      first.runs.put(makeRun({ id, createdAt: at(n), ...over }))
    await put('run-1', 1, { status: 'expired', startedAt: null })
    expect(first.runs.lastStarted('task-1')).toBeUndefined()
    await put('run-2', 2, { status: 'running', startedAt: at(9), finishedAt: null })
    await put('run-2', 2, { status: 'succeeded', startedAt: at(9) })
    for (const [id, status] of [
      ['run-3', 'cancelled'],
      ['run-4', 'expired'],
      ['run-5', 'queued'],
    ] as const)
      // prettier-ignore
      await put(id, 20, { status, startedAt: null })
    for (const { runs } of [first, await open(folder)]) {
      expect(runs.lastStarted('task-1')).toEqual(shown(9))
      expect(runs.lastStarted('task-2')).toBeUndefined()
    }
  })
})

describe('the runs that occurrences brought', () => {
  it('are found by their instant, whenever they were made, before and after they were first asked for', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const add = (n: number, scheduled: number | null): Promise<void> =>
      first.runs.put(
        makeRun({ id: `run-${n}`, createdAt: at(n), scheduledAt: scheduled === null ? null : at(scheduled) }),
      )
    await add(1, 5)
    await add(2, null)
    await add(3, 4)
    const ids = (runs: readonly Run[]): string[] => runs.map(({ id }) => id)
    expect(ids(await first.runs.planned('task-1', { limit: 9 }))).toEqual(['run-1', 'run-3'])
    await add(4, 4)
    await add(5, 1)
    const ms = (second: number): number => Date.parse(at(second))
    for (const { runs } of [first, await open(folder)]) {
      expect(ids(await runs.planned('task-1', { limit: 9 }))).toEqual(['run-1', 'run-4', 'run-3', 'run-5'])
      expect(ids(await runs.planned('task-1', { limit: 2 }))).toEqual(['run-1', 'run-4'])
      expect(ids(await runs.planned('task-1', { since: ms(4), limit: 9 }))).toEqual(['run-1', 'run-4', 'run-3'])
      const below = { at: ms(4), id: 'run-4' }
      expect(ids(await runs.planned('task-1', { below, limit: 9 }))).toEqual(['run-3', 'run-5'])
      expect(ids(await runs.planned('task-1', { below: { ...below, inclusive: true }, limit: 1 }))).toEqual(['run-4'])
      expect(ids(await runs.plannedFrom('task-1', ms(4), 9))).toEqual(['run-3', 'run-4', 'run-1'])
      expect(ids(await runs.plannedFrom('task-1', ms(6), 9))).toEqual([])
      expect(await runs.planned('task-2', { limit: 9 })).toEqual([])
    }
  })
})

describe('the runs of a task that ended since an instant', () => {
  it('are found by their end, latest first, whenever they were made: how long the history is does not matter', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const put = (id: string, created: number, finished: number | null, over: Partial<Run> = {}): Promise<void> =>
      first.runs.put(
        makeRun({ id, createdAt: at(created), finishedAt: finished === null ? null : at(finished), ...over }),
      )
    await put('run-1', 1, null, { status: 'running' })
    await put('run-2', 2, 9)
    await put('run-3', 3, 4)
    await put('run-4', 4, 8, { taskId: 'task-2' })
    await put('run-5', 5, 6)
    await put('run-6', 6, null, { status: 'running' })
    await put('run-1', 1, 12)
    for (const { runs } of [first, await open(folder)]) {
      const since = async (taskId: string, second: number): Promise<string[]> =>
        (await runs.endedSince(taskId, Date.parse(at(second)))).map(({ id }) => id)
      expect(await since('task-1', 0)).toEqual(['run-1', 'run-2', 'run-5', 'run-3'])
      expect(await since('task-1', 6)).toEqual(['run-1', 'run-2', 'run-5'])
      expect(await since('task-1', 13)).toEqual([])
      expect(await since('task-2', 0)).toEqual(['run-4'])
      expect(await since('task-3', 0)).toEqual([])
    }
  })
})

describe('the latest runs of a task', () => {
  it('are in the order of their ends, though the clock was set back in between', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const put = (id: string, number: number, second: number, epoch: number, over: Partial<Run> = {}): Promise<void> =>
      first.runs.put(makeRun({ id, number, epoch, createdAt: at(second - 5), finishedAt: at(second), ...over }))
    for (let number = 1; number <= 20; number++) await put(`run-${number}`, number, 1000 + number, 0)
    await first.state.beginEpoch({ number: 1, began: Date.parse(at(0)), fixedStay: true })
    // Begun by the clock as it was.
    await put('run-21', 21, 3, 0, { createdAt: at(1018) })
    await put('run-22', 22, 7, 1)
    // Known late that something outlived it.
    await put('run-20', 20, 1020, 0, { exitCode: 3 })
    for (const { runs } of [first, await open(folder)]) {
      expect(runs.recent('task-1', 4).map(({ number }) => number)).toEqual([19, 20, 21, 22])
      expect(runs.recent('task-1', 1)[0]?.finishedAt).toBe(at(7))
    }
  })
})

describe('how often a task has begun since an instant', () => {
  it('counts by the beginning of what has begun, and by its queueing what still is to', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const put = (id: string, created: number, began: number | null, over: Partial<Run> = {}): Promise<void> => {
      const startedAt = began === null ? null : at(began)
      const ended = { status: 'succeeded', finishedAt: at(60) } as const
      return first.runs.put(makeRun({ id, createdAt: at(created), startedAt, ...ended, ...over }))
    }
    const unended = { finishedAt: null } as const
    await put('run-1', 0, 0)
    await put('run-2', 1, 20)
    await put('run-3', 2, null, { status: 'expired' })
    await put('run-4', 3, 21, { status: 'running', ...unended })
    await put('run-5', 4, null, { status: 'queued', ...unended })
    await put('run-6', 22, null, { status: 'queued', ...unended })
    await put('run-7', 23, null, { status: 'cancelled' })
    await put('run-8', 24, 24, { taskId: 'task-2' })
    for (const { runs } of [first, await open(folder)]) {
      const since = (second: number, taskId = 'task-1'): string[] =>
        runs
          .startsSince(taskId, Date.parse(at(second)))
          .map(({ runId, at: instant, began }) => `${runId} ${(instant - Date.parse(at(0))) / 1000} ${began}`)
      expect(since(10)).toEqual(['run-6 22 false', 'run-4 21 true', 'run-2 20 true'])
      expect(since(21)).toEqual(['run-6 22 false', 'run-4 21 true'])
      expect(since(4)).toEqual(['run-6 22 false', 'run-5 4 false', 'run-4 21 true', 'run-2 20 true'])
      expect(since(10, 'task-2')).toEqual(['run-8 24 true'])
      expect(since(10, 'task-3')).toEqual([])
    }
  })
})

describe('up to where a task is decided', () => {
  const decided = async (folder: string) => (await open(folder)).state.decided('task-1')
  const ms = (text: string): number => Date.parse(text)

  it('is the end of the second of its last occurrence: triggers that meet in it are one', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    expect(first.state.decided('task-1')).toEqual({ fixed: -Infinity, cadence: -Infinity })
    await first.runs.put(makeRun({ scheduledAt: at(1.25), createdAt: at(2) }))
    const end = { fixed: ms(at(1.999)), cadence: ms(at(1.999)) }
    expect(first.state.decided('task-1')).toEqual(end)
    expect(await decided(folder)).toEqual(end)
  })

  it('is not moved by runs by hand and by what events bring', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const event = { trigger: 0, id: 'woke' }
    await first.runs.put(makeRun({ id: 'run-1', scheduledAt: null }))
    await first.runs.put(makeRun({ id: 'run-2', scheduledAt: at(9), event }))
    await first.occurrences.put([range({ taskId: 'task-1', from: at(9), event })])
    expect(await decided(folder)).toEqual({ fixed: -Infinity, cadence: -Infinity })
  })

  it.each([
    { fixedStay: true, fixed: '2026-12-05T00:00:00.999Z' },
    { fixedStay: false, fixed: '2026-10-31T23:59:59.999Z' },
  ])('after the clock was set back over a month (fixed times stay: $fixedStay)', async ({ fixedStay, fixed }) => {
    const folder = await tempFolder()
    const clock = virtualClock('2026-12-05T00:00:01Z')
    const first = await open(folder, { clock })
    await first.runs.put(makeRun({ scheduledAt: '2026-12-05T00:00:00.000Z', createdAt: '2026-12-05T00:00:01.000Z' }))
    clock.setWall('2026-11-01T00:00:00Z')
    await first.state.beginEpoch({ number: 1, began: clock.now(), fixedStay })
    const before = { fixed: ms(fixed), cadence: ms('2026-10-31T23:59:59.999Z') }
    expect(first.state.decided('task-1')).toEqual(before)
    expect(await decided(folder)).toEqual(before)
    // Its segment is read before the mark of its epoch, which is in the newest.
    const again = { id: 'run-2', scheduledAt: '2026-11-01T00:00:10.000Z', createdAt: '2026-11-01T00:00:10.000Z' }
    await first.runs.put(makeRun({ ...again, epoch: 1 }))
    const reached = ms('2026-11-01T00:00:10.999Z')
    const after = { fixed: Math.max(before.fixed, reached), cadence: reached }
    expect(first.state.decided('task-1')).toEqual(after)
    expect(await decided(folder)).toEqual(after)
  })

  it('is told with the latest line of this epoch: what an earlier clock showed is no reason for another', async () => {
    const folder = await tempFolder()
    const clock = virtualClock('2036-01-01T00:00:00Z')
    const first = await open(folder, { clock })
    expect(first.state.lastWritten()).toBe(0)
    await first.runs.put(makeRun({ createdAt: '2036-01-01T00:00:00.000Z' }))
    await first.runs.acknowledge('task-1', 'run-1')
    expect(first.state.lastWritten()).toBe(ms('2036-01-01T00:00:00Z'))
    clock.setWall('2026-11-01T00:00:00Z')
    await first.state.beginEpoch({ number: 1, began: clock.now(), fixedStay: false })
    const store = await open(folder)
    expect(store.state.lastWritten()).toBe(ms('2026-11-01T00:00:00Z'))
    await store.occurrences.put([range({ from: '2026-11-01T01:00:00.000Z', epoch: 1 })])
    expect((await open(folder)).state.lastWritten()).toBe(ms('2026-11-01T01:00:00Z'))
  })
})
