import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { policy as policyModel, type Policy } from '@shared/model/policy'
import { groupLimit, settings as settingsModel } from '@shared/model/settings'
import { createDispatcher, type Claim, type Dispatcher, type Verdict } from '../../electron/host/run/dispatcher'
import { virtualClock, type VirtualClock } from '../support/virtual-clock'

const start = '2027-01-01T00:00:00Z'
const t0 = Date.parse(start)
const care = (given: Partial<Policy> = {}): Policy => ({ ...policyModel.parse({}), ...given })

let clock: VirtualClock
let limits: { all: number; groups: Record<string, number>; instances: Record<string, number> }
let dispatcher: Dispatcher
/** What was told, in order. */
let told: string[]

beforeEach(() => {
  clock = virtualClock(start)
  limits = { all: 100, groups: {}, instances: {} }
  told = []
  dispatcher = createDispatcher({
    clock,
    maxConcurrent: () => limits.all,
    groupLimit: (group) => limits.groups[group] ?? 1,
    maxInstances: (taskId) => limits.instances[taskId],
  })
})

function enter(runId: string, given: Partial<Omit<Claim, 'policy'>> & { policy?: Partial<Policy> } = {}): void {
  dispatcher.enter({
    taskId: runId,
    at: t0,
    waits: false,
    replay: false,
    until: null,
    ready: () => void told.push(runId),
    expired: () => void told.push(`${runId} expired`),
    ...given,
    runId,
    policy: care(given.policy),
  })
}

describe('who goes first', () => {
  const cases: {
    name: string
    claims: [string, { priority?: number; at?: number; group?: string }][]
    order: string
  }[] = [
    { name: 'the one that came first', claims: [['a', {}], ['b', {}], ['c', {}]], order: 'a b c' }, // prettier-ignore
    { name: 'the one planned earlier, whenever it came', claims: [['a', { at: 3 }], ['b', { at: 1 }], ['c', { at: 2 }]], order: 'b c a' }, // prettier-ignore
    { name: 'the higher priority, however late', claims: [['a', { priority: -1 }], ['b', {}], ['c', { priority: 5, at: 9 }]], order: 'c b a' }, // prettier-ignore
    { name: 'priority before time, time within a priority', claims: [['a', { priority: 1, at: 2 }], ['b', { at: 0 }], ['c', { priority: 1, at: 1 }]], order: 'c a b' }, // prettier-ignore
  ]
  it.each(cases)('$name', ({ claims, order }) => {
    limits.all = 1
    enter('first')
    for (const [id, { priority = 0, at = 0 }] of claims) enter(id, { at: t0 + at, policy: { priority } })
    expect(told).toEqual(['first'])
    for (let done = 0; done < told.length; done++) dispatcher.leave(told[done] ?? '')
    expect(told.slice(1).join(' ')).toBe(order)
  })

  it('lets the next pass where the first one’s group is full, and comes back to it', () => {
    limits.all = 2
    enter('a', { policy: { group: 'db' } })
    enter('b', { policy: { group: 'db', priority: 9 } })
    enter('c')
    enter('d')
    expect(told).toEqual(['a', 'c'])
    dispatcher.leave('a')
    expect(told).toEqual(['a', 'c', 'b'])
    dispatcher.leave('c')
    expect(told).toEqual(['a', 'c', 'b', 'd'])
  })
})

