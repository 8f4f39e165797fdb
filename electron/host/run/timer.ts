/** Waiting by the clock port. */
import type { Clock } from '../ports'

const longest = 2 ** 31 - 1

/** Like `clock.after`, for any number of ms. */
export function afterLong(clock: Pick<Clock, 'after'>, ms: number, call: () => void): () => void {
  let cancel = (): void => undefined
  const wait = (rest: number): void => {
    cancel = clock.after(Math.min(rest, longest), () => (rest > longest ? wait(rest - longest) : call()))
  }
  wait(ms)
  return () => cancel()
}

export function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}

export interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
}

export function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => (resolve = done))
  return { promise, resolve }
}
