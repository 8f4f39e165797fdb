/** What a task's recent runs come to. */
import { hasEnded, isBroken, type Run } from '@shared/model/run'
import { quantile } from './quantile'

type Counted = Pick<Run, 'status' | 'durationMs' | 'startedAt' | 'finishedAt'>

export interface RunStats {
  /** Runs that succeeded or broke; what was cancelled or interrupted says nothing. */
  readonly counted: number
  readonly succeeded: number
  /** 0 to 1; null without a counted run. */
  readonly rate: number | null
  /** Of successful runs, in ms. */
  readonly median: number | null
  readonly p95: number | null
  /** When the last broken run ended (an instant); null when none did. */
  readonly lastBroken: string | null
  /** Successful runs since then, others left out. */
  readonly inARow: number
}

/** @param runs newest first */
export function runStats(runs: readonly Counted[]): RunStats {
  const ended = runs.filter((run) => hasEnded(run.status))
  const succeeded = ended.filter((run) => run.status === 'succeeded')
  const brokenAt = ended.findIndex((run) => isBroken(run.status))
  const counted = succeeded.length + ended.filter((run) => isBroken(run.status)).length
  const durations = succeeded.flatMap((run) => (run.durationMs === null ? [] : [run.durationMs]))
  const since = brokenAt < 0 ? ended : ended.slice(0, brokenAt)
  return {
    counted,
    succeeded: succeeded.length,
    rate: counted === 0 ? null : succeeded.length / counted,
    median: quantile(durations, 0.5),
    p95: quantile(durations, 0.95),
    lastBroken: ended[brokenAt]?.finishedAt ?? null,
    inARow: since.filter((run) => run.status === 'succeeded').length,
  }
}

const steps = [
  100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
]

/** Two round steps that cover `longest` (ms): what a duration axis is drawn with. */
export function axisSteps(longest: number): readonly [number, number] {
  const day = 86_400_000
  const step = steps.find((candidate) => candidate * 2 >= longest) ?? Math.ceil(longest / 2 / day) * day
  return [step, step * 2]
}