describe('one that may not start before an instant', () => {
  it('lets others pass, and starts at it, by one timer', async () => {
    limits.all = 2
    let from = t0 + 5000
    enter('a', { policy: { priority: 9, group: 'db' }, notBefore: () => from })
    enter('b', { policy: { group: 'db' } })
    enter('c', { notBefore: () => t0 + 3000 })
    expect(told).toEqual(['b'])
    expect(clock.pending()).toBe(1)
    dispatcher.leave('b')
    await clock.advance(2999)
    expect(told).toEqual(['b'])
    await clock.advance(1)
    expect(told).toEqual(['b', 'c'])
    from = t0 + 6000
    await clock.advance(2999)
    expect(told).toEqual(['b', 'c'])
    await clock.advance(1)
    expect(told).toEqual(['b', 'c', 'a'])
    expect(clock.pending()).toBe(0)
  })

  it('does not wait for a clock that goes on while slots are given', () => {
    const ticking = { now: () => (moment += 1), after: clock.after }
    let moment = t0
    dispatcher = createDispatcher({
      clock: ticking,
      maxConcurrent: () => 100,
      groupLimit: () => 1,
      maxInstances: () => 1,
    })
    dispatcher.together(() => ['a', 'b', 'c'].forEach((id) => enter(id, { notBefore: ticking.now })))
    expect(told).toEqual(['a', 'b', 'c'])
  })

  it('starts at once where it may after all, expires in time, and is forgotten when it leaves', async () => {
    let from = t0 + 5000
    enter('a', { notBefore: () => from })
    enter('b', { notBefore: () => t0 + 50_000, until: t0 + 1000 })
    enter('c', { notBefore: () => t0 + 50_000 })
    from = t0
    dispatcher.review('a')
    expect(told).toEqual(['a'])
    await clock.advance(1001)
    expect(told).toEqual(['a', 'b expired'])
    dispatcher.leave('c')
    expect(clock.pending()).toBe(0)
  })
})

describe('limits', () => {
  it.each([1, 2, 5])('never more than %i at once over all tasks', (all) => {
    limits.all = all
    for (let index = 0; index < 8; index++) enter(`r${index}`)
    expect(told).toHaveLength(all)
    expect(dispatcher.running()).toBe(all)
    for (let done = 0; done < 8; done++) {
      dispatcher.leave(`r${done}`)
      expect(dispatcher.running()).toBe(Math.min(all, 7 - done))
    }
    expect(told).toHaveLength(8)
  })

  it('a group is a mutex across tasks unless the settings give it room', () => {
    limits.groups = { pool: 2 }
    for (const id of ['a', 'b', 'c']) enter(id, { policy: { group: 'pool' } })
    for (const id of ['d', 'e']) enter(id, { policy: { group: 'mutex' } })
    expect(told).toEqual(['a', 'b', 'd'])
  })

  it('a grown limit is taken up at once, a shrunken one as runs end', () => {
    limits = { all: 1, groups: { pool: 1 }, instances: {} }
    for (const id of ['a', 'b', 'c', 'd']) enter(id)
    limits.all = 3
    dispatcher.review()
    expect(told).toEqual(['a', 'b', 'c'])
    limits.all = 1
    dispatcher.review()
    dispatcher.leave('a')
    dispatcher.leave('b')
    expect(told).toHaveLength(3)
    dispatcher.leave('c')
    expect(told).toEqual(['a', 'b', 'c', 'd'])
  })

  it('a grown group, and a task that may have more instances, too', () => {
    for (const id of ['a', 'b']) enter(id, { policy: { group: 'pool' } })
    limits.groups = { pool: 2 }
    dispatcher.review()
    expect(told).toEqual(['a', 'b'])
    for (const id of ['x', 'y', 'z']) enter(id, { taskId: 'task', waits: true })
    expect(told).toEqual(['a', 'b', 'x'])
    limits.instances = { task: 3 }
    dispatcher.review('task')
    expect(told).toEqual(['a', 'b', 'x', 'y', 'z'])
  })

  it('the slot is free once the process is gone, the instance only once the run is over', () => {
    limits.all = 1
    enter('a', { taskId: 'task' })
    enter('b', { taskId: 'task', waits: true })
    enter('c')
    dispatcher.releaseSlot('a')
    expect(told).toEqual(['a', 'c'])
    dispatcher.releaseSlot('a')
    expect(dispatcher.running()).toBe(1)
    dispatcher.leave('a')
    dispatcher.leave('c')
    expect(told).toEqual(['a', 'c', 'b'])
  })
})

