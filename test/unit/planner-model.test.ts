import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Machine, op, someTasks, type Kind, type Op } from '../support/planner-machine'

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

describe('what the model has found once stays mended', () => {
  it.each<[string, Kind[], Op[]]>([
    [
      'a pause that ran out while its task was disabled takes the task back behind its enabling',
      [{ schedule: 0, care: 0 }],
      [
        { do: 'disable', task: 0 },
        { do: 'pause', task: 0, ms: 1 },
        { do: 'advance', ms: 30_001 },
        { do: 'enable', task: 0 },
        { do: 'advance', ms: 1 },
      ],
    ],
    [
      'what waits behind the jitter of an earlier one runs as soon as that one is paused',
      [{ schedule: 0, care: 7 }],
      [
        { do: 'advance', ms: 3_600_000 },
        { do: 'pause', task: 0, ms: null },
        { do: 'advance', ms: 1000 },
      ],
    ],
    [
      'where a task counts from is taken for a watermark when the clock is set back',
      [{ schedule: 3, care: 7 }],
      [
        { do: 'set', ms: -10_799_000 },
        { do: 'retime', task: 0, to: 5 },
        { do: 'advance', ms: 3_600_000 },
      ],
    ],
    [
      'a change waits for nothing, and a crash loses what lies behind runs that were not on disk',
      [{ schedule: 0, care: 10 }],
      [
        { do: 'sleep', ms: 57_591_453 },
        { do: 'advance', ms: 8548 },
        { do: 'retime', task: 0, to: 1 },
        { do: 'crash', ms: 1, set: 1500 },
      ],
    ],
    [
      'the look of a change that notices sleep leaves the other tasks waiting',
      [
        { schedule: 0, care: 0 },
        { schedule: 0, care: 0 },
      ],
      [
        { do: 'sleep', ms: 345_600_000 },
        { do: 'resume', task: 0 },
      ],
    ],
  ])('%s: not any more', async (_name, kinds, ops) => {
    const machine = new Machine(kinds)
    for (const one of ops) await machine.run(one)
    await machine.finish()
    expect(machine.oracle.decisions).toBeGreaterThan(0)
  })
})
