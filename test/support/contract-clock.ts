/** For every `Clock` that calls back. */
import { strict as assert } from 'node:assert'
import type { Clock } from '../../electron/host/ports'
import type { ContractCase } from './contract'

export interface ClockSubject {
  readonly clock: Clock
  /** Lets time pass until the promise is settled. */
  pass<T>(until: Promise<T>): Promise<T>
}

const called = (clock: Clock, ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve))

export const clockContract: readonly ContractCase<ClockSubject>[] = [
  {
    name: 'calls back in the order of the times, whatever the order in which they were asked for',
    async check({ clock, pass }) {
      const order: number[] = []
      await pass(Promise.all([60, 0, 30, 90].map((ms) => called(clock, ms).then(() => order.push(ms)))))
      assert.deepEqual(order, [0, 30, 60, 90])
    },
  },
  {
    name: 'calls back in the order in which it was asked where the times are the same',
    async check({ clock, pass }) {
      const order: number[] = []
      await pass(Promise.all([1, 2, 3, 4].map((which) => called(clock, 5).then(() => order.push(which)))))
      assert.deepEqual(order, [1, 2, 3, 4])
    },
  },
  {
    name: 'never calls back early, not by a fraction of a millisecond',
    async check({ clock, pass }) {
      const times = [0, 0.4, 1, 1.9, 2.5, 5, 7.7, 10, 20.2, 40]
      const passed = await pass(
        Promise.all(
          times.map(async (ms) => {
            const from = clock.monotonic()
            await called(clock, ms)
            return { ms, passed: clock.monotonic() - from }
          }),
        ),
      )
      assert.deepEqual(
        passed.filter((one) => one.passed < one.ms),
        [],
      )
    },
  },
  {
    name: 'never calls back from within the asking, nor more than once',
    async check({ clock, pass }) {
      let calls = 0
      clock.after(0, () => (calls += 1))
      assert.equal(calls, 0)
      await pass(called(clock, 30))
      assert.equal(calls, 1)
    },
  },
  {
    name: 'does not call back what was taken back, not even by a callback of the same instant',
    async check({ clock, pass }) {
      const calls: string[] = []
      const before = clock.after(5, () => calls.push('taken back at once'))
      before()
      const meanwhile: (() => void)[] = []
      clock.after(10, () => meanwhile.forEach((takeBack) => takeBack()))
      meanwhile.push(clock.after(10, () => calls.push('taken back at its instant')))
      meanwhile.push(clock.after(20, () => calls.push('taken back by an earlier one')))
      await pass(called(clock, 40))
      assert.deepEqual(calls, [])
    },
  },
  {
    name: 'lets be taken back twice, and what has been called already',
    async check({ clock, pass }) {
      const calls: string[] = []
      const first = clock.after(1, () => calls.push('first'))
      await pass(called(clock, 10))
      const second = clock.after(1, () => calls.push('second'))
      for (const takeBack of [first, first, second, second]) takeBack()
      clock.after(1, () => calls.push('third'))
      await pass(called(clock, 10))
      assert.deepEqual(calls, ['first', 'third'])
    },
  },
  {
    name: 'moves wall, monotonic and boot time on together',
    async check({ clock, pass }) {
      const look = () => [clock.now(), clock.monotonic(), clock.boot()] as const
      const before = look()
      await pass(called(clock, 100))
      const [wall, monotonic, boot] = look().map((value, index) => value - (before[index] ?? 0))
      // Boot time is told in hundredths of a second.
      for (const passed of [wall, monotonic, boot]) assert.ok((passed ?? 0) >= 85, `${passed} ms have passed`)
    },
  },
]