describe('a group’s limit in the settings', () => {
  it.each([
    ['named', { db: 3 }, 'db', 3],
    ['not named', { db: 3 }, 'disk', 1],
    ['called like what every object has', {}, 'constructor', 1],
    ['called __proto__', {}, '__proto__', 1],
    ['named with blanks around', { ' db ': 4 }, 'db', 4],
  ] as const)('%s', (_, groups, group, limit) => {
    expect(groupLimit(settingsModel.parse({ groups }), group)).toBe(limit)
  })
})

describe('one more run of a task', () => {
  /** Members of the task that are there: r running, e running and ending, q queued, p replayed and queued. */
  const cases: { there: string; policy: Partial<Policy>; verdict: Verdict }[] = [
    { there: '', policy: {}, verdict: { kind: 'start' } },
    { there: '', policy: { overlap: 'replace' }, verdict: { kind: 'start' } },
    { there: 'r', policy: {}, verdict: { kind: 'skip', reason: 'overlap', runId: 'r0' } },
    { there: 'r', policy: { maxInstances: 2 }, verdict: { kind: 'start' } },
    { there: 'rr', policy: { maxInstances: 2 }, verdict: { kind: 'skip', reason: 'overlap', runId: 'r0' } },
    { there: 'e', policy: {}, verdict: { kind: 'skip', reason: 'overlap', runId: 'e0' } },
    { there: 'r', policy: { overlap: 'queue' }, verdict: { kind: 'wait' } },
    { there: 'rqqqqqqqqq', policy: { overlap: 'queue' }, verdict: { kind: 'wait' } },
    {
      there: 'rqqqqqqqqqq',
      policy: { overlap: 'queue' },
      verdict: { kind: 'skip', reason: 'queue_full', runId: 'r0' },
    },
    {
      there: 'rq',
      policy: { overlap: 'queue', queueLimit: 1 },
      verdict: { kind: 'skip', reason: 'queue_full', runId: 'r0' },
    },
    { there: 'rpp', policy: { overlap: 'queue', queueLimit: 1 }, verdict: { kind: 'wait' } },
    { there: 'r', policy: { overlap: 'replace' }, verdict: { kind: 'replace', runId: 'r0' } },
    { there: 'e', policy: { overlap: 'replace' }, verdict: { kind: 'wait' } },
    { there: 'eq', policy: { overlap: 'replace' }, verdict: { kind: 'replace', runId: 'q1' } },
    { there: 'rr', policy: { overlap: 'replace', maxInstances: 2 }, verdict: { kind: 'replace', runId: 'r0' } },
    { there: 'er', policy: { overlap: 'replace', maxInstances: 2 }, verdict: { kind: 'wait' } },
    { there: 'erq', policy: { overlap: 'replace', maxInstances: 2 }, verdict: { kind: 'replace', runId: 'r1' } },
    { there: 'rp', policy: { overlap: 'replace' }, verdict: { kind: 'replace', runId: 'r0' } },
    { there: 'ep', policy: { overlap: 'replace' }, verdict: { kind: 'wait' } },
  ]
  it.each(cases)('beside "$there" with $policy: $verdict', ({ there, policy, verdict }) => {
    for (const [index, kind] of [...there].entries()) {
      const queued = kind === 'q' || kind === 'p'
      enter(`${kind}${index}`, { taskId: 'task', waits: queued, replay: kind === 'p', policy })
      if (kind === 'e') dispatcher.ending(`${kind}${index}`)
    }
    expect(dispatcher.judge('task', care(policy), false)).toEqual(verdict)
    expect(dispatcher.judge('task', care(policy), true)).toEqual({ kind: 'wait' })
  })

  it('counts one that waits for a slot, though not one that waits for its own', () => {
    limits.all = 1
    enter('other')
    enter('a', { taskId: 'task' })
    enter('b', { taskId: 'task', waits: true })
    expect(told).toEqual(['other'])
    expect(dispatcher.inTheWay('task', { maxInstances: 1 })).toBe('a')
    expect(dispatcher.inTheWay('task', { maxInstances: 2 })).toBeUndefined()
  })

  it('that one who was to be replaced is spared again, it is the oldest again', () => {
    enter('a', { taskId: 'task' })
    dispatcher.ending('a')
    dispatcher.ending('a', false)
    expect(dispatcher.judge('task', care({ overlap: 'replace' }), false)).toEqual({ kind: 'replace', runId: 'a' })
  })
})

