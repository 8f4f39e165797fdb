/**
 * What every implementation of a port must do. The cases themselves know no test runner, so that they can also be
 * bundled into a process where none runs (Electron); here vitest runs them.
 */
import { it } from 'vitest'

export interface ContractCase<T> {
  readonly name: string
  /** Throws where `subject` does not do it. */
  readonly check: (subject: T) => Promise<void>
}

/** One `it` per case, each with a subject of its own. */
export function contract<T>(cases: readonly ContractCase<T>[], make: () => T | Promise<T>): void {
  it.each(cases)('$name', async ({ check }) => check(await make()))
}
