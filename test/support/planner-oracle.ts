/**
 * What the planner promises, by brute force: every instant is looked for one by one, every fate is worked out anew from the
 * words of the specification. It follows a world (planner-world.ts), and throws at the first thing that it would have done
 * otherwise.
 */
import { strict as assert } from 'node:assert'
import type { Pause, Task } from '@shared/model/task'
import type { TimeWindow } from '@shared/model/time-window'
import type { Trigger } from '@shared/model/trigger'
import { jitterOf } from '../../electron/host/schedule/jitter'
import type { DueTask, TaskFates } from '../../electron/host/schedule/planner'
import type { ClockEpoch } from '../../electron/host/store/types'
import type { Disk } from './planner-world'

/** What became of one occurrence. `ran` and `folded` (into the run for `owner`) are told by a run, the others by the ledger. */
interface Fate {
  readonly at: number
  readonly epoch: number
  readonly state: 'ran' | 'folded' | 'missed' | 'skipped' | 'paused'
  readonly reason: string
  readonly owner?: number
}

interface Known {
  task: Task
  fixed: number
  cadence: number
  countsFrom: number
  pause: Pause | null
  skips: Set<number>
  fates: Map<string, Fate>
}

/** Wall times between which something kept the host from looking, and what. */
interface Trouble {
  readonly from: number
  readonly until: number
  readonly causes: ReadonlySet<string>
}

const second = 1000
const minute = 60_000
const hour = 3_600_000
const day = 86_400_000
/** The longest that nobody looks. */
const look = 31_000
const horizon = day
/** No zone here has summer time: what that comes to is proved elsewhere. */
const offsets: Readonly<Record<string, number>> = { UTC: 0, 'Asia/Kolkata': 19_800_000 }

const secondEnd = (at: number): number => Math.floor(at / second) * second + 999
const instant = (at: number): string => new Date(at).toISOString()

export class PlannerOracle {
  readonly #known = new Map<string, Known>()
  readonly #disk: Disk
  #pauseOfAll: Pause | null = null
  #epochs: ClockEpoch[] = [{ number: 0, began: 0, fixedStay: true }]
  #troubles: Trouble[] = []
  /** What has kept the host from looking since it looked last. */
  #causes = new Set<string>()
  #lastLook: number
  /** The look before the last. */
  #before: number
  /** Since the last look. */
  #setBy = 0
  /** The host has seen that the clock was set back, and the new epoch is not on disk yet. */
  #setBack = false
  #hostBegan: number
  #failure: unknown
  #pending: { now: number; due: DueTask[]; fates: TaskFates[] } | undefined