describe('runs that go one after another', () => {
  it('do so though the task may have several at once, while others of it go beside them', () => {
    for (const id of ['p', 'q', 'r'])
      enter(id, { taskId: 'task', waits: true, replay: true, policy: { maxInstances: 3 } })
    enter('now', { taskId: 'task', policy: { maxInstances: 3 } })
    expect(told).toEqual(['p', 'now'])
    dispatcher.leave('p')
    expect(told).toEqual(['p', 'now', 'q'])
  })
})

describe('one that has waited too long', () => {
  it('is out, and what waits behind it goes on', async () => {
    enter('a', { taskId: 'task' })
    enter('b', { taskId: 'task', waits: true, until: t0 + 5000 })
    enter('c', { taskId: 'task', waits: true, until: t0 + 9000 })
    await clock.advance(5000)
    expect(told).toEqual(['a'])
    await clock.advance(1)
    expect(told).toEqual(['a', 'b expired'])
    dispatcher.leave('a')
    expect(told).toEqual(['a', 'b expired', 'c'])
    await clock.advance(60_000)
    expect(told).toHaveLength(3)
    expect(clock.pending()).toBe(0)
  })

  it('does not start either where the machine slept meanwhile', () => {
    limits.all = 1
    enter('a')
    enter('b', { until: t0 + 5000 })
    enter('c')
    clock.sleep(60_000)
    dispatcher.leave('a')
    expect(told).toEqual(['a', 'b expired', 'c'])
  })

  it('is out at once where its time was over before', () => {
    enter('a', { until: t0 - 1 })
    expect(told).toEqual(['a expired'])
    expect(dispatcher.runsOf('a')).toEqual([])
  })

  it('and one that has started has all the time there is', async () => {
    enter('a', { until: t0 + 5000 })
    await clock.advance(60_000)
    expect(told).toEqual(['a'])
  })
})

/** The same by the plainest means: every rule looked up anew at each step. */
interface Modelled {
  readonly claim: Claim
  readonly brief: boolean
  stage: 'queued' | 'waiting' | 'running' | 'released'
}

const tasks = ['t1', 't2', 't3']
const groups = [null, 'g1', 'g2']
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('enter' as const),
      taskId: fc.constantFrom(...tasks),
      priority: fc.integer({ min: -2, max: 2 }),
      group: fc.constantFrom(...groups),
      at: fc.nat(5),
      waits: fc.boolean(),
      replay: fc.boolean(),
      patience: fc.option(fc.nat(50), { freq: 2 }),
      /** Leaves as soon as it may start. */
      brief: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('release', 'leave', 'leave'), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('limit' as const), all: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('group' as const),
      name: fc.constantFrom('g1', 'g2'),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('instances' as const),
      taskId: fc.constantFrom(...tasks),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(40) }) },
)

