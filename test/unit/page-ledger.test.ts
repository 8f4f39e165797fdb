import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref, type EffectScope } from 'vue'
import type { Client } from '@shared/contract'
import { BelfryError } from '@shared/errors'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Run } from '@shared/model/run'
import { useLedger, type LedgerFilter } from '../../renderer/src/composables/use-ledger'
import { useTasks } from '../../renderer/src/stores/tasks'
import { makeRun } from '../support/make-run'
import { makeTaskView } from '../support/make-task-view'
import { startStores } from '../support/page-app'

const hour = 3_600_000
const start = Date.parse('2027-03-24T00:00:00Z')
const entry = (n: number, over: Partial<LedgerEntry> = {}): LedgerEntry => {
  const at = new Date(start + n * hour).toISOString()
  return {
    state: 'missed',
    reason: 'asleep',
    waited: null,
    from: at,
    until: at,
    count: 1,
    epoch: 0,
    runId: null,
    event: null,
    ...over,
  }
}

/** Answers by pages, as the host does: latest first. */
class FakeLedger {
  entries: LedgerEntry[] = []
  runs: Run[] = []
  refusal: BelfryError | undefined
  readonly asked: unknown[] = []

  client(): Client {
    return {
      tasks: {
        ledger: async (input: { since?: string; limit: number; cursor?: string }) => {
          this.asked.push(input)
          if (this.refusal) throw this.refusal
          const latest = this.entries.toReversed().filter(({ until }) => until >= (input.since ?? ''))
          const from = Number(input.cursor ?? 0)
          const items = latest.slice(from, from + input.limit)
          return { items, nextCursor: from + input.limit < latest.length ? String(from + input.limit) : null }
        },
      },
      runs: { list: async () => ({ items: this.runs, nextCursor: null }) },
    } as unknown as Client
  }
}

describe('the ledger of a task', () => {
  let host: FakeLedger
  let scope: EffectScope
  const filter = ref<LedgerFilter>({ task: 'a', since: null })

  beforeEach(() => {
    vi.useFakeTimers()
    host = new FakeLedger()
    filter.value = { task: 'a', since: null }
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  async function open() {
    const app = startStores(host.client())
    useTasks().put(makeTaskView({ id: 'a' }))
    scope = effectScope()
    const ledger = app.runWithContext(() => scope.run(() => useLedger(filter)))
    if (!ledger) throw new Error('the scope is over')
    await settle()
    return ledger
  }
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)
  const changed = async (): Promise<void> => {
    useTasks().put(makeTaskView({ id: 'a' }))
    await nextTick()
    await vi.advanceTimersByTimeAsync(2000)
  }
  const firsts = (entries: readonly LedgerEntry[]): string[] => entries.map(({ from }) => from.slice(8, 13))

  it('is read page by page, to its end', async () => {
    host.entries = Array.from({ length: 120 }, (_, index) => entry(index))
    const ledger = await open()
    expect(ledger.entries.value).toHaveLength(50)
    for (const length of [100, 120]) {
      expect(ledger.hasMore.value).toBe(true)
      ledger.more()
      await settle()
      expect(ledger.entries.value).toHaveLength(length)
    }
    expect(ledger.hasMore.value).toBe(false)
    expect(firsts([...ledger.entries.value].slice(0, 2))).toEqual(['28T23', '28T22'])
    ledger.more()
    expect(host.asked).toHaveLength(3)
  })

  it('starts over for another time or task', async () => {
    host.entries = [entry(1), entry(5)]
    const ledger = await open()
    filter.value = { task: 'a', since: start + 3 * hour }
    await settle()
    expect(firsts(ledger.entries.value)).toEqual(['24T05'])
    expect(host.asked.at(-1)).toMatchObject({ id: 'a', since: '2027-03-24T03:00:00.000Z' })
  })

  it('knows how the runs ended that it names', async () => {
    host.entries = [entry(1, { state: 'ran', reason: null, runId: 'r1' })]
    host.runs = [makeRun({ id: 'r1', status: 'failed' })]
    const ledger = await open()
    await settle()
    expect(ledger.runOf('r1')?.status).toBe('failed')
    expect(ledger.runOf('r2')).toBeUndefined()
  })

  it('takes up what happens while its first page is shown', async () => {
    host.entries = [entry(1)]
    const ledger = await open()
    host.entries = [entry(1), entry(2)]
    await changed()
    expect(firsts(ledger.entries.value)).toEqual(['24T02', '24T01'])
    expect(ledger.fresh.value).toBe(false)
  })

  it('moves nothing of what has been read on, but says that there is news', async () => {
    host.entries = Array.from({ length: 80 }, (_, index) => entry(index))
    const ledger = await open()
    ledger.more()
    await settle()
    await changed()
    expect(ledger.fresh.value).toBe(false)
    host.entries = [...host.entries, entry(90)]
    await changed()
    expect(ledger.entries.value).toHaveLength(80)
    expect(ledger.fresh.value).toBe(true)
    ledger.renew()
    await settle()
    expect(firsts(ledger.entries.value)[0]).toBe('27T18')
    expect(ledger.fresh.value).toBe(false)
  })

  it('says what could not be read, and reads on there', async () => {
    host.entries = Array.from({ length: 60 }, (_, index) => entry(index))
    const ledger = await open()
    host.refusal = new BelfryError('STORAGE', 'the disk does not answer')
    ledger.more()
    await settle()
    expect(ledger.problem.value?.message).toBe('the disk does not answer')
    expect(ledger.entries.value).toHaveLength(50)
    host.refusal = undefined
    ledger.retry()
    await settle()
    expect(ledger.entries.value).toHaveLength(60)
    expect(ledger.problem.value).toBeUndefined()
  })
})
