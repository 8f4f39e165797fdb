import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { BelfryError } from '@shared/errors'
import type { LogLine, Run } from '@shared/model/run'
import { useClient } from '../client'
import { LogPages } from '../lib/log-pages'

/** `live`: lines come as they are written. `ended`: no more will come. */
export type RunLogState = 'loading' | 'live' | 'reconnecting' | 'ended' | 'failed'

export interface RunLog {
  readonly state: Readonly<Ref<RunLogState>>
  /** Why it failed; null otherwise. */
  readonly problem: Readonly<ShallowRef<BelfryError | null>>
  /** Lines in the log so far. */
  readonly total: Readonly<Ref<number>>
  /** Changes whenever lines have come. */
  readonly version: Readonly<Ref<number>>
  /** The run as it ended, once the stream said so. */
  readonly ended: Readonly<ShallowRef<Run | null>>
  line(number: number): LogLine | undefined
  isGap(number: number): boolean
  /** Fetches what is not here of these lines, both inclusive. */
  ensure(first: number, last: number): void
  /** Lines after `after`, at most `limit`, from here or from the host; not kept. */
  read(after: number, limit: number, signal: AbortSignal): Promise<readonly LogLine[]>
  retry(): void
}

/** Lines fetched at first: enough for a screen and some way up. */
const firstLines = 1000
/** Waits before each new connection, in ms. */
const waits = [300, 1000, 2000, 5000] as const

/** A run's log, followed live while it is written; at most 50,000 lines are kept, the rest is fetched when looked at. */
export function useRunLog(runId: Ref<string>): RunLog {
  const client = useClient()
  const state = ref<RunLogState>('loading')
  const problem = shallowRef<BelfryError | null>(null)
  const total = ref(0)
  const version = ref(0)
  const ended = shallowRef<Run | null>(null)
  let pages = new LogPages()
  let abort = new AbortController()
  let fetching = new Set<number>()
  let frame: number | undefined

  /** A flood of lines is drawn once a frame. */
  function show(): void {
    frame ??= requestAnimationFrame(() => {
      frame = undefined
      total.value = pages.total
      version.value += 1
    })
  }

  function start(): void {
    abort.abort()
    abort = new AbortController()
    pages = new LogPages()
    fetching = new Set()
    total.value = 0
    version.value += 1
    ended.value = null
    problem.value = null
    state.value = 'loading'
    void attend(runId.value, abort.signal)
  }

  async function attend(id: string, signal: AbortSignal): Promise<void> {
    let last: number | undefined
    let failures = 0
    while (!signal.aborted) {
      try {
        if (last === undefined) {
          const page = await client.runs.log({ id, tail: firstLines }, { signal })
          if (signal.aborted) return
          pages.put(page.lines)
          pages.total = Math.max(pages.total, page.total)
          last = page.last
          show()
          if (page.ended) {
            state.value = 'ended'
            return
          }
        }
        const stream = await client.runs.follow({ id, after: last }, { signal })
        state.value = 'live'
        for await (const event of stream) {
          if (signal.aborted) return
          failures = 0
          if (event.type === 'end') {
            ended.value = event.run
            state.value = 'ended'
            return
          }
          if (event.type === 'error') throw new BelfryError(event.error.code, event.error.message)
          pages.put(event.lines)
          last = event.lines.at(-1)?.number ?? last
          show()
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof BelfryError && error.code !== 'NO_HOST' && error.code !== 'UNAVAILABLE') {
          problem.value = error
          state.value = 'failed'
          return
        }
      }
      if (signal.aborted) return
      state.value = last === undefined ? 'loading' : 'reconnecting'
      await rest(waits[Math.min(failures, waits.length - 1)] ?? 0, signal)
      failures += 1
    }
  }

  function ensure(first: number, last: number): void {
    for (const page of pages.missing(first, last)) {
      if (fetching.has(page)) continue
      fetching.add(page)
      void fetchPage(page, pages, fetching, abort.signal)
    }
  }

  async function fetchPage(page: number, into: LogPages, busy: Set<number>, signal: AbortSignal): Promise<void> {
    try {
      const answer = await client.runs.log(
        { id: runId.value, after: page * into.pageSize, limit: into.pageSize },
        { signal },
      )
      const end = (page + 1) * into.pageSize
      into.put(answer.lines.filter((line) => line.number <= end))
      if (answer.total >= end) into.settle(page)
      show()
    } catch (error) {
      // The row stays empty, and is asked for again when it is next looked at.
      if (!signal.aborted && !(error instanceof BelfryError)) throw error
    } finally {
      busy.delete(page)
    }
  }

  async function read(after: number, limit: number, signal: AbortSignal): Promise<readonly LogLine[]> {
    const here = pages.run(after, limit)
    if (here.length === limit || after + here.length >= pages.total) return here
    return (await client.runs.log({ id: runId.value, after, limit }, { signal })).lines
  }

  watch(runId, start, { immediate: true })
  onScopeDispose(() => {
    abort.abort()
    if (frame !== undefined) cancelAnimationFrame(frame)
  })

  return {
    state,
    problem,
    total,
    version,
    ended,
    line: (number) => pages.line(number),
    isGap: (number) => pages.isGap(number),
    ensure,
    read,
    retry: start,
  }
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
