/**
 * Who may run: instances of a task, what waits when there are too many, and the slots that all share. Decides in memory; starts
 * and records nothing itself.
 */
import type { Policy } from '@shared/model/policy'
import type { Run } from '@shared/model/run'
import type { Clock } from '../ports'
import { afterLong } from './timer'

export interface DispatcherOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** Processes at once; asked anew at each look. */
  readonly maxConcurrent: () => number
  /** How many of a group at once; asked anew at each look. */
  readonly groupLimit: (group: string) => number
  /** As the task has it now; undefined where it is gone. */
  readonly maxInstances: (taskId: string) => number | undefined
}

/** What a task's policy says of one more run of it. */
export type Verdict =
  | { readonly kind: 'start' }
  /** It waits until an instance ends, after this one was asked to. */
  | { readonly kind: 'replace'; readonly runId: string }
  | { readonly kind: 'wait' }
  /** For the instance that is in the way. */
  | { readonly kind: 'skip'; readonly reason: 'overlap' | 'queue_full'; readonly runId: string | null }

export interface Claim {
  readonly runId: string
  readonly taskId: string
  readonly policy: Pick<Policy, 'maxInstances' | 'group' | 'priority'>
  /** Ms; the earlier goes first among equals. */
  readonly at: number
  /** Waits its turn among the task's own runs first. */
  readonly waits: boolean
  /** One of several that run one after another. */
  readonly replay: boolean
  /** Ms since the epoch: once it is later it does not start any more; null for as long as it takes. */
  readonly until: number | null
  /** Ms: it may not have a slot before; asked anew at each look. */
  readonly notBefore?: (() => number) | undefined
  /** The slot is its own. */
  readonly ready: () => void
  /** It has waited too long and is out. */
  readonly expired: () => void
}

export interface Dispatcher {
  /**
   * What becomes of one more run of the task, now. `replay`: it waits its turn whatever the policy says. `lateSince`: it was due
   * then (ms), and comes late; what had not begun by then was not in its way, and it waits for that rather than be skipped.
   */
  judge(taskId: string, policy: Policy, replay: boolean, lateSince?: number): Verdict
  /** The oldest instance, when one more would be too many. */
  inTheWay(taskId: string, policy: Pick<Policy, 'maxInstances'>): string | undefined
  enter(claim: Claim): void
  /** Slots are given once all that `bringIn` brings in is there: among those, too, it is not who came first that counts. */
  together(bringIn: () => void): void
  /** Its command was seen to begin at `at` (ms). */
  began(runId: string, at: number): void
  /** It is asked to end, or (false) is not after all: whoever replaces the oldest looks at the next. */
  ending(runId: string, asked?: boolean): void
  /** Its process is gone: the slot goes to the next. */
  releaseSlot(runId: string): void
  /** It is over, or will never start. */
  leave(runId: string): void
  /** Limits that all share may have grown or, where one is named, that of the task. */
  review(taskId?: string): void
  /** What keeps the run from starting now; null for nothing. */
  heldBy(runId: string): Run['waited']
  /** Runs of the task that have not left, oldest first. */
  runsOf(taskId: string): readonly string[]
  /** How many hold a slot. */
  running(): number
}

interface Member {
  readonly claim: Claim
  /** `queued`: behind the task's own; `waiting`: counts as an instance, for a slot; `running`: has one. */
  stage: 'queued' | 'waiting' | 'running' | 'done'
  ending: boolean
  /** Ms; undefined as long as nobody has seen its command begin. */
  beganAt: number | undefined
  stopPatience: (() => void) | undefined
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const members = new Map<string, Member>()
  const byTask = new Map<string, Set<Member>>()
  /** In the order in which they may start. */
  const waiting: Member[] = []
  const groups = new Map<string, number>()
  let running = 0
  let entering = false
  let stopWaiting: (() => void) | undefined

  const ofTask = (taskId: string): Member[] => [...(byTask.get(taskId) ?? [])]
  const isInstance = ({ stage }: Member): boolean => stage !== 'queued'

  const before = (one: Member, other: Member): boolean =>
    one.claim.policy.priority !== other.claim.policy.priority
      ? one.claim.policy.priority > other.claim.policy.priority
      : one.claim.at < other.claim.at

  const wait = (member: Member): void => {
    member.stage = 'waiting'
    let index = waiting.length
    while (index > 0 && before(member, waiting[index - 1] as Member)) index--
    waiting.splice(index, 0, member)
  }

  const hasRoom = ({ claim: { policy } }: Member): boolean =>
    policy.group === null || (groups.get(policy.group) ?? 0) < options.groupLimit(policy.group)

