/** One commit at a time: it starts at once, and whoever arrives while it runs shares the next one. */
export interface Batcher<T, R> {
  /** Resolves with what the commit gave for this item; rejects with what it threw. */
  add(item: T): Promise<R>
  /** Resolves once nothing is waiting and no commit runs. Never rejects. */
  idle(): Promise<void>
}

interface Waiting<T, R> {
  readonly item: T
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/** @param commit takes items in the order they came, and gives one result for each. */
export function createBatcher<T, R>(commit: (items: readonly T[]) => Promise<readonly R[]>): Batcher<T, R> {
  let waiting: Waiting<T, R>[] = []
  let draining: Promise<void> | undefined

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const results = await commit(batch.map((entry) => entry.item))
        batch.forEach((entry, index) => entry.resolve(results[index] as R))
      } catch (error) {
        for (const entry of batch) entry.reject(error)
      }
    }
    draining = undefined
  }

  return {
    add: (item) =>
      new Promise<R>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        draining ??= drain()
      }),
    async idle() {
      while (draining) await draining
    },
  }
}
