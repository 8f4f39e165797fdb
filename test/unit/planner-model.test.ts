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
      { numRuns: Number(process.env['BELFRY_MODEL_RUNS'] ?? 300) },
    )
    expect([...states].sort()).toEqual(['folded', 'missed', 'paused', 'ran', 'skipped'])
    expect(decisions).toBeGreaterThan(1000)
  }, 600_000)

  it('so it is through a year of a laptop: asleep each night, the host killed each week, the clock set each month', async () => {
    const hour = 3_600_000
    const machine = new Machine([
      { schedule: 2, care: 0 },
      { schedule: 4, care: 2 },
      { schedule: 6, care: 7 },
    ])
    for (let day = 1; day <= 365; day++) {
      await machine.run({ do: 'advance', ms: 15 * hour })
      await machine.run({ do: 'sleep', ms: 9 * hour })
      if (day % 7 === 0) await machine.run({ do: 'crash', ms: hour, set: 0 })
      if (day % 30 === 0) await machine.run({ do: 'set', ms: day % 60 === 0 ? -2 * hour : 5 * hour })
    }
    await machine.finish()
    expect(machine.oracle.states()).toEqual(new Set(['ran', 'folded', 'missed']))
    expect(machine.oracle.decisions).toBeGreaterThan(20_000)
  }, 60_000)
})
