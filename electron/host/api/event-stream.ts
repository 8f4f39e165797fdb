/** Listeners' callbacks as an async iterable, for the contract's streams. */
import { BelfryError } from '@shared/errors'

/** A reader that lags further behind is cut off, whether it asks or not; it subscribes anew and fetches. */
const mostBehind = 10_000

/**
 * Subscribes when it is first asked, so that whatever happens after the first value is told.
 * @param subscribe gives what takes the listener back
 * @param first told before everything else
 */
export async function* eventStream<T>(
  subscribe: (listener: (event: T) => void) => () => void,
  first: T,
  signal?: AbortSignal,
): AsyncGenerator<T, void, void> {
  const behind: T[] = []
  let tooSlow = false
  let wake: (() => void) | undefined
  const unsubscribe = subscribe((event) => {
    if (behind.length < mostBehind) behind.push(event)
    else {
      tooSlow = true
      behind.length = 0
      unsubscribe()
    }
    wake?.()
  })
  const aborted = (): void => wake?.()
  signal?.addEventListener('abort', aborted)
  try {
    yield first
    while (!signal?.aborted) {
      if (tooSlow) throw new BelfryError('UNAVAILABLE', 'the reader of events is too slow; subscribe again')
      const event = behind.shift()
      if (event !== undefined) yield event
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', aborted)
    unsubscribe()
  }
}
