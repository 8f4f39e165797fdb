import { describe, expect, it } from 'vitest'
import { createWarnings } from '../../electron/host/system/warnings'
import { ulids } from '../../electron/platform/ids'
import { virtualClock } from '../support/virtual-clock'

describe('a warning that is over', () => {
  it('goes with those of its kind, or with those that begin alike, and no other', () => {
    let changes = 0
    const ports = { clock: virtualClock('2027-01-01T00:00:00Z'), ids: ulids() }
    const warnings = createWarnings(ports, () => changes++)
    const words = (): string[] => warnings.all().map(({ message }) => message)
    warnings.raise('STORAGE', 'The ledger could not be written: no room')
    warnings.raise('STORAGE', 'The log of a run is not whole')
    warnings.raise('CLOCK', 'The clock was set back')
    warnings.clear('STORAGE', 'The ledger')
    expect(words()).toEqual(['The log of a run is not whole', 'The clock was set back'])
    expect(changes).toBe(4)
    warnings.clear('STORAGE', 'The ledger')
    expect(changes).toBe(4)
    warnings.clear('STORAGE')
    expect(words()).toEqual(['The clock was set back'])
  })
})
