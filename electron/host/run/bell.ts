import type { Clock } from '../ports'

/** Wakes one waiter. A ring that nobody waited for wakes the next wait at once. */
export class Bell {
  private rung = false
  private wake: (() => void) | undefined

  constructor(private readonly clock: Pick<Clock, 'after'>) {}

  ring(): void {
    this.rung = true
    this.wake?.()
  }

  /** Resolves at the next ring, at the latest after `ms`. */
  wait(ms: number): Promise<void> {
    if (this.rung) {
      this.rung = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        this.wake = undefined
        this.rung = false
        resolve()
      }
      const cancel = this.clock.after(ms, done)
      this.wake = done
    })
  }
}
