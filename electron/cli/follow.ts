/** Watching a run: its log as it comes, and its end. */
import type { Client } from '@shared/contract'
import { fromTransport } from '@shared/contract/transport-error'
import { BelfryError } from '@shared/errors'
import type { LogLine, Run } from '@shared/model/run'

/**
 * @param line called for each line, waited for
 * @returns the finished run; undefined when `signal` ended the watching. Throws NO_HOST when the host went away.
 */
export async function followRun(
  client: Client,
  id: string,
  after: number,
  line: (line: LogLine) => Promise<void>,
  signal?: AbortSignal,
): Promise<Run | undefined> {
  let last = after
  try {
    const events = await client.runs.follow({ id, after }, signal ? { signal } : {})
    for await (const event of events) {
      if (event.type === 'end') return event.run
      if (event.type === 'error') throw new BelfryError(event.error.code, event.error.message)
      for (const one of event.lines) {
        await line(one)
        last = one.number
      }
    }
  } catch (error) {
    if (signal?.aborted) return undefined
    throw fromTransport(error)
  }
  if (signal?.aborted) return undefined
  throw new BelfryError('NO_HOST', `the host went away while run ${id} was followed (its log: line ${last})`)
}
