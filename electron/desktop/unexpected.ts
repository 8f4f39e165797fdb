/** Errors that nobody caught: logged and told, never a silent death, and no reason to end what runs. */
import { messageOf } from '@shared/errors'
import type { Logger } from '../host/ports'

/** Ms in which one notification is enough. */
const quiet = 60_000

export function watchForUnexpected(log: Logger, tell: (message: string) => void): void {
  let toldAt = Number.NEGATIVE_INFINITY
  const hear = (error: unknown, what: string): void => {
    log.fatal({ err: error }, what)
    if (performance.now() - toldAt < quiet) return
    toldAt = performance.now()
    tell(messageOf(error))
  }
  process.on('uncaughtException', (error) => hear(error, 'an error that nobody caught'))
  process.on('unhandledRejection', (reason) => hear(reason, 'a rejection that nobody caught'))
}
