/** What one task's lane draws. Positions and lengths in pixels. */
import { hasEnded, type Run, type RunStatus } from '@shared/model/run'
import { median } from '../format/estimate'

/** A cadence under this many ms is drawn as one band. */
const bandUnder = 5 * 60_000
const smallest = 4

export interface Scale {
  /** Ms since the epoch. */
  readonly from: number
  readonly to: number
  readonly now: number
  readonly width: number
}

export interface Bar {
  readonly runId: string
  readonly status: RunStatus
  readonly x: number
  readonly width: number
}
export interface Band {
  readonly x: number
  readonly width: number
}
export interface Tick {
  /** Ms since the epoch. */
  readonly at: number
  readonly x: number
  /** How long the run will probably take. */
  readonly tail: number
  /** Nobody wants it to run. */
  readonly skipped: boolean
}
/** What was missed since the task last ran: a ring at the last of it, and a line from the first. */
export interface MissedMark {
  /** Of the last. */
  readonly x: number
  /** Of the first, no farther left than the edge. */
  readonly from: number
}
export interface Lane {
  readonly bars: readonly Bar[]
  /** Runs in such quick succession that only what broke is shown singly. */
  readonly bands: readonly Band[]
  readonly ticks: readonly Tick[]
  /** Planned occurrences so close that they are one dotted band. */
  readonly plannedBand: Band | null
  readonly missed: MissedMark | null
}

export interface Plan {
  /** Instants in ms since the epoch, soonest first. */
  readonly planned: readonly number[]
  /** Instants that are to be skipped, among them or not. */
  readonly skips: ReadonlySet<number>
  /** The host knows of more than these. */
  readonly more: boolean
  /** Ms that a run usually takes. */
  readonly usual: number | undefined
}
/** Ms since the epoch. */
export interface Span {
  readonly from: number
  readonly until: number
}

export const xAt = (at: number, scale: Scale): number => ((at - scale.from) / (scale.to - scale.from)) * scale.width

/**
 * @param runs of one task, oldest first
 * @param plan what is ahead
 */
export function drawLane(runs: readonly Run[], plan: Plan, missed: Span | null, scale: Scale): Lane {
  const pieces = runs.flatMap((run) => pieceOf(run, scale))
  const dense = isDense(pieces.map((piece) => piece.start))
  const bars = pieces
    .filter((piece) => !dense || piece.status !== 'succeeded')
    .map(({ runId, status, x, width }) => ({ runId, status, x, width }))
  return {
    bars: bars.toSorted((a, b) => Number(isLoud(a.status)) - Number(isLoud(b.status))),
    bands: dense ? bandsOf(pieces, scale) : [],
    ...planOf(plan, scale),
    missed: missed && missedOf(missed, scale),
  }
}

/** @returns null where the last of it is out of sight */
function missedOf({ from, until }: Span, scale: Scale): MissedMark | null {
  if (until < scale.from || until > scale.to) return null
  return { x: xAt(until, scale), from: Math.max(0, xAt(from, scale)) }
}

interface Piece extends Bar {
  readonly start: number
  readonly end: number
}

function pieceOf(run: Run, scale: Scale): Piece[] {
  const start = Date.parse(run.startedAt ?? run.createdAt)
  const end = hasEnded(run.status) ? Date.parse(run.finishedAt ?? run.updatedAt) : scale.now
  if (end < scale.from || start > scale.to) return []
  const left = Math.max(0, xAt(start, scale))
  const right = Math.min(scale.width, xAt(end, scale))
  const width = Math.max(smallest, right - left)
  // A short run that ended just now must not reach over the line that marks now.
  const x = Math.max(0, Math.min(left, Math.max(right, xAt(scale.now, scale)) - width))
  return [{ runId: run.id, status: run.status, x, width, start, end }]
}

function isLoud(status: RunStatus): boolean {
  return status === 'failed' || status === 'timed_out' || status === 'interrupted'
}

function isDense(starts: readonly number[]): boolean {
  if (starts.length < 6) return false
  const gap = median(starts.slice(1).map((start, index) => start - (starts[index] ?? start)))
  return gap !== undefined && gap < bandUnder
}

function bandsOf(pieces: readonly Piece[], scale: Scale): Band[] {
  const bands: { start: number; end: number }[] = []
  for (const piece of pieces) {
    const last = bands.at(-1)
    if (last && piece.start - last.end < bandUnder * 2) last.end = Math.max(last.end, piece.end)
    else bands.push({ start: piece.start, end: piece.end })
  }
  return bands.map(({ start, end }) => {
    const x = Math.max(0, xAt(start, scale))
    return { x, width: Math.max(smallest, Math.min(scale.width, xAt(end, scale)) - x) }
  })
}

function planOf({ planned, skips, more, usual }: Plan, scale: Scale): Pick<Lane, 'ticks' | 'plannedBand'> {
  const all = skips.size === 0 ? planned : [...new Set([...skips, ...planned])].sort((a, b) => a - b)
  const ahead = all.filter((at) => at >= scale.now && at >= scale.from && at <= scale.to)
  const [first, second] = ahead
  if (first === undefined) return { ticks: [], plannedBand: null }
  const last = ahead.at(-1) ?? first
  const apart =
    second === undefined ? Number.POSITIVE_INFINITY : (xAt(last, scale) - xAt(first, scale)) / (ahead.length - 1)
  if (apart < 5) {
    const x = xAt(first, scale)
    return { ticks: [], plannedBand: { x, width: Math.max(smallest, (more ? scale.width : xAt(last, scale)) - x) } }
  }
  return {
    plannedBand: null,
    ticks: ahead.map((at) => {
      const x = xAt(at, scale)
      const tail = ((usual ?? 0) / (scale.to - scale.from)) * scale.width
      const skipped = skips.has(at)
      return { at, x, tail: tail < 2 || skipped ? 0 : Math.min(tail, scale.width - x), skipped }
    }),
  }
}
