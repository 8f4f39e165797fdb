import { describe, expect, it } from 'vitest'
import type { LedgerEntry } from '@shared/model/occurrence'
import type { Task, TaskInput } from '@shared/model/task'
import { faultyFiles } from '../support/faulty-files'
import { makeTask } from '../support/make-task'
import { schedulingHost, type SchedulingHost } from '../support/scheduling-host'
import { tempFolder } from '../support/temp-folder'

const start = Date.parse('2027-01-01T00:00:00Z')
const at = (second: number): string => new Date(start + second * 1000).toISOString()
const every = 10

const task = (policy: TaskInput['policy'], skips: readonly string[]): Task =>
  makeTask({
    id: 'a',
    createdAt: at(0),
    countsFrom: at(0),
    triggers: [{ kind: 'interval', every: every * 1000, anchor: at(0) }],
    skips: [...skips],
    policy,
  })

/** Lets time pass second by second; every run takes 25 s. */
async function pass(host: SchedulingHost, seconds: number): Promise<void> {
  const ends = new Map<unknown, number>()
  for (let second = 0; second < seconds; second++) {
    await host.pass(1000)
    for (const run of host.executor.runs) {
      if (!ends.has(run)) ends.set(run, host.clock.now() + 25_000)
      if ((ends.get(run) ?? 0) <= host.clock.now()) run.finish()
    }
  }
}

/** How often the ledger accounts for each occurrence up to `until` (s). */
function accountedFor(entries: readonly LedgerEntry[], until: number): [number, number][] {
  const times: [number, number][] = []
  for (let second = every; second <= until; second += every) {
    const instant = start + second * 1000
    const here = entries.filter(({ from, until: end }) => Date.parse(from) <= instant && instant <= Date.parse(end))
    const own = here.filter(({ from, until: end }) => from === end)
    // What is folded together passes over what has an entry of its own: it is not counted there.
    times.push([second, own.length > 0 ? own.length : here.length])
  }
  return times
}

const once = (until: number): [number, number][] =>
  Array.from({ length: until / every }, (_, index) => [(index + 1) * every, 1])

/**
 * When the first host starts (s after the task counts), how many calls of the disk apart it is killed, and what is skipped. A skip
 * within what is folded into one run has no line of its own until that run has: what a crash between the two loses is not told.
 */
const scenes: readonly (readonly [string, TaskInput['policy'], number, number, readonly string[]])[] = [
  ['in time, folding what is late into one run', {}, 0, 2, [at(50)]],
  ['in time, running each late one in turn', { coalesce: false }, 0, 8, [at(50)]],
  ['in time, queueing', { overlap: 'queue', queueLimit: 2 }, 0, 8, [at(50)]],
  ['in time, missing nearly all that is late', { misfireGrace: 12_000 }, 0, 8, [at(50)]],
  ['late, folding', {}, 100, 4, []],
  ['late, one after another', { coalesce: false }, 100, 4, [at(50)]],
  ['late, with little grace', { coalesce: false, misfireGrace: 35_000 }, 70, 6, [at(50)]],
]

describe('a host that is killed at any step', () => {
  it.each(scenes)(
    'has accounted, with the next one, for every occurrence once: %s',
    async (_name, policy, begin, apart, skips) => {
      const tasks = [task(policy, skips)]
      const steps = await calls(tasks, begin)
      expect(steps).toBeGreaterThan(25)
      const until = begin + 170
      for (let step = 0; step < steps; step += apart) {
        const told = await killedAt(step, step % 3 === 1, tasks, begin)
        expect(accountedFor(told, until), `killed at call ${step}`).toEqual(once(until))
        const counted = told.reduce((sum, { count }) => sum + count, 0)
        expect(counted, `killed at call ${step}`).toBe(until / every)
        const slots = told.filter(({ state }) => state === 'ran' || state === 'ran_late').map(({ from }) => from)
        expect(new Set(slots).size, `killed at call ${step}`).toBe(slots.length)
      }
    },
    120_000,
  )
})

/** How many calls of the disk the life of the first host comes to. */
async function calls(tasks: readonly Task[], begin: number): Promise<number> {
  const faulty = faultyFiles()
  const host = await schedulingHost({ folder: await tempFolder(), tasks, now: at(begin), files: faulty.files })
  faulty.plan()
  await pass(host, 75)
  const made = faulty.calls().length
  await host.die()
  return made
}

/** The ledger that a second host gives, 50 s after the first one died, killed at a call of the disk. */
async function killedAt(step: number, torn: boolean, tasks: readonly Task[], begin: number): Promise<LedgerEntry[]> {
  const folder = await tempFolder()
  const faulty = faultyFiles()
  const first = await schedulingHost({ folder, tasks, now: at(begin), files: faulty.files })
  faulty.plan({ at: step, onwards: true, torn })
  await pass(first, 75)
  await first.die()
  const second = await schedulingHost({ folder, tasks, now: at(begin + 125) })
  await pass(second, 51)
  const told = await second.entries('a')
  await second.stop()
  return told
}
