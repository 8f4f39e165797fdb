/** A clock that was set back: a new epoch begins, so that no occurrence is ever started twice and no rhythm stalls. */
import { messageOf } from '@shared/errors'
import type { Pause, Task } from '@shared/model/task'
import { formatDuration } from '@shared/schedule/duration'
import type { Clock, Logger } from '../ports'
import type { Store } from '../store/types'
import type { Warnings } from '../system/warnings'

/** Ms: after a smaller step back, fixed times at or before the watermark stay decided. */
const largeStep = 3 * 3_600_000
/** Ms: smaller steps are the clocks' own. */
const noticed = 2000
/** Ms. */
const retryAfter = 2000

export interface EpochOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly state: Pick<Store['state'], 'epoch' | 'beginEpoch' | 'lastWritten'>
  readonly warnings: Pick<Warnings, 'raise' | 'clear'>
  readonly log: Pick<Logger, 'warn' | 'error'>
  /**
   * Stores what lies ahead of `from` (ms) as of then: since when tasks count, and are paused; and rhythms that had begun, by the
   * clock as it was `by` ms later, as begun before. Rejects with STORAGE.
   */
  readonly pullBack: (from: number, by: number) => Promise<void>
  /** What `pullBack` pulls back, the latest of it: ms. A task that was made leaves no line in the journals. */
  readonly latest: () => number
  /** Nobody needs the epoch any more. */
  readonly isOver: () => boolean
}

/**
 * Resolves once the new epoch is on disk: nothing may be decided before. While the disk refuses it is tried again, and the
 * operator is told. Never rejects.
 * @param from ms: the earliest that the clock can have shown since it was set back
 */
export async function beginEpoch(options: EpochOptions, by: number, from: number): Promise<{ fixedStay: boolean }> {
  const { clock, state, warnings, log } = options
  const fixedStay = by < largeStep
  const words = formatDuration(Math.round(by / 1000) * 1000)
  log.warn({ by, fixedStay }, `the clock was set back by ${words}`)
  if (!fixedStay)
    warnings.raise(
      'CLOCK',
      `The clock was set back by ${words}: what is planned counts from now on, so that tasks may run again at times that they have run at before.`,
    )
  for (let refused = false; ; refused = true) {
    try {
      // First: a host that dies in between finds the clock behind its last line again.
      await options.pullBack(from, by)
      await state.beginEpoch({ number: state.epoch().number + 1, began: from, fixedStay })
      if (refused) warnings.clear('STORAGE')
      return { fixedStay }
    } catch (error) {
      if (options.isOver()) return { fixedStay }
      log.error({ err: error }, 'that the clock was set back could not be stored')
      warnings.raise('STORAGE', `The clock was set back; nothing starts until that is recorded: ${messageOf(error)}`)
      await new Promise<void>((resolve) => void clock.after(retryAfter, resolve))
      if (options.isOver()) return { fixedStay }
    }
  }
}

/** By how much the clock was set back while no host ran, as far as anything that is stored tells (ms); 0 for not. */
export function setBackMeanwhile({ clock, state, latest }: Pick<EpochOptions, 'clock' | 'state' | 'latest'>): number {
  const by = Math.max(state.lastWritten(), latest()) - clock.now()
  return by >= noticed ? by : 0
}

/** Since when tasks count and are paused, and everything is: the latest of it, ms. */
export function latestOf(tasks: readonly Pick<Task, 'countsFrom' | 'pause'>[], everything: Pause | null): number {
  let latest = everything === null ? 0 : Date.parse(everything.since)
  for (const { countsFrom, pause } of tasks)
    latest = Math.max(latest, Date.parse(countsFrom), pause === null ? 0 : Date.parse(pause.since))
  return latest
}
