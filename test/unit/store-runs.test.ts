import { appendFile, readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hasEnded, runStatus, type Run } from '@shared/model/run'
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
      expect(store.state.epoch()).toBe(0)
    }
  })

  it('has the clock epoch of the last mark', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    await first.runs.put(makeRun())
    await first.close()
    const mark = { kind: 'mark', at: at(0), value: { mark: 'epoch', epoch: 3 } }
    await appendFile(join(folder, 'runs', '2026-11.jsonl'), `${JSON.stringify({ v: mark })}\n`)
    expect((await open(folder)).state.epoch()).toBe(3)
  })
})

describe('occurrences without a run', () => {
  it('are listed per task by their instant, each as it was written last', async () => {
    const folder = await tempFolder()
    const first = await open(folder)
    const one = { taskId: 'a', epoch: 0, state: 'skipped', reason: 'overlap', runId: null, count: 1 } as const
    await first.occurrences.append([
      { ...one, id: 'o-2', scheduledAt: at(40), recordedAt: at(40) },
      { ...one, id: 'o-1', scheduledAt: at(1), recordedAt: at(1) },
      { ...one, id: 'o-3', taskId: 'b', scheduledAt: at(2), recordedAt: at(2) },
    ])
    await first.occurrences.append([{ ...one, id: 'o-1', scheduledAt: at(3), recordedAt: at(3), count: 3 }])
    for (const store of [first, await open(folder)]) {
      expect(await store.occurrences.list('a')).toMatchObject([
        { id: 'o-1', count: 3, scheduledAt: at(3) },
        { id: 'o-2', count: 1 },
      ])
      expect(await store.occurrences.list('b')).toMatchObject([{ id: 'o-3' }])
      expect(await store.occurrences.list('c')).toEqual([])
    }
    expect(await readdir(join(folder, 'occurrences'))).toEqual(['2026-11.jsonl', '2026-12.jsonl'])
  })
})
