/** Machines for the model of the planner: what may happen to one, and to its tasks, in any order. */
import fc from 'fast-check'
import { BelfryError } from '@shared/errors'
import type { Pause, Task, TaskInput } from '@shared/model/task'
import { makeTask } from './make-task'
import { PlannerOracle } from './planner-oracle'
import { startHost, type Disk, type LivingHost, type WorldListener } from './planner-world'
import { virtualClock, type VirtualClock } from './virtual-clock'

const start = '2027-01-04T08:00:00.000Z'
const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const every = (ms: number, anchor = start) => ({ kind: 'interval', every: ms, anchor, mode: 'fixed-rate' }) as const
const cron = (expression: string, timezone = 'UTC') => ({ kind: 'cron', expression, timezone }) as const

type Triggers = Extract<Task['triggers'][number], { kind: 'interval' | 'cron' | 'date' }>[]
const schedules: readonly Triggers[] = [
  [every(30 * second)],
  [every(90 * second, '2027-01-01T00:00:07.000Z')],
  [every(hour)],
  [cron('*/10 * * * *')],
  [cron('30 9 * * *')],
  [cron('0,20,40 */2 * * *', 'Asia/Kolkata')],
  [every(20 * minute), cron('*/15 * * * *'), cron('0 9,10,11 * * *')],
  [{ kind: 'date', at: '2027-01-04T12:00:00.000Z' }, every(2 * hour)],
]
type Care = NonNullable<TaskInput['policy']>
const cares: readonly Care[] = [
  {},
  { coalesce: false },
  { coalesce: false, misfireGrace: null },
  { misfireGrace: null },
  { misfireGrace: 0 },
  { misfireGrace: 10 * minute, coalesce: false },
  { onMissed: 'run' },
  { jitter: 5 * minute },
  { jitter: 90 * second, coalesce: false, misfireGrace: 20 * minute },
  { blackouts: [{ times: { from: '09:00', until: '10:30' }, timezone: 'UTC' }] },
  { blackouts: [{ times: { from: '00:00', until: '12:00' }, timezone: 'UTC' }], coalesce: false, misfireGrace: null },
]

export type Op =
  | { readonly do: 'advance' | 'sleep' | 'freeze' | 'set'; readonly ms: number }
  | { readonly do: 'crash' | 'restart'; readonly ms: number; readonly set: number }
  | { readonly do: 'pause'; readonly task: number; readonly ms: number | null }
  | { readonly do: 'pauseAll'; readonly ms: number | null }
  | { readonly do: 'resumeAll' }
  | { readonly do: 'look' }
  | { readonly do: 'resume' | 'enable' | 'disable' | 'skip'; readonly task: number }
  | { readonly do: 'retime' | 'care'; readonly task: number; readonly to: number }

/** Passes of time: from a moment to a night, some of them exactly as long as something takes. */
const span = fc.oneof(
  fc.constantFrom(second, 30 * second, minute, 10 * minute, hour, 3 * hour),
  fc.integer({ min: 1, max: 90 * second }),
  fc.integer({ min: 1, max: 4 * hour }),
)
const absence = fc.oneof(
  { weight: 5, arbitrary: span },
  { weight: 3, arbitrary: fc.integer({ min: 2500, max: 2 * day }) },
  { weight: 1, arbitrary: fc.constant(8 * day) },
)
const step = fc.oneof(
  fc.constantFrom(1500, -1500, -2000, -3 * hour, -3 * hour + second, -day),
  fc.integer({ min: -12 * hour, max: -2000 }),
  fc.integer({ min: 2000, max: 5 * hour }),
)
const task = fc.nat({ max: 2 })
const pauseFor = fc.option(span, { nil: null })
export const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: span }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: absence.map((ms) => ms + 2500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('freeze' as const), ms: span }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('set' as const), ms: step }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('crash' as const, 'restart' as const),
      ms: absence,
      set: fc.oneof(fc.constant(0), step),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pause' as const), task, ms: pauseFor }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pauseAll' as const), ms: pauseFor }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('resume' as const, 'enable' as const, 'disable' as const, 'skip' as const),
      task,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('retime' as const),
      task,
      to: fc.nat({ max: schedules.length - 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('care' as const), task, to: fc.nat({ max: cares.length - 1 }) }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ do: 'resumeAll' } as const, { do: 'look' } as const) },
)

export class Machine {
  readonly clock: VirtualClock = virtualClock(start)
  readonly disk: Disk
  readonly oracle: PlannerOracle
  readonly #told: WorldListener
  host: LivingHost

