/** A few real procedures of the contract, for testing doors and clients without a host. */
import { implement } from '@orpc/server'
import pino from 'pino'
import { contract } from '@shared/contract'
import { BelfryError } from '@shared/errors'
import type { BelfryEvent } from '@shared/model/event'
import type { HostRouter } from '../../electron/host/create-host'
import { createEventBus, type EventBus } from '../../electron/host/events'

export interface SmallRouter {
  readonly router: HostRouter
  readonly bus: EventBus
  /** Event streams that are open now. */
  readonly listeners: () => number
  /** What `import.crontab` was given. */
  readonly texts: string[]
}

const at = '2027-01-01T00:00:00.000Z'

export function smallRouter(openedUrl: string | null = null): SmallRouter {
  const os = implement(contract)
  const bus = createEventBus()
  const texts: string[] = []
  let listeners = 0
  const router = {
    tasks: {
      get: os.tasks.get.handler(({ input }) => {
        if (input.id === 'broken') throw new Error('secret words')
        throw new BelfryError('NOT_FOUND', `there is no task "${input.id}"`, { field: 'id' })
      }),
      list: os.tasks.list.handler(() => ({ items: [], nextCursor: null })),
    },
    system: { open: os.system.open.handler(() => ({ url: openedUrl })) },
    import: {
      crontab: os.import.crontab.handler(({ input }) => {
        texts.push(input.text)
        return { dryRun: input.dryRun, created: [], wouldCreate: [], unchanged: [], errors: [], notes: [] }
      }),
    },
    events: {
      stream: os.events.stream.handler(async function* ({ signal }) {
        const queue: BelfryEvent[] = [{ type: 'ready', at }]
        let wake: () => void = () => undefined
        const off = bus.on((event) => {
          queue.push(event)
          wake()
        })
        signal?.addEventListener('abort', () => wake())
        listeners += 1
        try {
          while (!signal?.aborted) {
            const event = queue.shift()
            if (event) yield event
            else await new Promise<void>((resolve) => (wake = resolve))
          }
        } finally {
          off()
          listeners -= 1
        }
      }),
    },
  }
  return { router: router as unknown as HostRouter, bus, listeners: () => listeners, texts }
}

export const silentLog = pino({ level: 'silent' })
