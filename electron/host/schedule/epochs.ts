/** A clock that was set back: a new epoch begins, so that no occurrence is ever started twice and no rhythm stalls. */
import { formatDuration } from '@shared/schedule/duration'
import type { Clock, Logger } from '../ports'
import type { Store } from '../store/types'
import type { Warnings } from '../system/warnings'

/** Ms: after a smaller step back, fixed times at or before the watermark stay decided. */
const largeStep = 3 * 3_600_000
/** Ms: smaller steps are the clocks' own. */
const noticed = 2000

export interface EpochOptions {
  readonly clock: Clock
  readonly state: Store['state']
  readonly warnings: Warnings
  readonly log: Logger
}

/** Resolves once the new epoch is on disk; while the disk refuses it goes on in memory, and says so. */
export async function beginEpoch(
  { state, warnings, log }: EpochOptions,
  by: number,
  now: number,
): Promise<{ fixedStay: boolean }> {
  const fixedStay = by < largeStep
  const words = formatDuration(Math.round(by / 1000) * 1000)
  log.warn({ by, fixedStay }, `the clock was set back by ${words}`)
  if (!fixedStay)
    warnings.raise(
      'CLOCK',
      `The clock was set back by ${words}: what is planned counts from now on, so that tasks may run again at times that they have run at before.`,
    )
  try {
    await state.beginEpoch({ number: state.epoch().number + 1, began: now, fixedStay })
  } catch (error) {
    log.error({ err: error }, 'the clock epoch could not be stored')
  }
  return { fixedStay }
}

/** Whether the clock was set back while no host ran, as far as the journals tell. */
export async function epochAtStart(options: EpochOptions): Promise<void> {
  const now = options.clock.now()
  const by = options.state.lastWritten() - now
  if (by >= noticed) await beginEpoch(options, by, now)
}
