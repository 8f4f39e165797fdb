/**
 * What to look at, and when: one heap over all tasks, and one timer for the first of it, never longer than a second, so that a
 * suspended machine or a moved clock is noticed at once. A look at which nothing is due touches no task.
 */
import TinyQueue from 'tinyqueue'
import type { Clock } from '../ports'
import { longestSleep } from './clock-watch'

/** Instants are ms. */
export interface Entry<E> {
  readonly at: number
  /** Whose it is. */
  readonly key: string
  readonly what: E
}

export interface Agenda<E> {
  /** Whatever was put there for the key is off. */
  clear(key: string): void
  put(entry: Entry<E>): void
  /** For good: `clear` does not reach it. It goes by the clock as it is now. */
  putEvent(entry: Entry<E>): void
  /** Takes the first that is due at `now` and is not off. */
  take(now: number): Entry<E> | undefined
  /** Does not call until it is armed again, whatever is put. */
  hold(): void
  /** Calls when the first is due, at the latest after the longest sleep; `soon`: at once. Never from within. */
  arm(soon: boolean): void
  /** The clock was set back: what was put for good before waits as long as it would have. */
  setBack(): void
  stop(): void
}

interface Kept<E> extends Entry<E> {
  /** Off when its key has another version now; undefined for good. */
  readonly version: number | undefined
  /** Of an event: how far the wall clock was ahead of boot time when it was put, ms. */
  readonly ahead: number
}

/** @param longest ms between two calls */
export function createAgenda<E>(
  clock: Pick<Clock, 'now' | 'boot' | 'after' | 'at'>,
  call: () => void,
  longest = longestSleep,
): Agenda<E> {
  const soonest = (a: Kept<E>, b: Kept<E>): number => a.at - b.at
  let heap = new TinyQueue<Kept<E>>([], soonest)
  /** Counted over all keys: one that comes back has no old entry's version again. */
  let lastVersion = 0
  const versions = new Map<string, number>()
  let disarm: (() => void) | undefined
  let armedFor = Number.NEGATIVE_INFINITY

  const ahead = (): number => clock.now() - clock.boot()

  const isOff = ({ key, version }: Kept<E>): boolean => version !== undefined && versions.get(key) !== version

  const arm = (soon: boolean): void => {
    disarm?.()
    const now = clock.now()
    armedFor = soon ? now : (heap.peek()?.at ?? Number.POSITIVE_INFINITY)
    disarm = armedFor - now > longest ? clock.after(longest, call) : clock.at(Math.max(armedFor, now), call)
  }

  const keep = (entry: Kept<E>): void => {
    heap.push(entry)
    if (entry.at < armedFor) arm(false)
  }

  /** What is off piles up. */
  const sweep = (): void => {
    if (heap.length > 2 * versions.size + 1000)
      heap = new TinyQueue(
        heap.data.filter((entry) => !isOff(entry)),
        soonest,
      )
  }

  return {
    clear: (key) => void versions.delete(key),
    put(entry) {
      let version = versions.get(entry.key)
      if (version === undefined) versions.set(entry.key, (version = ++lastVersion))
      keep({ ...entry, version, ahead: 0 })
    },
    putEvent: (entry) => keep({ ...entry, version: undefined, ahead: ahead() }),
    take(now) {
      for (let first = heap.peek(); first !== undefined && first.at <= now; first = heap.peek()) {
        heap.pop()
        if (!isOff(first)) return first
      }
      return undefined
    },
    hold() {
      disarm?.()
      disarm = undefined
      armedFor = Number.NEGATIVE_INFINITY
    },
    arm(soon) {
      sweep()
      arm(soon)
    },
    setBack() {
      const now = ahead()
      const moved = heap.data.map((entry) => {
        // Nothing for what was put since, before anybody has looked.
        const by = entry.version === undefined ? Math.max(0, entry.ahead - now) : 0
        return by === 0 ? entry : { ...entry, at: entry.at - by, ahead: now }
      })
      heap = new TinyQueue(moved, soonest)
    },
    stop() {
      this.hold()
      heap = new TinyQueue<Kept<E>>([], soonest)
      versions.clear()
    },
  }
}

/** Ms that one look takes at most before the host gets its turn again. */
const turn = 10
/** Ms for deciding what is due: what there is no time for waits until the runs of what was found are on their way. */
export const dueTurn = 20

/** Tells whether the turn of `ms` that begins now goes on. */
export function turnOf(clock: Pick<Clock, 'monotonic'>, ms = turn): () => boolean {
  const end = clock.monotonic() + ms
  return () => clock.monotonic() < end
}
