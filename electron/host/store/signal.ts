/** Something that happens again and again, to be waited for without missing it. */
export interface Signal {
  raise(): void
  /** How often it was raised. */
  count(): number
  /** Resolves once it was raised more often than `seen`, or the abort comes. */
  after(seen: number, abort?: AbortSignal): Promise<void>
}

export function createSignal(): Signal {
  let raised = 0
  const waiting = new Set<() => void>()
  return {
    raise() {
      raised += 1
      for (const wake of [...waiting]) wake()
    },
    count: () => raised,
    after: (seen, abort) =>
      new Promise((resolve) => {
        if (raised > seen || abort?.aborted) {
          resolve()
          return
        }
        const wake = (): void => {
          waiting.delete(wake)
          abort?.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        abort?.addEventListener('abort', wake)
      }),
  }
}
