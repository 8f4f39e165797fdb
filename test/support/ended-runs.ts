/** Waiting for runs by the host's own events: no polling, no pauses. */
import type { Client } from '@shared/contract'
import type { Run } from '@shared/model/run'
import { connect } from '../../electron/cli/connect'

export interface EndedRuns {
  readonly client: Client
  /** Resolves once those that have ended since the watch began are enough. @throws when the host goes away before */
  until(enough: (ended: readonly Run[]) => boolean): Promise<readonly Run[]>
  close(): Promise<void>
}

/** Resolves when the host tells all that happens from now on. */
export async function watchEnds(home: string): Promise<EndedRuns> {
  const { client, close } = await connect(home, 'belfry serve')
  const events = await client.events.stream()
  const ready = await events.next()
  if (ready.done === true || ready.value.type !== 'ready') throw new Error('the stream did not begin with "ready"')
  const ended = new Map<string, Run>()
  return {
    client,
    async until(enough) {
      while (!enough([...ended.values()])) {
        const { done, value } = await events.next()
        if (done === true) throw new Error(`the host went away after ${ended.size} runs`)
        if (value.type === 'run.changed' && value.run.finishedAt !== null) ended.set(value.run.id, value.run)
      }
      return [...ended.values()]
    },
    close,
  }
}
