import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { BelfryError } from '@shared/errors'
import type { Run, RunStatus } from '@shared/model/run'
import { useClient } from '../client'
import { useRuns } from '../stores/runs'

export interface RunFilter {
  /** A task's id; null for all. */
  readonly task: string | null
  /** Empty for all. */
  readonly states: readonly RunStatus[]
  /** Created at or after (ms since the epoch); null for ever. */
  readonly since: number | null
}

const pageSize = 100

/** Runs by filter, newest first, page by page; what happens meanwhile is mirrored from the store. */
export function useRunList(filter: Ref<RunFilter>) {
  const client = useClient()
  const store = useRuns()
  const fetched = shallowRef<ReadonlyMap<string, Run>>(new Map())
  const cursor = ref<string | null>(null)
  const loading = ref(false)
  const loaded = ref(false)
  const problem = shallowRef<BelfryError>()
  /** Runs created later wait behind "n new", so that nothing moves under the pointer. */
  const heldAt = ref<string | null>(null)
  let abort = new AbortController()

  const fits = (run: Run): boolean =>
    (filter.value.task === null || run.taskId === filter.value.task) &&
    (filter.value.states.length === 0 || filter.value.states.includes(run.status)) &&
    (filter.value.since === null || Date.parse(run.createdAt) >= filter.value.since)

  const all = computed<readonly Run[]>(() => {
    // The store also knows older runs than have been fetched; in between some would be missing.
    const oldest = cursor.value === null ? '' : ([...fetched.value.values()].at(-1)?.createdAt ?? '')
    const merged = new Map(fetched.value)
    for (const run of store.byId.values()) if (merged.has(run.id) || run.createdAt >= oldest) merged.set(run.id, run)
    return [...merged.values()]
      .filter(fits)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || b.id.localeCompare(a.id))
  })
  const held = computed(() =>
    heldAt.value === null ? 0 : all.value.filter((run) => run.createdAt > (heldAt.value ?? '')).length,
  )
  const runs = computed(() => (held.value === 0 ? all.value : all.value.slice(held.value)))

  async function fetchPage(from: string | null): Promise<void> {
    const { signal } = abort
    const { task, states, since } = filter.value
    loading.value = true
    problem.value = undefined
    try {
      const page = await client.runs.list(
        {
          limit: pageSize,
          ...(task === null ? {} : { task }),
          ...(states.length === 0 ? {} : { status: [...states] }),
          ...(since === null ? {} : { since: new Date(since).toISOString() }),
          ...(from === null ? {} : { cursor: from }),
        },
        { signal },
      )
      if (signal.aborted) return
      fetched.value = new Map([
        ...(from === null ? [] : fetched.value),
        ...page.items.map((run) => [run.id, run] as const),
      ])
      cursor.value = page.nextCursor
      loaded.value = true
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof BelfryError)) throw error
      problem.value = error
    } finally {
      if (!signal.aborted) loading.value = false
    }
  }

  function reload(): void {
    abort.abort()
    abort = new AbortController()
    fetched.value = new Map()
    cursor.value = null
    loaded.value = false
    heldAt.value = null
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

  /** While `hold` is on, runs that begin later are only counted. */
  function hold(on: boolean): void {
    if (!on) heldAt.value = null
    else heldAt.value ??= all.value[0]?.createdAt ?? null
  }

  watch(filter, reload, { immediate: true })
  return { runs, held, loading, loaded, problem, hasMore: computed(() => cursor.value !== null), more, hold, retry }
}
