/**
 * Who may run: instances of a task, what waits when there are too many, and the slots that all share. Decides in memory; starts
 * and records nothing itself.
 */
import type { Policy } from '@shared/model/policy'
import type { Clock } from '../ports'
import { afterLong } from './timer'

export interface DispatcherOptions {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** Processes at once; asked anew at each look. */
  readonly maxConcurrent: () => number
  /** How many of a group at once. */
  readonly groupLimit: (group: string) => number
}

/** What a task's policy says of one more run of it. */
export type Verdict =
  | { readonly kind: 'start' }
  /** It waits until an instance ends, after this one was asked to. */
  | { readonly kind: 'replace'; readonly runId: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'skip'; readonly runId: string | null }

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
  /** Ms it may wait at most; null for as long as it takes. */
  readonly patience: number | null
  /** The slot is its own. */
  readonly ready: () => void
  /** It has waited too long and is out. */
  readonly expired: () => void
}

export interface Dispatcher {
  /** What becomes of one more run of the task, now. `replay`: it waits its turn whatever the policy says. */
  judge(taskId: string, policy: Policy, replay: boolean): Verdict
  /** True when one more would be too many. */
  isFull(taskId: string, policy: Policy): boolean
  enter(claim: Claim): void
  /** It was asked to end: whoever replaces the oldest looks at the next. */
  ending(runId: string): void
  /** Its process is gone: the slot goes to the next. */
  releaseSlot(runId: string): void
  /** It is over, or will never start. */
  leave(runId: string): void
  /** A limit may have grown. */
  review(): void
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
  stopPatience: (() => void) | undefined
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const members = new Map<string, Member>()
  const byTask = new Map<string, Set<Member>>()
  /** In the order in which they may start. */
  const waiting: Member[] = []
  const groups = new Map<string, number>()
  let running = 0

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

  const review = (): void => {
    for (let index = 0; index < waiting.length && running < options.maxConcurrent();) {
      const member = waiting[index] as Member
      if (!hasRoom(member)) {
        index++
        continue
      }
      waiting.splice(index, 1)
      member.stage = 'running'
      member.stopPatience?.()
      running++
      countGroup(member, 1)
      member.claim.ready()
      // Whoever was made ready may have left at once.
      index = 0
    }
  }

  const countGroup = ({ claim: { policy } }: Member, by: number): void => {
    if (policy.group !== null) groups.set(policy.group, (groups.get(policy.group) ?? 0) + by)
  }

  /** The task's own queue: as many go on as there is room for. */
  const promote = (taskId: string): void => {
    const all = ofTask(taskId)
    let instances = all.filter(isInstance).length
    let replaying = all.some((member) => isInstance(member) && member.claim.replay)
    for (const member of all) {
      if (member.stage !== 'queued') continue
      if (instances >= member.claim.policy.maxInstances || (member.claim.replay && replaying)) continue
      instances++
      replaying ||= member.claim.replay
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
    review()
  }

  const isFull = (taskId: string, policy: Policy): boolean =>
    ofTask(taskId).filter(isInstance).length >= policy.maxInstances

  return {
    judge(taskId, policy, replay) {
      if (replay) return { kind: 'wait' }
      const all = ofTask(taskId)
      if (!isFull(taskId, policy)) return { kind: 'start' }
      const oldest = all.find(({ ending }) => !ending)
      switch (policy.overlap) {
        case 'skip':
          return { kind: 'skip', runId: all.find(isInstance)?.claim.runId ?? null }
        case 'queue': {
          const queued = all.filter(({ stage, claim }) => stage === 'queued' && !claim.replay).length
          return queued < policy.queueLimit
            ? { kind: 'wait' }
            : { kind: 'skip', runId: all.find(isInstance)?.claim.runId ?? null }
        }
        case 'replace':
          // Those that end already make room without being asked.
          return all.filter(({ ending }) => !ending).length < policy.maxInstances || oldest === undefined
            ? { kind: 'wait' }
            : { kind: 'replace', runId: oldest.claim.runId }
      }
    },
    isFull,
    enter(claim) {
      const member: Member = { claim, stage: 'queued', ending: false, stopPatience: undefined }
      members.set(claim.runId, member)
      byTask.set(claim.taskId, (byTask.get(claim.taskId) ?? new Set()).add(member))
      if (claim.waits) promote(claim.taskId)
      else wait(member)
      review()
      if (claim.patience === null || member.stage === 'running' || !members.has(claim.runId)) return
      member.stopPatience = afterLong(options.clock, claim.patience, () => {
        remove(member)
        claim.expired()
      })
    },
    ending(runId) {
      const member = members.get(runId)
      if (member) member.ending = true
    },
    releaseSlot(runId) {
      const member = members.get(runId)
      if (member === undefined) return
      freeSlot(member)
      review()
    },
    leave(runId) {
      const member = members.get(runId)
      if (member) remove(member)
    },
    review,
    runsOf: (taskId) => ofTask(taskId).map(({ claim }) => claim.runId),
    running: () => running,
  }
}
