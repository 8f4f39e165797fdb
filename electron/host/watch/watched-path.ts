/**
 * One path under watch, for as long as somebody wants it: also when it goes and comes back, is replaced, or when the system has
 * no room for it at first.
 */
import { openPathWords } from '@shared/schedule/preview-words'
import type { Clock, FileNews, WatchFiles } from '../ports'
import { holdsTooMany, TooManyFiles } from './folder-size'
import { lookAt, problemOf, type WatchPlace } from './path-state'

export interface WatchedPathOptions {
  /** Absolute, see `watchedPath`. */
  readonly path: string
  readonly place: WatchPlace
  readonly clock: Pick<Clock, 'now'>
  readonly watchFiles: WatchFiles
  /** What had changed before (ms) is no news. */
  readonly since: number
  readonly news: (news: Omit<FileNews, 'found'>) => void
  /** What the operator should know of it, a sentence each, changed. */
  readonly told: (sentences: readonly string[]) => void
}

export interface WatchedPath {
  /** Looks whether it is there and still the same; to be called every few seconds. Never rejects. */
  look(): Promise<void>
  close(): void
}

/** Ms; the system may have room again. */
const retryEvery = 60_000

export function createWatchedPath(options: WatchedPathOptions): WatchedPath {
  const { path, place, clock, watchFiles } = options
  let closed = false
  let endWatch: (() => void) | undefined
  let identity: string | undefined
  /** How many looks in a row have not found it. */
  let missed = 0
  /** Whoever watches has seen the path itself come or change since the last look. */
  let touched = false
  let failure: string | undefined
  let failedAt = 0
  /** Nothing of it is watched, for it holds too much. */
  let tooMany = false
  let told: readonly string[] = []

  const tell = (...sentences: readonly (string | undefined)[]): void => {
    const next = sentences.filter((sentence) => sentence !== undefined)
    if (next.join('\n') === told.join('\n')) return
    told = next
    options.told(told)
  }

  const stop = (): void => {
    endWatch?.()
    endWatch = undefined
  }

  /** @param counts what to make of a file that the first look finds; undefined for no news */
  const watch = (counts: (found: FileNews) => FileNews['kind'] | undefined): void => {
    stop()
    failure = undefined
    tooMany = false
    endWatch = watchFiles({
      path,
      without: place.dataFolder,
      most: place.most,
      news: (news) => {
        const kind = news.found ? counts(news) : news.kind
        if (news.path === path && !news.found && news.kind !== 'remove') touched = true
        if (kind !== undefined) options.news({ kind, path: news.path, at: news.at })
      },
      failed: (error) => {
        // What is not watched at all is worse than what is in part.
        if (failure === undefined || error instanceof TooManyFiles) failure = problemOf(error)
        tooMany ||= error instanceof TooManyFiles
        failedAt = clock.now()
      },
    })
  }

  const changedSince =
    (since: number) =>
    ({ at }: FileNews): FileNews['kind'] | undefined =>
      at !== undefined && at >= since ? 'change' : undefined

  const follow = (kind: 'file' | 'folder', found: string): void => {
    const known = identity
    identity = found
    if (endWatch === undefined && known === undefined && missed === 0) watch(changedSince(options.since))
    else if (endWatch === undefined || known !== found) {
      // Of a file that is replaced, whoever watches tells by itself.
      if (kind === 'folder' || endWatch === undefined || !touched)
        watch(() => (kind === 'file' && missed === 0 ? 'change' : 'add'))
    } else if (failure !== undefined && clock.now() - failedAt >= retryEvery) watch(changedSince(failedAt))
  }

  return {
    async look() {
      const state = await lookAt(path, place)
      const now = clock.now()
      // Counted only, as the warning stands as long as there are too many.
      if (!closed && tooMany && now - failedAt >= retryEvery && (await holdsTooMany(path, place))) failedAt = now
      if (closed) return
      if (state.kind === 'none') {
        missed++
        // Not at once: what went is still being told.
        if (missed > 1) stop()
        const gone =
          state.problem === 'is not there' ? 'is gone: nothing is noticed there until it is back' : state.problem
        tell(`"${path}" ${gone}`)
        return
      }
      follow(state.kind, state.identity)
      missed = 0
      touched = false
      tell(failure && `"${path}" ${failure}`, state.open === null ? undefined : openPathWords(path, state.open, 'en'))
    },
    close() {
      closed = true
      stop()
    },
  }
}
