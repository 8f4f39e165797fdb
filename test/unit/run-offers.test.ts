import { expect, test } from 'vitest'
import type { Task } from '@shared/model/task'
import { createOffers } from '../../electron/host/run/offers'
import type { DueTask } from '../../electron/host/schedule/planner'
import { systemClock } from '../../electron/platform/clock'

const nothing = (): void => undefined

test('all that is due at once is decided before a run is made of the first', () => {
  let now = 1000
  const decidedAt: number[] = []
  const offers = createOffers({
    clock: { ...systemClock(), now: () => now },
    ledger: { record: nothing, hold: () => nothing },
    dispatcher: { judge: () => ({ kind: 'start' }), ending: nothing },
    starts: { isOver: () => false },
    task: (id: string) => ({ id, policy: {} }) as Task,
    async begin(_task, _due, at) {
      decidedAt.push(at)
      now += 5
      await Promise.resolve()
    },
    look: async () => undefined,
    replace: nothing,
    spare: nothing,
    refused: nothing,
    impossible: nothing,
  })
  offers.add(['a', 'b', 'c'].map((taskId) => ({ taskId, scheduledAt: 1000, event: null, replay: false }) as DueTask))
  expect(decidedAt).toEqual([1000, 1000, 1000])
})