describe('whatever happens', () => {
  it('the limits hold, no free slot is left unused, the order is kept, and nobody is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 60 }), async (operations) => {
        clock = virtualClock(start)
        limits = { all: 2, groups: { g1: 1, g2: 2 }, instances: { t1: 1, t2: 2, t3: 1 } }
        const real: string[] = []
        const expected: string[] = []
        let modelled: Modelled[] = []
        let entered = 0

        const count = (of: (one: Modelled) => boolean): number => modelled.filter(of).length
        const holds = ({ stage }: Modelled): boolean => stage === 'running'
        const inGroup = (group: string | null) => (one: Modelled) => holds(one) && one.claim.policy.group === group
        const roomFor = ({ claim: { policy } }: Modelled): boolean =>
          policy.group === null || count(inGroup(policy.group)) < (limits.groups[policy.group] ?? 1)
        const mayBeInstance = ({ claim }: Modelled): boolean => {
          const instances = modelled.filter((one) => one.claim.taskId === claim.taskId && one.stage !== 'queued')
          return (
            instances.length < (limits.instances[claim.taskId] ?? 0) &&
            !(claim.replay && instances.some((one) => one.claim.replay))
          )
        }
        const settle = (): void => {
          for (;;) {
            const promoted = modelled.find((one) => one.stage === 'queued' && mayBeInstance(one))
            if (promoted) {
              promoted.stage = 'waiting'
              continue
            }
            const next = modelled
              .filter((one) => one.stage === 'waiting' && count(holds) < limits.all && roomFor(one))
              .sort((a, b) => b.claim.policy.priority - a.claim.policy.priority || a.claim.at - b.claim.at)[0]
            if (next === undefined) return
            expected.push(next.claim.runId)
            if (next.brief) modelled = modelled.filter((one) => one !== next)
            else next.stage = 'running'
          }
        }

        dispatcher = createDispatcher({
          clock,
          maxConcurrent: () => limits.all,
          groupLimit: (group) => limits.groups[group] ?? 1,
          maxInstances: (taskId) => limits.instances[taskId],
        })
        for (const next of operations) {
          switch (next.kind) {
            case 'enter': {
              const runId = `r${entered++}`
              const { taskId, at, waits, replay, priority, group, patience, brief } = next
              const claim: Claim = {
                runId,
                taskId,
                // All different: the order is then told by the rules alone.
                at: at * 1000 + entered,
                waits: waits || replay,
                replay,
                policy: { maxInstances: 1, priority, group },
                until: patience === null ? null : clock.now() + patience,
                ready() {
                  real.push(runId)
                  if (brief) dispatcher.leave(runId)
                },
                expired: () => void real.push(`${runId} expired`),
              }
              modelled.push({ claim, brief, stage: claim.waits ? 'queued' : 'waiting' })
              settle()
              dispatcher.enter(claim)
              break
            }
            case 'release':
            case 'leave': {
              const chosen = modelled[next.index % Math.max(1, modelled.length)]
              if (chosen === undefined) break
              if (next.kind === 'leave') modelled = modelled.filter((one) => one !== chosen)
              else if (chosen.stage === 'running') chosen.stage = 'released'
              settle()
              if (next.kind === 'leave') dispatcher.leave(chosen.claim.runId)
              else dispatcher.releaseSlot(chosen.claim.runId)
              break
            }
            case 'limit':
              limits.all = next.all
              settle()
              dispatcher.review()
              break
            case 'group':
              limits.groups[next.name] = next.limit
              settle()
              dispatcher.review()
              break
            case 'instances':
              limits.instances[next.taskId] = next.limit
              settle()
              dispatcher.review(next.taskId)
              break
            case 'pass': {
              const end = clock.now() + next.ms
              const late = (one: Modelled): boolean =>
                (one.stage === 'queued' || one.stage === 'waiting') && (one.claim.until ?? end) < end
              for (let first = nextLate(); first; first = nextLate()) {
                expected.push(`${first.claim.runId} expired`)
                modelled = modelled.filter((one) => one !== first)
                settle()
              }
              await clock.advance(next.ms)
              function nextLate(): Modelled | undefined {
                return modelled.filter(late).sort((a, b) => (a.claim.until ?? 0) - (b.claim.until ?? 0))[0]
              }
            }
          }
          expect(real).toEqual(expected)
          expect(dispatcher.running()).toBe(count(holds))
          for (const taskId of tasks)
            expect(dispatcher.runsOf(taskId)).toEqual(
              modelled.filter(({ claim }) => claim.taskId === taskId).map(({ claim }) => claim.runId),
            )
        }
        // Everybody who is still there gets a turn once those before are gone.
        while (modelled.length > 0) {
          const gone = modelled.find(({ stage }) => stage === 'running' || stage === 'released')
          modelled = modelled.filter((one) => one !== gone)
          settle()
          if (gone === undefined) throw new Error('somebody waits for nobody')
          dispatcher.leave(gone.claim.runId)
          expect(real).toEqual(expected)
        }
        expect(dispatcher.running()).toBe(0)
        expect(clock.pending()).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
