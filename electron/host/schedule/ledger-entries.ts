/** Runs and recorded fates as lines of one ledger. Pure. */
import type { Run } from '@shared/model/run'
import type { LedgerEntry, OccurrenceRecord } from '@shared/model/occurrence'
import { BelfryError } from '@shared/errors'
import type { Position } from '../store/types'

/** An entry and its place in the ledger: by instant (ms) and id, a run before what was folded into it. */
export interface PlacedEntry {
  readonly entry: LedgerEntry
  readonly at: number
  readonly id: string
  readonly rank: 0 | 1
}

/** Ms; a run that started sooner after its instant is in time. */
const inTime = 2000

/** How much later than planned (jitter counted) the run started or was decided; null when in time. */
export function latenessOf(run: Run): ({ readonly ms: number } & Pick<LedgerEntry, 'reason' | 'waited'>) | null {
  const waited = run.startedAt === null ? 0 : Math.max(0, Date.parse(run.startedAt) - Date.parse(run.createdAt))
  const ms = (run.late?.ms ?? 0) + waited
  if (ms < inTime) return null
  // What cost the most is why.
  return run.late === null || waited > run.late.ms
    ? { ms, ...waitOf(run) }
    : { ms, reason: run.late.reason, waited: null }
}

/** Why a run waited once it was queued. */
function waitOf({ waited }: Run): Pick<LedgerEntry, 'reason' | 'waited'> {
  if (waited?.for === 'not_running') return { reason: 'not_running', waited: null }
  return { reason: 'busy', waited: waited?.for ?? null }
}

/** What became of occurrences whose run has ended before it started; undefined where it did start, or tried to. */
function fateUnstarted(run: Run): Pick<LedgerEntry, 'state' | 'reason' | 'waited' | 'replaced'> | undefined {
  if (run.status === 'expired') return { ...waitOf(run), state: 'missed' }
  if (run.startedAt !== null) return undefined
  if (run.status === 'interrupted') return { state: 'missed', reason: 'not_running', waited: null }
  if (run.status !== 'cancelled') return undefined
  return run.ending === 'replace'
    ? { state: 'skipped', reason: 'overlap', waited: null, replaced: true }
    : { state: 'skipped', reason: 'cancelled', waited: null }
}

/** What a run that an occurrence brought accounts for: itself, and those folded into it. */
export function entriesOfRun(run: Run): PlacedEntry[] {
  if (run.scheduledAt === null) return []
  const at = run.scheduledAt
  const { id, epoch, event, folded, foldedFrom, foldedUntil } = run
  const common = { epoch, runId: id, event }
  const place = { at: Date.parse(at), id }
  const unstarted = fateUnstarted(run)
  if (unstarted !== undefined) {
    // It never ran, nor did those that it stood for.
    const entry = { ...common, ...unstarted, from: foldedFrom ?? at, until: at, count: folded + 1 }
    return [{ ...place, rank: 1, entry }]
  }
  const late = latenessOf(run)
  const state = run.status === 'queued' ? 'queued' : late === null ? 'ran' : 'ran_late'
  const own: LedgerEntry = {
    ...common,
    state,
    reason: late?.reason ?? null,
    waited: late?.waited ?? null,
    from: at,
    until: at,
    count: 1,
  }
  const entries: PlacedEntry[] = [{ ...place, rank: 1, entry: own }]
  if (folded > 0) {
    const reason = run.foldedReason ?? run.late?.reason ?? 'busy'
    const [from, until] = [foldedFrom ?? at, foldedUntil ?? at]
    const entry: LedgerEntry = { ...common, state: 'coalesced', reason, waited: null, from, until, count: folded }
    entries.push({ ...place, rank: 0, entry })
  }
  return entries
}

export function entryOfRecord(record: OccurrenceRecord): PlacedEntry {
  const { id, state, reason, from, until, count, epoch, runId, event } = record
  return {
    at: Date.parse(from),
    id,
    rank: 1,
    entry: { state, reason, waited: null, from, until, count, epoch, runId, event },
  }
}

/** Latest first. */
export function byPlace(one: PlacedEntry, other: PlacedEntry): number {
  if (one.at !== other.at) return other.at - one.at
  if (one.id !== other.id) return one.id < other.id ? 1 : -1
  return other.rank - one.rank
}

/** Whether the entry's occurrences reach into `[since, before)` (ms). */
export function reachesInto({ from, until }: LedgerEntry, since: number, before: number): boolean {
  return Date.parse(from) < before && Date.parse(until) >= since
}

export interface LedgerCursor extends Position {
  readonly rank: 0 | 1
}

export function writeCursor({ at, id, rank }: PlacedEntry): string {
  return Buffer.from(`${at}:${rank}:${id}`).toString('base64url')
}

/** Throws INVALID for what is none. */
export function readCursor(cursor: string): LedgerCursor {
  const match = /^(-?\d+):([01]):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) throw new BelfryError('INVALID', 'the cursor is not one that a ledger gave', { field: 'cursor' })
  return { at: Number(match[1]), rank: match[2] === '1' ? 1 : 0, id: match[3] ?? '' }
}

export function isBelow(one: PlacedEntry, cursor: LedgerCursor): boolean {
  if (one.at !== cursor.at) return one.at < cursor.at
  if (one.id !== cursor.id) return one.id < cursor.id
  return one.rank < cursor.rank
}
