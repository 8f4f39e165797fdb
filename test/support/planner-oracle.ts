/** Follows a world (planner-world.ts) by the promises (planner-promises.ts); throws at the first thing that they would have otherwise. */
import { strict as assert } from 'node:assert'
import type { Pause, Task } from '@shared/model/task'
import type { DueTask, TaskFates } from '../../electron/host/schedule/planner'
import type { ClockEpoch } from '../../electron/host/store/types'
import {
  decideAll,
  goingOn,
  horizon,
  instant,
  nextToRun,
  secondEnd,
  startOf,
  type Fate,
  type Known,
} from './planner-promises'
import { mustBeSame, toldOnDisk } from './planner-told'
import { PlannerTroubles } from './planner-troubles'
import type { Disk } from './planner-world'

/** Ms: the longest that nobody looks. */
const look = 31_000

export class PlannerOracle {
  readonly #known = new Map<string, Known>()
  readonly #disk: Disk
  #pauseOfAll: Pause | null = null
  #epochs: ClockEpoch[] = [{ number: 0, began: 0, fixedStay: true }]
  readonly #troubles: PlannerTroubles
  #lastLook: number
  /** The look before the last. */
  #before: number
  /** Since the last look. */
  #setBy = 0
  /** The host has seen that the clock was set back, and the new epoch is not on disk yet. */
  #setBack = false
  #failure: Error | undefined
  #pending: { now: number; due: DueTask[]; fates: TaskFates[] } | undefined

  constructor(disk: Disk, now: number) {
    this.#disk = disk
    this.#lastLook = this.#before = now
    this.#troubles = new PlannerTroubles(now)
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
    this.#troubles.add(cause)
  }

  /** The clock was set, by so many ms. */
  clockSet(by: number): void {
    this.#setBy += by
    this.#troubles.add(Math.abs(by) < 2000 ? 'busy' : 'clock')
  }

  /** The host looks at its clocks. */
  looked(now: number): void {
    this.#heard(() => this.#check())
    this.#before = this.#lastLook
    this.#troubles.looked(this.#lastLook, now, this.#setBy)
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
    if (known.task.policy.jitter < jitter) this.#troubles.between(now - jitter, now, new Set(['busy']))
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
    const expected = nextToRun(known, this.#pauseOfAll, now)
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
    this.#troubles.setBack(epoch.began)
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
    this.#lastLook = now
    this.#troubles.hostBegan(now)
    this.#setBy = 0
    this.#setBack = false
    for (const known of this.#known.values()) {
      const kept = toldOnDisk(this.#disk, known)
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
    if (this.#failure) throw this.#failure
    this.#syncPauses()
    if (this.#setBack || this.#troubles.isAny) return
    for (const known of this.#known.values()) {
      const { task } = known
      if (!task.enabled) continue
      const overdue = this.#decide(known, now)
      const late = overdue.find(({ at, state }) => state !== 'paused' || now - at > look)
      assert.equal(late, undefined, `overdue: ${late && this.#say(known, late)}, now ${instant(now)}`)
      if (overdue.length > 0) continue
      const expected = nextToRun(known, this.#pauseOfAll, now)
      const told = nextAt(task.id)
      if (expected === undefined) assert.ok(told === undefined || told > now + horizon, `${task.id}: nothing is next`)
      else assert.equal(told && instant(told), instant(startOf(known, expected)), `what is next of ${task.id}`)
    }
  }

  /** All is on disk, once. */
  finish(): void {
    this.#check()
    for (const known of this.#known.values()) {
      const kept = toldOnDisk(this.#disk, known)
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

  /** The host tells of things where nobody would hear of a failure: it is thrown at the next look. */
  #heard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
    }
  }

  #decide(known: Known, now: number): Fate[] {
    return decideAll(known, this.#pauseOfAll, this.#epochs.at(-1)?.number ?? 0, now)
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
    const { id, policy } = known.task
    const { jitter } = policy
    const where = `${id} at ${instant(now)}`
    const reasons = mustBeSame({ runs, ranges }, expected, policy.coalesce, where)
    for (const [at, reason] of reasons) this.#troubles.mustExplain(at, jitter, reason, where)
    for (const run of runs) if (run.late) this.#troubles.mustExplain(run.scheduledAt, jitter, run.late.reason, where)
    for (const fate of expected) {
      const key = `${fate.epoch} ${fate.at}`
      if (known.fates.has(key)) assert.fail(`twice: ${this.#say(known, fate)}`)
      known.fates.set(key, { ...fate, reason: reasons.get(fate.at) ?? fate.reason })
      known.fixed = Math.max(known.fixed, secondEnd(fate.at))
      known.cadence = Math.max(known.cadence, secondEnd(fate.at))
    }
    for (const { late, scheduledAt } of runs) {
      const isLate = now - startOf(known, scheduledAt) >= 2000
      assert.ok(isLate ? late !== null || jitter > 0 : late === null, `whether a run of ${where} is late`)
    }
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

  #of(id: string): Known {
    const known = this.#known.get(id)
    assert.ok(known, id)
    return known
  }

  #say({ task }: Known, { at, epoch, state, reason }: Fate): string {
    return `${task.id} ${instant(at)} in epoch ${epoch}: ${state} ${reason}`
  }
}
