/** What `belfry ledger` answers about a task that is due every second, second by second. */
import { setTimeout as delay } from 'node:timers/promises'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { TestHost } from './host'

/** Ms. */
export const secondOf = (instant: string | null | undefined): number =>
  Math.floor(Date.parse(instant ?? '') / 1000) * 1000

/** All of a task's ledger, oldest first. */
export async function ledgerOf(host: TestHost, task: string): Promise<readonly LedgerEntry[]> {
  const found: LedgerEntry[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const more = cursor === undefined ? [] : ['--cursor', cursor]
    const page: { items: LedgerEntry[]; nextCursor: string | null } = await host.json([
      'ledger',
      task,
      '--limit',
      '1000',
      ...more,
    ])
    found.push(...page.items)
    cursor = page.nextCursor
  }
  return found.toReversed()
}

/** What became of each second, in the order of the ledger; one that has two fates is there twice. */
export function bySecond(entries: readonly LedgerEntry[]): readonly { at: number; state: LedgerEntry['state'] }[] {
  return entries
    .flatMap(({ state, from, count }) =>
      Array.from({ length: count }, (_, index) => ({ at: secondOf(from) + index * 1000, state })),
    )
    .sort((a, b) => a.at - b.at)
}

/** In how many ways, and how often each. */
export function counts(entries: readonly LedgerEntry[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {}
  for (const { state, reason, count } of entries) {
    const key = reason === null ? state : `${state} ${reason}`
    sum[key] = (sum[key] ?? 0) + count
  }
  return sum
}

/** Resolves as soon as this machine's clock shows `at` (ms), to the ms. */
export async function clockShows(at: number): Promise<void> {
  for (let rest = at - Date.now(); rest > 0; rest = at - Date.now()) await delay(rest > 20 ? rest - 15 : 0)
}
