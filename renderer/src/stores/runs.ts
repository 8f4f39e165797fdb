import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { hasEnded, type Run } from '@shared/model/run'
import { useClient } from '../client'

/** Runs kept in the page; the oldest that ended go first. */
const keptRuns = 5000
const pageSize = 1000

/** Runs that are active or recent, as the host last told. */
export const useRuns = defineStore('runs', () => {
  const client = useClient()
  const byId = shallowReactive(new Map<string, Run>())
  const loaded = ref(false)
  /** Every run created since then (ms since the epoch) is here, unless there were more than `keptRuns`. */
  const since = ref(Number.POSITIVE_INFINITY)

  const active = computed(() =>
    [...byId.values()].filter((run) => !hasEnded(run.status)).sort((a, b) => a.createdAt.localeCompare(b.createdAt)),
  )
  /** By task, oldest first. */
  const byTask = computed(() => {
    const groups = new Map<string, Run[]>()
    for (const run of [...byId.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt))) {
      const group = groups.get(run.taskId)
      if (group) group.push(run)
      else groups.set(run.taskId, [run])
    }
    return groups
  })

  /** Starts over with what is active and what was created at or after `from`. */
  async function load(from: number): Promise<void> {
    const [running, recent] = await Promise.all([
      client.runs.list({ status: ['queued', 'running'], limit: pageSize }),
      fetchSince(from),
    ])
    byId.clear()
    for (const run of [...recent, ...running.items]) byId.set(run.id, run)
    since.value = from
    loaded.value = true
  }

  /** Makes sure that runs created at or after `from` (ms since the epoch) are here. */
  async function reach(from: number): Promise<void> {
    if (from >= since.value) return
    const found = await fetchSince(from)
    for (const run of found) if (!byId.has(run.id)) byId.set(run.id, run)
    since.value = Math.min(since.value, from)
  }

  async function fetchSince(from: number): Promise<Run[]> {
    const found: Run[] = []
    let cursor: string | undefined
    do {
      const page = await client.runs.list({
        since: new Date(from).toISOString(),
        limit: pageSize,
        ...(cursor ? { cursor } : {}),
      })
      found.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined && found.length < keptRuns)
    return found
  }

  function put(run: Run): void {
    byId.set(run.id, run)
    if (byId.size > keptRuns * 1.2) trim()
  }

  function trim(): void {
    const ended = [...byId.values()]
      .filter((run) => hasEnded(run.status))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    for (const run of ended.slice(0, byId.size - keptRuns)) byId.delete(run.id)
  }

  function drop(id: string): void {
    byId.delete(id)
  }

  /** From here if it is here, else from the host. */
  async function get(id: string): Promise<Run> {
    const known = byId.get(id)
    if (known) return known
    const run = await client.runs.get({ id })
    byId.set(run.id, run)
    return run
  }

  /** Shows the run as ending at once; the host's events tell the rest. Throws what the host refuses with. */
  async function cancel(id: string): Promise<void> {
    const before = byId.get(id)
    const guessed: Run | undefined = before && { ...before, ending: 'cancel' }
    if (guessed) byId.set(id, guessed)
    try {
      const answer = await client.runs.cancel({ id })
      if (byId.get(id) === guessed) byId.set(id, answer)
    } catch (error) {
      if (before && byId.get(id) === guessed) byId.set(id, before)
      throw error
    }
  }

  return { byId, loaded, since, active, byTask, load, reach, put, drop, get, cancel }
})
