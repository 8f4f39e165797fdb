/** What a host that is told to stop by signals makes of them. */
import type { Clock } from '../ports'

export interface StopSignals {
  readonly clock: Pick<Clock, 'monotonic'>
  /** Calls back for each SIGTERM, SIGINT or SIGHUP. */
  readonly onSignal: (call: (signal: string) => void) => void
  /** Lines for people. */
  readonly print: (line: string) => void
  /** The second: what still runs is not waited for. */
  readonly hurry: () => void
  /** The third: the process is not waited for. */
  readonly giveUp: () => void
}

/** Ms in which signals count as one: npm passes on the Ctrl-C that the terminal has sent to everybody already. */
const sameStroke = 500

/** Resolves at the first signal; the second makes the host hurry, the third does not wait for it any more. */
export function stopRequested({ clock, onSignal, print, hurry, giveUp }: StopSignals): Promise<void> {
  let count = 0
  let last = Number.NEGATIVE_INFINITY
  return new Promise((resolve) =>
    onSignal((signal) => {
      if (clock.monotonic() - last < sameStroke) return
      last = clock.monotonic()
      count += 1
      if (count === 1) {
        print(`Belfry is stopping (${signal}): runs are ended first. Once more to hurry.`)
        resolve()
      } else if (count === 2) {
        print('Belfry hurries: what still runs is killed.')
        hurry()
      } else {
        print('Belfry gives up waiting; the next start ends what is left.')
        giveUp()
      }
    }),
  )
}
