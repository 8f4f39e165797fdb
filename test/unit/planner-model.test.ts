import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Machine, op, someTasks } from '../support/planner-machine'

describe('whatever happens to machine, clock, host and tasks', () => {
  it('each occurrence ends in exactly one fate that the model agrees with, none runs twice, none is early, none is lost', async () => {
    const states = new Set<string>()
    let decisions = 0
    await fc.assert(
      fc.asyncProperty(someTasks, fc.array(op, { minLength: 1, maxLength: 40 }), async (kinds, ops) => {
        const machine = new Machine(kinds)
        for (const one of ops) await machine.run(one)
        await machine.finish()
        for (const state of machine.oracle.states()) states.add(state)
        decisions += machine.oracle.decisions
      }),
      { numRuns: Number(process.env['BELFRY_MODEL_RUNS'] ?? 100), endOnFailure: false },
    )
    expect([...states].sort()).toEqual(['folded', 'missed', 'paused', 'ran', 'skipped'])
    expect(decisions).toBeGreaterThan(1000)
  }, 600_000)
})
