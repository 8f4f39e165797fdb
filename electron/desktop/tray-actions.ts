/** What a click in the tray's menu does. */
import { assertNever, messageOf } from '@shared/errors'
import type { Client } from '@shared/contract'
import type { Logger } from '../host/ports'
import { pauseUntil } from './short-time'
import type { TrayAction } from './tray-model'

export interface TrayActionOptions {
  readonly client: Client
  readonly log: Logger
  /** Ms since the epoch. */
  readonly now: () => number
  /** The host's. */
  readonly timeZone: () => string
  readonly open: (hash: string) => void
  readonly quit: () => void
  /** The click could not be obeyed. */
  readonly failed: (message: string) => void
}

export function trayActions(options: TrayActionOptions): (action: TrayAction) => void {
  return (action) => {
    perform(action, options).catch((error: unknown) => {
      options.log.warn({ err: error, action }, 'a click in the tray’s menu failed')
      options.failed(messageOf(error))
    })
  }
}

async function perform(action: TrayAction, { client, now, timeZone, open, quit }: TrayActionOptions): Promise<void> {
  switch (action.do) {
    case 'open':
      return open(action.hash)
    case 'quit':
      return quit()
    case 'run':
      await client.tasks.run({ id: action.taskId })
      return
    case 'acknowledge':
      await client.tasks.acknowledge({ id: action.taskId })
      return
    case 'decide':
      await client.inbox.decide({ id: action.taskId, decision: action.decision })
      return
    case 'cancel':
      await Promise.all(action.runIds.map((id) => client.runs.cancel({ id })))
      return
    case 'pauseAll':
      await client.system.pause({ until: pauseUntil(action.span, now(), timeZone()) })
      return
    case 'resumeAll':
      await client.system.resume()
      return
    default:
      assertNever(action)
  }
}