  /** Gives the free slots to those that wait; who may not have one lets the next pass. */
  const fill = (): void => {
    if (entering) return
    stopWaiting?.()
    let next = Number.POSITIVE_INFINITY
    for (let index = 0; index < waiting.length && running < options.maxConcurrent();) {
      const member = waiting[index] as Member
      const from = hasRoom(member) ? (member.claim.notBefore?.() ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY
      if (isTooLate(member.claim)) expire(member)
      // Asked after it: the clock goes on meanwhile.
      else if (from <= options.clock.now()) take(member)
      else {
        next = Math.min(next, from)
        index++
        continue
      }
      // Whoever was told may have left at once.
      index = 0
    }
    stopWaiting?.()
    const left = Math.max(0, next - options.clock.now())
    stopWaiting = left === Number.POSITIVE_INFINITY ? undefined : afterLong(options.clock, left, fill)
  }

  const take = (member: Member): void => {
    waiting.splice(waiting.indexOf(member), 1)
    member.stage = 'running'
    member.stopPatience?.()
    running++
    countGroup(member, 1)
    member.claim.ready()
  }

  const countGroup = ({ claim: { policy } }: Member, by: number): void => {
    if (policy.group === null) return
    const count = (groups.get(policy.group) ?? 0) + by
    if (count > 0) groups.set(policy.group, count)
    else groups.delete(policy.group)
  }

  /** By the wall clock, beside the timer: that stands still while the machine sleeps. */
  const isTooLate = ({ until }: Claim): boolean => until !== null && options.clock.now() > until

  const expire = (member: Member): void => {
    // Told first: what it had kept from going on is told after it.
    member.claim.expired()
    remove(member)
  }

  /** The task's own queue: as many go on as there is room for. */
  const promote = (taskId: string): void => {
    const all = ofTask(taskId)
    const limit = options.maxInstances(taskId)
    let instances = all.filter(isInstance).length
    let replaying = all.some((member) => isInstance(member) && member.claim.replay)
    for (const member of all) {
      if (member.stage !== 'queued') continue
      const { policy, replay } = member.claim
      if (instances >= (limit ?? policy.maxInstances) || (replay && replaying)) continue
      instances++
      replaying ||= replay
      wait(member)
    }
  }

  const freeSlot = (member: Member): void => {
    if (member.stage !== 'running') return
    member.stage = 'done'
    running--
    countGroup(member, -1)
  }

  const remove = (member: Member): void => {
    const { runId, taskId } = member.claim
    freeSlot(member)
    member.stopPatience?.()
    const index = waiting.indexOf(member)
    if (index !== -1) waiting.splice(index, 1)
    members.delete(runId)
    const rest = byTask.get(taskId)
    rest?.delete(member)
    if (rest?.size === 0) byTask.delete(taskId)
    else promote(taskId)
    fill()
  }

  /** One at most: who skips what overlaps wants no queue. A beginning that is still to come was by a clock that was set back. */
  const mayWait = (all: readonly Member[], since: number): boolean =>
    all.every((member) => isInstance(member) || member.claim.replay) &&
    all.filter(isInstance).some(({ beganAt: at }) => at === undefined || (at > since && at <= options.clock.now()))

  const inTheWay: Dispatcher['inTheWay'] = (taskId, { maxInstances }) => {
    const instances = ofTask(taskId).filter(isInstance)
    return instances.length >= maxInstances ? instances[0]?.claim.runId : undefined
  }

  return {
    judge(taskId, policy, replay, lateSince) {
      if (replay) return { kind: 'wait' }
      const oldest = inTheWay(taskId, policy)
      if (oldest === undefined) return { kind: 'start' }
      const others = ofTask(taskId).filter(({ claim }) => !claim.replay)
      switch (policy.overlap) {
        case 'skip':
          if (lateSince !== undefined && mayWait(ofTask(taskId), lateSince)) return { kind: 'wait' }
          return { kind: 'skip', reason: 'overlap', runId: oldest }
        case 'queue': {
          const queued = others.filter((member) => !isInstance(member)).length
          return queued < policy.queueLimit ? { kind: 'wait' } : { kind: 'skip', reason: 'queue_full', runId: oldest }
        }
        case 'replace': {
          // Those that end already make room without being asked; those that run one after another all run.
          const staying = others.filter(({ ending }) => !ending)
          const [first] = staying
          return first === undefined || staying.length < policy.maxInstances
            ? { kind: 'wait' }
            : { kind: 'replace', runId: first.claim.runId }
        }
      }
    },
    inTheWay,
    enter(claim) {
      if (isTooLate(claim)) return claim.expired()
      const member: Member = { claim, stage: 'queued', ending: false, beganAt: undefined, stopPatience: undefined }
      members.set(claim.runId, member)
      byTask.set(claim.taskId, (byTask.get(claim.taskId) ?? new Set()).add(member))
      if (claim.waits) promote(claim.taskId)
      else wait(member)
      fill()
      if (claim.until === null || member.stage === 'running' || !members.has(claim.runId)) return
      const left = claim.until - options.clock.now()
      member.stopPatience = afterLong(options.clock, left + 1, () => expire(member))
    },
    together(bringIn) {
      entering = true
      try {
        bringIn()
      } finally {
        entering = false
        fill()
      }
    },
    began(runId, at) {
      const member = members.get(runId)
      if (member) member.beganAt = at
    },
    ending(runId, asked = true) {
      const member = members.get(runId)
      if (member) member.ending = asked
    },
    releaseSlot(runId) {
      const member = members.get(runId)
      if (member === undefined) return
      freeSlot(member)
      fill()
    },
    leave(runId) {
      const member = members.get(runId)
      if (member) remove(member)
    },
    review(taskId) {
      if (taskId !== undefined) promote(taskId)
      fill()
    },
    heldBy(runId) {
      const member = members.get(runId)
      if (member?.stage === 'queued') {
        const [oldest] = ofTask(member.claim.taskId).filter(isInstance)
        return { for: 'overlap', runId: oldest?.claim.runId ?? null }
      }
      if (member?.stage !== 'waiting') return null
      const isLimited = (member.claim.notBefore?.() ?? 0) > options.clock.now()
      return { for: isLimited ? 'rate_limit' : hasRoom(member) ? 'slots' : 'group', runId: null }
    },
    runsOf: (taskId) => ofTask(taskId).map(({ claim }) => claim.runId),
    running: () => running,
  }
}
