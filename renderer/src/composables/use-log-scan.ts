import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { BelfryError } from '@shared/errors'
import type { LogLine } from '@shared/model/run'
import { findAll, plainText } from '../lib/ansi'
import { severityOf } from '../lib/log-severity'
import type { RunLog } from './use-run-log'

export type StreamFilter = 'both' | 'out' | 'err'

/** One place of the needle; a line may have several. */
export interface LogMatch {
  readonly line: number
  /** Which of the line's places, from 0. */
  readonly index: number
}

export interface LogScan {
  /** Line numbers to show; null for all. */
  readonly shown: Readonly<ShallowRef<readonly number[] | null>>
  readonly matches: Readonly<ShallowRef<readonly LogMatch[]>>
  /** Lines looked through so far. */
  readonly scanned: Readonly<Ref<number>>
  /** Why it stopped before the end; undefined while it goes on or is done. */
  readonly problem: Readonly<ShallowRef<BelfryError | undefined>>
  /** Goes on where it stopped. */
  retry(): void
  /**
   * The number of the first line that is an error, null when none is so far, undefined when something else is looked for
   * meanwhile.
   * @throws what the host refuses with
   */
  firstError(): Promise<number | null | undefined>
}

/** Lines looked through at a time. */
const chunk = 5000
const maximumMatches = 100_000

/** Goes through the whole log once for what is asked, then keeps up with what comes. */
export function useLogScan(log: RunLog, needle: Ref<string>, filter: Ref<StreamFilter>): LogScan {
  const shown = shallowRef<readonly number[] | null>(null)
  const matches = shallowRef<readonly LogMatch[]>([])
  const scanned = ref(0)
  const problem = shallowRef<BelfryError>()
  let abort = new AbortController()
  let pumping = false

  function restart(): void {
    abort.abort()
    abort = new AbortController()
    pumping = false
    problem.value = undefined
    scanned.value = 0
    matches.value = []
    shown.value = filter.value === 'both' ? null : []
    void pump()
  }

  async function pump(): Promise<void> {
    if (pumping || (needle.value === '' && filter.value === 'both')) return
    pumping = true
    problem.value = undefined
    const { signal } = abort
    try {
      while (scanned.value < log.total.value && !signal.aborted) {
        const lines = await log.read(scanned.value, chunk, signal)
        if (signal.aborted || lines.length === 0) break
        take(lines)
        scanned.value = lines.at(-1)?.number ?? scanned.value
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof BelfryError)) throw error
      // The next lines to come take it up again, or the operator.
      problem.value = error
    } finally {
      if (!signal.aborted) pumping = false
    }
  }

  function take(lines: readonly LogLine[]): void {
    const wanted = lines.filter(
      (line) => filter.value === 'both' || line.stream === filter.value || line.stream === 'belfry',
    )
    if (shown.value && wanted.length > 0) shown.value = [...shown.value, ...wanted.map((line) => line.number)]
    if (needle.value === '' || matches.value.length >= maximumMatches) return
    const found = wanted.flatMap((line) =>
      findAll(plainText(line.text), needle.value).map((_, index): LogMatch => ({ line: line.number, index })),
    )
    if (found.length > 0) matches.value = [...matches.value, ...found]
  }

  async function firstError(): Promise<number | null | undefined> {
    const { signal } = abort
    try {
      for (let after = 0; after < log.total.value;) {
        const lines = await log.read(after, chunk, signal)
        if (signal.aborted) return undefined
        const found = lines.find((line) => severityOf(line) === 'error')
        if (found) return found.number
        const last = lines.at(-1)
        if (!last) return null
        after = last.number
      }
      return null
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    }
  }

  watch([needle, filter], restart)
  watch(log.total, (now, before) => (now < before ? restart() : void pump()))
  onScopeDispose(() => abort.abort())
  return { shown, matches, scanned, problem, retry: () => void pump(), firstError }
}
