/** A run's log, old lines and new, up to the run's end. */
import { BelfryError } from '@shared/errors'
import type { LogEvent } from '@shared/model/run'
import type { RunService } from '../run/run-service'
import type { LogStore } from '../store/types'

/** NOT_FOUND before the first line. A run that waits for its slot has no log yet: it is waited for. */
export async function* followRun(
  { runs, logs }: { readonly runs: RunService; readonly logs: LogStore },
  id: string,
  after: number,
  signal?: AbortSignal,
): AsyncGenerator<LogEvent, void, void> {
  await runs.get(id)
  await Promise.race([runs.logReady(id), aborted(signal)])
  for await (const event of logs.follow(await runs.get(id), after, signal)) {
    if (signal?.aborted) return
    yield event
  }
  if (signal?.aborted) return
  const run = await Promise.race([runs.ended(id), aborted(signal)])
  if (run) yield { type: 'end', run }
  else if (!signal?.aborted) throw new BelfryError('INTERNAL', 'the run ended without a record')
}

function aborted(signal?: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(undefined), { once: true }))
}