  constructor(kinds: readonly Kind[]) {
    const tasks = kinds.map(makeKind)
    this.disk = {
      tasks: new Map(tasks.map((one) => [one.id, one])),
      paused: null,
      runs: [],
      records: new Map(),
      epochs: [],
    }
    this.oracle = new PlannerOracle(this.disk, this.clock.now())
    this.#told = {
      decided: (now, due, fates) => this.oracle.decided(now, due, fates),
      looked: (now) => this.oracle.looked(now),
      epoch: (epoch) => this.oracle.epoch(epoch),
    }
    this.host = startHost(this.disk, this.clock, this.#told)
  }

  id(index: number): string {
    return [...this.disk.tasks.keys()][index] ?? ''
  }

  async run(given: Op): Promise<void> {
    await this.#do(given)
    await this.clock.advance(0)
    this.oracle.quiet(this.clock.now(), (id) => this.host.planner.nextAt(id))
  }

  async #do(given: Op): Promise<void> {
    const { clock, oracle, host } = this
    const { tasks } = host
    const now = clock.now()
    const pause = (ms: number | null): Pause => ({
      since: new Date(now).toISOString(),
      until: ms === null ? null : new Date(now + ms).toISOString(),
    })
    switch (given.do) {
      case 'advance':
        return clock.advance(given.ms)
      case 'sleep':
        oracle.troubled('asleep')
        return clock.sleep(given.ms)
      case 'freeze':
        oracle.troubled('busy')
        return clock.freeze(given.ms)
      case 'set':
        return this.#set(given.ms)
      case 'look':
        return host.planner.look()
      case 'crash':
      case 'restart': {
        if (given.do === 'restart') await host.stop()
        else host.die()
        await clock.advance(given.ms)
        if (given.set !== 0) clock.setWall(new Date(clock.now() + given.set).toISOString())
        oracle.restarted(clock.now(), given.do === 'restart')
        this.host = startHost(this.disk, clock, this.#told)
        return
      }
      case 'pause': {
        const wanted = pause(given.ms)
        await tasks.setPause(this.id(given.task), wanted)
        return oracle.paused(this.id(given.task), wanted, now)
      }
      case 'resume':
        await tasks.setPause(this.id(given.task), null)
        return oracle.paused(this.id(given.task), null, now)
      case 'pauseAll':
      case 'resumeAll': {
        const wanted = given.do === 'resumeAll' ? null : pause(given.ms)
        await host.setPauseOfAll(wanted)
        return oracle.pausedAll(wanted, now)
      }
      case 'enable':
      case 'disable': {
        const enabled = given.do === 'enable'
        const counts = enabled && this.disk.tasks.get(this.id(given.task))?.enabled === false
        await tasks.setEnabled(this.id(given.task), enabled)
        return oracle.changed(this.id(given.task), { enabled }, now, counts)
      }
      case 'retime': {
        const triggers = schedules[given.to] ?? []
        const same = JSON.stringify(triggers) === JSON.stringify(this.disk.tasks.get(this.id(given.task))?.triggers)
        await tasks.update(this.id(given.task), { triggers })
        return oracle.changed(this.id(given.task), { triggers }, now, !same)
      }
      case 'care': {
        const { policy } = makeTask({ policy: cares[given.to] ?? {} })
        await tasks.update(this.id(given.task), { policy })
        return oracle.changed(this.id(given.task), { policy }, now, false)
      }
      case 'skip':
        return this.#skip(this.id(given.task))
    }
  }

  #set(ms: number): void {
    this.oracle.clockSet(ms)
    this.clock.setWall(new Date(this.clock.now() + ms).toISOString())
  }

  async #skip(id: string): Promise<void> {
    const before = new Set(this.disk.tasks.get(id)?.skips)
    const { skips } = await this.host.tasks.skipNext(id).catch((error: unknown) => {
      if (error instanceof BelfryError && error.code === 'CONFLICT') return { skips: [] }
      throw error
    })
    this.oracle.skipped(id, skips.filter((at) => !before.has(at)).map(Date.parse), this.clock.now())
  }

  /** Lets all come to an end. */
  async finish(): Promise<void> {
    await this.run({ do: 'advance', ms: 2 * minute })
    await this.run({ do: 'advance', ms: 2 * minute })
    await this.host.stop()
    this.oracle.finish()
  }
}

export interface Kind {
  /** Indexes of `schedules` and `cares`. */
  readonly schedule: number
  readonly care: number
}

const makeKind = ({ schedule, care }: Kind, index: number): Task =>
  makeTask({
    id: `task-${index}`,
    triggers: schedules[schedule] ?? [],
    policy: cares[care] ?? {},
    createdAt: start,
    countsFrom: start,
  })

export const someTasks: fc.Arbitrary<Kind[]> = fc.array(
  fc.record({ schedule: fc.nat({ max: schedules.length - 1 }), care: fc.nat({ max: cares.length - 1 }) }),
  { minLength: 3, maxLength: 3 },
)
