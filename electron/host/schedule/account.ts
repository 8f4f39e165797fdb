/** Accounts for every occurrence of a task: runs and recorded fates as one ledger, and why there is nothing where there is nothing. */
import { BelfryError } from '@shared/errors'
import type { Page } from '@shared/model/common'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Task } from '@shared/model/task'
import type { WhyAnswer } from '@shared/model/why'
import type { Clock } from '../ports'
import type { Store } from '../store/types'
import type { Ledger } from './ledger'
import type { Planner } from './planner'

export interface AccountOptions {
  readonly clock: Clock
  readonly store: Pick<Store, 'runs' | 'occurrences' | 'settings'>
  readonly ledger: Pick<Ledger, 'pending'>
  readonly planner: Pick<Planner, 'moment' | 'nextAt'>
}

export interface LedgerQuery {
  /** ISO: entries that reach into it. */
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface Account {
  /** Latest first. */
  ledger(taskId: string, query: LedgerQuery): Promise<Page<LedgerEntry>>
  /** @param at ms; undefined: the last occurrence */
  why(task: Task, at: number | undefined): Promise<WhyAnswer>
}

export function createAccount(_options: AccountOptions): Account {
  return {
    ledger: () => Promise.reject(new BelfryError('INTERNAL', 'not yet')),
    why: () => Promise.reject(new BelfryError('INTERNAL', 'not yet')),
  }
}
