import { watchDebounced } from '@vueuse/core'
import { computed, onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'
import { BelfryError } from '@shared/errors'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Run } from '@shared/model/run'
import { useClient } from '../client'
import { useRuns } from '../stores/runs'
import { useTasks } from '../stores/tasks'

export interface LedgerFilter {
  /** Id of the task. */
  readonly task: string
  /** Entries that reach to it or beyond (ms since the epoch); null for all. */
  readonly since: number | null
}

const pageSize = 50
/** Milliseconds between looks at what has changed, at most. */
const lookEvery = 1500

/** What became of a task's occurrences, latest first, page by page. What happens meanwhile is shown, or told once one has read on. */
export function useLedger(filter: Ref<LedgerFilter>) {
  const client = useClient()
  const tasks = useTasks()
  const store = useRuns()
  const entries = shallowRef<readonly LedgerEntry[]>([])
  const fetchedRuns = shallowRef<ReadonlyMap<string, Run>>(new Map())
  const cursor = ref<string | null>(null)
  const loading = ref(false)
  const loaded = ref(false)
  const problem = shallowRef<BelfryError>()
  /** There is more than is shown. */
  const fresh = ref(false)
  let pages = 0
  let abort = new AbortController()

  async function ask(from: string | null, signal: AbortSignal) {
    const { task, since } = filter.value
    return await client.tasks.ledger(
      {
        id: task,
        limit: pageSize,
        ...(since === null ? {} : { since: new Date(since).toISOString() }),
        ...(from === null ? {} : { cursor: from }),
      },
      { signal },
    )
  }

  async function fetchPage(from: string | null): Promise<void> {
    const { signal } = abort
    loading.value = true
    problem.value = undefined
    try {
      const page = await ask(from, signal)
      if (signal.aborted) return
      entries.value = from === null ? page.items : [...entries.value, ...page.items]
      cursor.value = page.nextCursor
      pages = from === null ? 1 : pages + 1
      if (from === null) fresh.value = false
      loaded.value = true
      void fetchRuns(page.items, signal)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof BelfryError)) throw error
      problem.value = error
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  /** How the runs ended that the entries name; without an answer their names alone are shown. */
  async function fetchRuns(items: readonly LedgerEntry[], signal: AbortSignal): Promise<void> {
    const unknown = items.filter(({ runId }) => runId !== null && !runOf(runId))
    const oldest = unknown.at(-1)
    if (oldest === undefined) return
    const answer = await client.runs
      .list({ task: filter.value.task, since: oldest.from, limit: 1000 }, { signal })
      .catch(() => undefined)
    if (answer === undefined || signal.aborted) return
    fetchedRuns.value = new Map([...fetchedRuns.value, ...answer.items.map((run) => [run.id, run] as const)])
  }

  function runOf(id: string): Run | undefined {
    return store.byId.get(id) ?? fetchedRuns.value.get(id)
  }

  /** Takes up what has changed, unless that would move what is being read. */
  async function look(): Promise<void> {
    if (!loaded.value || loading.value || problem.value !== undefined) return
    if (pages <= 1) return await fetchPage(null)
    const { signal } = abort
    const page = await ask(null, signal).catch(() => undefined)
    if (page === undefined || signal.aborted) return
    fresh.value = JSON.stringify(page.items) !== JSON.stringify(entries.value.slice(0, page.items.length))
  }

  function reload(): void {
    abort.abort()
    abort = new AbortController()
    entries.value = []
    cursor.value = null
    loaded.value = false
    fresh.value = false
    pages = 0
    void fetchPage(null)
  }

  function more(): void {
    if (!loading.value && cursor.value !== null && problem.value === undefined) void fetchPage(cursor.value)
  }

  /** Reads on after what could not be read. */
  function retry(): void {
    if (cursor.value === null) reload()
    else void fetchPage(cursor.value)
  }

  watch(filter, reload, { immediate: true })
  watchDebounced(
    () => tasks.byId.get(filter.value.task),
    () => void look(),
    { debounce: 300, maxWait: lookEvery },
  )
  onScopeDispose(() => abort.abort())
  return {
    entries,
    loading,
    loaded,
    problem,
    fresh,
    hasMore: computed(() => cursor.value !== null),
    runOf,
    more,
    retry,
    /** Starts over at the latest. */
    renew: reload,
  }
}