  constructor(disk: Disk, now: number) {
    this.#disk = disk
    this.#hostBegan = this.#lastLook = this.#before = now
    for (const task of disk.tasks.values()) {
      const from = Date.parse(task.countsFrom)
      this.#known.set(task.id, {
        task,
        fixed: -Infinity,
        cadence: -Infinity,
        countsFrom: from,
        pause: null,
        skips: new Set(),
        fates: new Map(),
      })
    }
  }

  get decisions(): number {
    return [...this.#known.values()].reduce((sum, { fates }) => sum + fates.size, 0)
  }

  states(): Set<string> {
    return new Set([...this.#known.values()].flatMap(({ fates }) => [...fates.values()].map(({ state }) => state)))
  }

  // What happens to the machine and by the operator.

  troubled(cause: string): void {
    this.#causes.add(cause)
  }

  /** The clock was set, by so many ms. */
  clockSet(by: number): void {
    this.#setBy += by
    this.#causes.add(Math.abs(by) < 2000 ? 'busy' : 'clock')
  }

  /** The host looks at its clocks. */
  looked(now: number): void {
    this.#heard(() => this.#check())
    this.#before = this.#lastLook
    if (this.#causes.size > 0) this.#troubles.push({ from: this.#lastLook, until: now, causes: this.#causes })
    this.#troubles = this.#troubles.slice(-30)
    this.#causes = new Set()
    if (this.#setBy <= -2000) this.#setBack = true
    this.#setBy = 0
    this.#lastLook = now
  }

  changed(id: string, change: Partial<Task>, now: number, counts: boolean): void {
    const known = this.#of(id)
    this.#mustBeSettled(known, now)
    const { jitter } = known.task.policy
    known.task = { ...known.task, ...change }
    // What has waited for its jitter may be due at once, and late.
    if (known.task.policy.jitter < jitter)
      this.#troubles.push({ from: now - jitter, until: now, causes: new Set(['busy']) })
    if (counts) known.countsFrom = now
  }

  paused(id: string, pause: Pause | null, now: number): void {
    const known = this.#of(id)
    this.#mustBeSettled(known, now)
    if (pause === null && known.pause !== null) known.countsFrom = now
    known.pause = pause
  }

  pausedAll(pause: Pause | null, now: number): void {
    for (const known of this.#known.values()) this.#mustBeSettled(known, now)
    this.#pauseOfAll = pause
  }

  /** @param added the instants that are to be skipped from now on */
  skipped(id: string, added: readonly number[], now: number): void {
    const known = this.#of(id)
    this.#mustBeSettled(known, now)
    const expected = this.nextOf(id, now)?.at
    if (expected !== undefined && !this.#setBack)
      assert.deepEqual(added.map(instant), [instant(expected)], `skips of ${id}`)
    for (const at of added) known.skips.add(at)
  }

  // What the host tells.

  decided(now: number, due: readonly DueTask[], fates: readonly TaskFates[]): void {
    if (this.#pending === undefined) {
      this.#pending = { now, due: [], fates: [] }
      queueMicrotask(() => this.#heard(() => this.#check()))
    }
    this.#pending.due.push(...due)
    this.#pending.fates.push(...fates)
  }

  epoch(epoch: ClockEpoch): void {
    this.#heard(() => this.#check())
    this.#setBack = false
    this.#epochs.push(epoch)
    this.#hostBegan = Math.min(this.#hostBegan, epoch.began)
    const back = (pause: Pause | null): Pause | null =>
      pause && { ...pause, since: instant(Math.min(Date.parse(pause.since), epoch.began)) }
    this.#pauseOfAll = back(this.#pauseOfAll)
    for (const known of this.#known.values()) {
      for (const skip of known.skips) if (skip <= Math.min(known.fixed, known.cadence)) known.skips.delete(skip)
      known.countsFrom = Math.min(known.countsFrom, epoch.began)
      known.task = { ...known.task, triggers: known.task.triggers.map((trigger) => goingOn(trigger, epoch.began)) }
      known.pause = back(known.pause)
      if (!epoch.fixedStay) known.fixed = Math.min(known.fixed, epoch.began - 1)
      known.cadence = Math.min(known.cadence, epoch.began - 1)
    }
  }

  /** A new host begins on what the disk has. `clean`: the last one lost nothing. */
  restarted(now: number, clean: boolean): void {
    this.#hostBegan = this.#lastLook = now
    this.#causes = new Set()
    this.#setBy = 0
    this.#setBack = false
    for (const known of this.#known.values()) {
      const kept = this.#onDisk(known)
      for (const [key, fate] of known.fates) {
        if (kept.has(key)) continue
        assert.ok(!clean, `a host that stopped lost ${this.#say(known, fate)}`)
        const again = fate.at >= known.countsFrom && fate.epoch === this.#epochs.at(-1)?.number
        assert.ok(again, `a crash lost for good ${this.#say(known, fate)}`)
        known.fates.delete(key)
      }
      let fixed = -Infinity
      let cadence = -Infinity
      for (const { number, began, fixedStay } of this.#epochs) {
        if (!fixedStay) fixed = Math.min(fixed, began - 1)
        cadence = Math.min(cadence, began - 1)
        for (const { at, epoch } of known.fates.values()) {
          if (epoch !== number) continue
          fixed = Math.max(fixed, secondEnd(at))
          cadence = Math.max(cadence, secondEnd(at))
        }
      }
      known.fixed = fixed
      known.cadence = cadence
    }
  }

  /** Everything is quiet: nothing is overdue, and what is said to come next does. */
  quiet(now: number, nextAt: (id: string) => number | undefined): void {
    this.#check()
    if (this.#failure !== undefined) throw this.#failure
    this.#syncPauses()
    if (this.#setBack || this.#causes.size > 0) return
    for (const known of this.#known.values()) {
      const { task } = known
      if (!task.enabled) continue
      const overdue = this.#decide(known, now)
      const late = overdue.find(({ at, state }) => state !== 'paused' || now - at > look)
      assert.equal(late, undefined, `overdue: ${late && this.#say(known, late)}, now ${instant(now)}`)
      if (overdue.length > 0) continue
      const expected = this.nextOf(task.id, now)
      const told = nextAt(task.id)
      if (expected === undefined) assert.ok(told === undefined || told > now + horizon, `${task.id}: nothing is next`)
      else assert.equal(told && instant(told), instant(expected.starts), `what is next of ${task.id}`)
    }
  }

  /** All is on disk, once. */
  finish(): void {
    this.#check()
    for (const known of this.#known.values()) {
      const kept = this.#onDisk(known)
      for (const [key, fate] of known.fates) assert.ok(kept.has(key), `not on disk: ${this.#say(known, fate)}`)
      const { id } = known.task
      const runs = this.#disk.runs.filter(({ taskId }) => taskId === id)
      const records = [...this.#disk.records.values()].filter(({ taskId }) => taskId === id)
      const told =
        runs.reduce((sum, { folded }) => sum + 1 + folded, 0) + records.reduce((sum, { count }) => sum + count, 0)
      assert.equal(told, known.fates.size, `as many fates on disk as there were occurrences of ${id}`)
      assert.equal(new Set(runs.map(({ epoch, scheduledAt }) => `${epoch} ${scheduledAt}`)).size, runs.length)
    }
  }

  /** The next that is to run, if it comes within the horizon. */
  nextOf(id: string, now: number): { readonly at: number; readonly starts: number } | undefined {
    const known = this.#of(id)
    const { task } = known
    const holds = [known.pause, this.#pauseOfAll].filter((pause) => pause && this.#holds(pause, now, Infinity))
    if (!task.enabled || holds.some((pause) => pause?.until === null)) return undefined
    const from = Math.max(...holds.map((pause) => Date.parse(pause?.until ?? '')), -Infinity)
    const at = this.#instants(known, now + horizon).find(
      (one) => one >= from && !known.skips.has(one) && !isClosed(task, one),
    )
    return at === undefined ? undefined : { at, starts: at + jitterOf(task.id, at, task.policy.jitter) }
  }

  /** The host tells of things where nobody would hear of a failure: it is thrown at the next look. */
  #heard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failure ??= error
    }
  }

  // The promises themselves.

  #instants({ task, fixed, cadence, countsFrom }: Known, end: number): number[] {
    const found = new Map<number, number>()
    for (const trigger of task.triggers) {
      const after = Math.max(goesOn(trigger) ? cadence : fixed, countsFrom - 1)
      for (const at of instantsOf(trigger, after, end)) found.set(Math.floor(at / second), at)
    }
    return [...found.values()].sort((a, b) => a - b)
  }

  /** What becomes, at `now`, of everything that is due. */
  #decide(known: Known, now: number): Fate[] {
    const { task } = known
    const { policy } = task
    const epoch = this.#epochs.at(-1)?.number ?? 0
    const grace = policy.onMissed === 'run' ? Infinity : Math.max(1999, policy.misfireGrace ?? Infinity)
    const fates: Fate[] = []
    let since = -Infinity
    for (const at of this.#instants(known, now)) {
      // Jitter does not change the order.
      since = Math.max(since, at + jitterOf(task.id, at, policy.jitter))
      const upTo = Math.min(since, now)
      const fate = (state: Fate['state'], reason: string) => void fates.push({ at, epoch, state, reason })
      if (known.pause && this.#holds(known.pause, at, upTo)) fate('paused', 'task')
      else if (this.#pauseOfAll && this.#holds(this.#pauseOfAll, at, upTo)) fate('paused', 'everything')
      else if (since > now) break
      else {
        if (known.skips.has(at)) fate('skipped', 'skip_next')
        else if (isClosed(task, at)) fate('skipped', 'blackout')
        else fate(now - since > grace ? 'missed' : 'ran', '')
      }
    }
    const due = fates.filter(({ state }) => state === 'ran')
    const kept: readonly Fate[] = policy.coalesce ? due.slice(-1) : due.slice(-100)
    return fates.map((fate): Fate => {
      if (fate.state !== 'ran' || kept.includes(fate)) return fate
      return policy.coalesce ? { ...fate, state: 'folded', owner: kept[0]?.at ?? 0 } : { ...fate, state: 'missed' }
    })
  }

  #check(): void {
    const pending = this.#pending
    this.#pending = undefined
    if (pending === undefined) return
    const ids = [...pending.due, ...pending.fates].map(({ taskId }) => taskId)
    for (const id of new Set(ids)) {
      const runs = pending.due.filter(({ taskId }) => taskId === id)
      const ranges = pending.fates.filter(({ taskId }) => taskId === id).flatMap(({ ranges: all }) => all)
      const known = this.#of(id)
      // Once it is seen that the clock was set back: what came before the look before is recorded by the clock as it was.
      const now = this.#setBack ? this.#before : pending.now
      this.#compare(known, now, this.#decide(known, now), runs, ranges)
    }
  }

  #compare(
    known: Known,
    now: number,
    expected: readonly Fate[],
    runs: readonly DueTask[],
    ranges: TaskFates['ranges'],
  ): void {
    const { id } = known.task
    const where = `${id} at ${instant(now)}`
    const expectedRuns = expected.filter(({ state }) => state === 'ran')
    const folded = expected.filter(({ state }) => state === 'folded')
    assert.deepEqual(
      runs.map((run) => [instant(run.scheduledAt), run.folded, run.foldedFrom, run.replay]),
      expectedRuns.map(({ at }) => [instant(at), folded.length, folded[0]?.at ?? null, expectedRuns.length > 1]),
      `runs of ${where}`,
    )
    const told = expected.filter(({ state }) => state !== 'ran' && state !== 'folded')
    let index = 0
    const reasons = new Map<number, string>()
    for (const { state, reason, from, until, count } of ranges) {
      const these = told.slice(index, index + count)
      index += count
      assert.deepEqual(
        [state, instant(from), instant(until), count],
        [these[0]?.state, instant(these[0]?.at ?? 0), instant(these.at(-1)?.at ?? 0), these.length],
        `fates of ${where}`,
      )
      for (const one of these) {
        if (one.state !== state) assert.equal(one.state, state, `fates of ${where}`)
        if (state === 'missed') this.#mustExplain(known, one.at, reason, where)
        else if (one.reason !== reason) assert.equal(one.reason, reason, `fates of ${where}`)
        reasons.set(one.at, reason)
      }
    }
    assert.equal(index, told.length, `as many fates of ${where}`)
    for (const run of runs) if (run.late) this.#mustExplain(known, run.scheduledAt, run.late.reason, where)
    for (const fate of expected) {
      const key = `${fate.epoch} ${fate.at}`
      if (known.fates.has(key)) assert.fail(`twice: ${this.#say(known, fate)}`)
      known.fates.set(key, { ...fate, reason: reasons.get(fate.at) ?? fate.reason })
      known.fixed = Math.max(known.fixed, secondEnd(fate.at))
      known.cadence = Math.max(known.cadence, secondEnd(fate.at))
    }
    for (const run of runs)
      if (run.late === null)
        assert.ok(now - this.#starts(known, run.scheduledAt) < 2000 || known.task.policy.jitter > 0)
  }

  #starts({ task }: Known, at: number): number {
    return at + jitterOf(task.id, at, task.policy.jitter)
  }

  #mustExplain(known: Known, at: number, reason: string, where: string): void {
    const times = known.task.policy.jitter === 0 ? [at] : [at, at + known.task.policy.jitter]
    const before = times.map((time) => time < this.#hostBegan)
    if (before.every((is) => is)) {
      if (reason !== 'not_running') assert.equal(reason, 'not_running', where)
      return
    }
    const causes = new Set<string>(before.includes(true) ? ['not_running'] : [])
    for (const trouble of this.#troubles)
      if (times.some((time) => time >= trouble.from) && times.some((time) => time <= trouble.until))
        trouble.causes.forEach((cause) => causes.add(cause))
    if (causes.has(reason)) return
    assert.fail(`${instant(at)} of ${where}: ${reason}, not ${[...causes].join(' or ') || 'late'}`)
  }

  #mustBeSettled(known: Known, now: number): void {
    this.#check()
    this.#syncPauses()
    if (!known.task.enabled || this.#setBack) return
    const [first] = this.#decide(known, now)
    assert.equal(first, undefined, `changed before it was decided: ${first && this.#say(known, first)}`)
  }

  /** A pause that has run out ends by itself. */
  #syncPauses(): void {
    for (const known of this.#known.values()) {
      const until = known.pause?.until
      if (!until || Date.parse(until) > this.#lastLook || this.#disk.tasks.get(known.task.id)?.pause) continue
      known.countsFrom = Math.max(known.countsFrom, Date.parse(until))
      known.pause = null
    }
    const until = this.#pauseOfAll?.until
    if (until && Date.parse(until) <= this.#lastLook && this.#disk.paused === null) this.#pauseOfAll = null
  }

  #holds({ since, until }: Pause, from: number, to: number): boolean {
    return Date.parse(since) <= to && (until === null || Date.parse(until) > from)
  }

  /** The keys of the fates that the disk tells of, each exactly once. */
  #onDisk({ task, fates }: Known): Set<string> {
    const found: string[] = []
    const all = [...fates.values()]
    const take = (count: number, which: (fate: Fate) => boolean, words: string): void => {
      const these = all.filter(which)
      assert.equal(these.length, count, words)
      found.push(...these.map(({ epoch, at }) => `${epoch} ${at}`))
    }
    for (const run of this.#disk.runs) {
      if (run.taskId !== task.id) continue
      const { epoch, scheduledAt, foldedFrom } = run
      const words = `${task.id}: the run for ${instant(scheduledAt)} in epoch ${epoch}`
      take(1, (one) => one.epoch === epoch && one.at === scheduledAt && one.state === 'ran', words)
      const isFolded = (one: Fate): boolean => one.state === 'folded' && one.owner === scheduledAt
      if (foldedFrom !== null)
        take(run.folded, (one) => one.epoch === epoch && isFolded(one), `${words}: what it folds`)
    }
    for (const { taskId, epoch, state, reason, from, until, count } of this.#disk.records.values()) {
      if (taskId !== task.id) continue
      const [first, last] = [Date.parse(from), Date.parse(until)]
      const within = ({ at }: Fate): boolean => at >= first && at <= last
      const same = (one: Fate): boolean => one.epoch === epoch && one.state === state && one.reason === reason
      take(count, (one) => within(one) && same(one), `${taskId}: ${count} ${state} ${reason} from ${from} to ${until}`)
    }
    assert.equal(new Set(found).size, found.length, `${task.id}: told twice`)
    return new Set(found)
  }

  #of(id: string): Known {
    const known = this.#known.get(id)
    assert.ok(known, id)
    return known
  }

  #say({ task }: Known, { at, epoch, state, reason }: Fate): string {
    return `${task.id} ${instant(at)} in epoch ${epoch}: ${state} ${reason}`
  }
}

function goesOn(trigger: Trigger): boolean {
  return trigger.kind === 'interval' || (trigger.kind === 'cron' && trigger.expression.split(' ')[1] === '*')
}

/** Every rhythm of the model has begun: one whose anchor lies ahead since the clock was set back goes on in step. */
function goingOn(trigger: Trigger, began: number): Trigger {
  if (trigger.kind !== 'interval' || trigger.anchor === undefined) return trigger
  let anchor = Date.parse(trigger.anchor)
  while (anchor > began) anchor -= trigger.every
  return { ...trigger, anchor: instant(anchor) }
}

function instantsOf(trigger: Trigger, after: number, end: number): number[] {
  const found: number[] = []
  if (trigger.kind === 'date') {
    const at = Date.parse(trigger.at)
    if (at > after && at <= end) found.push(at)
  } else if (trigger.kind === 'interval') {
    const anchor = Date.parse(trigger.anchor ?? '')
    const passed = Math.max(0, Math.floor((after - anchor) / trigger.every))
    for (let at = anchor + passed * trigger.every; at <= end; at += trigger.every)
      if (at > after && at > anchor) found.push(at)
  } else if (trigger.kind === 'cron') {
    const [minutes = '', hours = '', ...days] = trigger.expression.split(' ')
    assert.deepEqual(days, ['*', '*', '*'])
    const offset = offsets[trigger.timezone ?? 'UTC'] ?? 0
    for (let at = Math.max(0, Math.ceil(after / minute)) * minute; at <= end; at += minute) {
      const local = at + offset
      if (!matches(minutes, Math.floor(local / minute) % 60) || !matches(hours, Math.floor(local / hour) % 24)) continue
      if (at > after) found.push(at)
    }
  }
  return found
}

function matches(field: string, value: number): boolean {
  if (field === '*') return true
  if (field.startsWith('*/')) return value % Number(field.slice(2)) === 0
  return field.split(',').some((part) => Number(part) === value)
}

const two = (value: number): string => String(value).padStart(2, '0')

function isClosed({ policy }: Task, at: number): boolean {
  const isIn = ({ times }: TimeWindow): boolean => {
    const now = `${two(Math.floor(at / hour) % 24)}:${two(Math.floor(at / minute) % 60)}`
    assert.ok(times && times.from < times.until)
    return now >= times.from && now < times.until
  }
  return policy.blackouts.some(isIn)
}
