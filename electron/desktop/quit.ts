/** Every way the app ends leads through here: the host is stopped, then the process exits. */
import { app, powerMonitor } from 'electron'
import type { Logger } from '../host/ports'

export interface QuitOptions {
  /** Ends runs, flushes, closes. May take as long as `limit` tells. */
  readonly stop: () => Promise<void>
  /** The operator has pressed Ctrl-C once more: what still runs is killed. */
  readonly hurry: () => void
  /** Ms after which the process exits whatever `stop` does. */
  readonly limit: () => number
  readonly log: Logger
}

/** What it gives ends the app, without asking. */
export function arrangeQuit({ stop, hurry, limit, log }: QuitOptions): (reason: string, code?: number) => void {
  let quitting = false

  const quit = (reason: string, code = 0): void => {
    if (quitting) return
    quitting = true
    log.info({ reason }, 'Belfry stops')
    const overdue = setTimeout(() => {
      log.error('stopping took too long; what is left is settled at the next start')
      app.exit(1)
    }, limit())
    stop()
      .catch((error: unknown) => {
        log.error({ err: error }, 'stopping failed')
        code = 1
      })
      .finally(() => {
        clearTimeout(overdue)
        // Not quit(): that would ask the windows, and come by here again.
        app.exit(code)
      })
      .catch(() => undefined)
  }

  app.on('before-quit', (event) => {
    event.preventDefault()
    quit('quit')
  })
  // Closing the window keeps Belfry in the tray.
  app.on('window-all-closed', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quit(signal))
  process.on('SIGINT', () => (quitting ? hurry() : quit('SIGINT')))
  // Electron's declaration leaves out that this one may be delayed.
  powerMonitor.on('shutdown', (...[event]: { preventDefault?: () => void }[]) => {
    event?.preventDefault?.()
    quit('shutdown of the machine')
  })
  return quit
}
