import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { BelfryError, assertNever } from '@shared/errors'
import type { BelfryEvent } from '@shared/model/event'
import { useClient } from '../client'
import { useRuns } from './runs'
import { useSettings } from './settings'
import { useSystem } from './system'
import { useTasks } from './tasks'

/** The host gives a sign of life every 30 s; silence for longer than this, in ms, means that it is gone. */
const longestSilence = 75_000
/** Waits before each further attempt, in ms; the last goes on for ever. */
const waits = [500, 1000, 2000, 4000, 8000, 15_000] as const
/** Events are shown in batches this far apart, in ms, so that a storm of them leaves time to draw. */
const batchEvery = 50
const history = 12 * 3_600_000

export type ConnectionState = 'connecting' | 'connected' | 'disconnected' | 'unauthorized'

/** Keeps the stores a mirror of the host: subscribes, waits for `ready`, fetches, then applies what it is told. */
export const useConnection = defineStore('connection', () => {
  const client = useClient()
  const tasks = useTasks()
  const runs = useRuns()
  const system = useSystem()
  const settings = useSettings()

  const state = ref<ConnectionState>('connecting')
  /** When the next attempt is due (ms since the epoch); null while there is none ahead. */
  const retryAt = ref<number | null>(null)
  const problem = ref<BelfryError | null>(null)
  /** There is something to show, though it may be stale. */
  const hasData = computed(() => tasks.loaded && system.status !== undefined)

  let wake: () => void = () => undefined
  let stopped = false
  let current: AbortController | undefined

  /** Runs until `stop`; never throws. */
  async function start(): Promise<void> {
    stopped = false
    let failures = 0
    while (!stopped) {
      try {
        await attend(() => {
          failures = 0
        })
        problem.value = null
      } catch (error) {
        problem.value =
          error instanceof BelfryError
            ? error
            : new BelfryError('NO_HOST', 'the host does not answer', { cause: error })
      }
      if (stopped) return
      state.value = problem.value?.code === 'UNAUTHORIZED' ? 'unauthorized' : 'disconnected'
      await rest(waits[Math.min(failures, waits.length - 1)] ?? 0)
      failures += 1
    }
  }

  function stop(): void {
    stopped = true
    current?.abort()
    wake()
  }

  function retryNow(): void {
    wake()
  }

  function rest(ms: number): Promise<void> {
    retryAt.value = Date.now() + ms
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake(), ms)
      wake = () => {
        clearTimeout(timer)
        retryAt.value = null
        wake = () => undefined
        resolve()
      }
    })
  }

  /** One subscription, until it ends or goes silent. */
  async function attend(connected: () => void): Promise<void> {
    const abort = new AbortController()
    current = abort
    let silence: ReturnType<typeof setTimeout> | undefined
    const heard = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => abort.abort(), longestSilence)
    }
    const inbox = createInbox(apply)
    let fetched: Promise<void> = Promise.resolve()
    try {
      heard()
      const stream = await client.events.stream(undefined, { signal: abort.signal })
      for await (const event of stream) {
        heard()
        if (event.type !== 'ready') inbox.add(event)
        else {
          // What happens while this goes on waits in the inbox, and is applied in its order after it.
          fetched = fetchAll().then(() => {
            connected()
            state.value = 'connected'
            inbox.open()
          })
          fetched.catch(() => abort.abort())
        }
      }
    } finally {
      clearTimeout(silence)
      inbox.close()
      abort.abort()
      // A refused fetch says more than the stream that was given up because of it.
      await fetched
    }
  }

  async function fetchAll(): Promise<void> {
    await Promise.all([system.load(), settings.load(), tasks.load(), runs.load(Date.now() - history)])
  }

  function apply(event: BelfryEvent): void {
    switch (event.type) {
      case 'ready':
        return
      case 'task.changed':
        return tasks.put(event.task)
      case 'task.removed':
        return tasks.drop(event.id)
      case 'run.changed':
        return runs.put(event.run)
      case 'run.removed':
        return runs.drop(event.id)
      case 'settings.changed':
        return settings.put(event.settings)
      case 'system.changed':
        return system.put(event.status)
      default:
        return assertNever(event)
    }
  }

  return { state, retryAt, problem, hasData, start, stop, retryNow }
})

/** Collects events and hands them on in batches, once it is open. */
function createInbox(apply: (event: BelfryEvent) => void): {
  add(event: BelfryEvent): void
  open(): void
  close(): void
} {
  let waiting: BelfryEvent[] = []
  let isOpen = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    timer = undefined
    const batch = waiting
    waiting = []
    for (const event of batch) apply(event)
  }
  const schedule = (): void => {
    if (isOpen && waiting.length > 0) timer ??= setTimeout(flush, batchEvery)
  }
  return {
    add(event) {
      waiting.push(event)
      schedule()
    },
    open() {
      isOpen = true
      schedule()
    },
    close() {
      isOpen = false
      clearTimeout(timer)
    },
  }
}
