/** What keeps the host of a world from looking, and when: lateness must be put down to it. */
import { strict as assert } from 'node:assert'
import { instant } from './planner-promises'

/** Wall times between which something kept the host from looking, and what. */
interface Trouble {
  readonly from: number
  readonly until: number
  readonly causes: ReadonlySet<string>
}

export class PlannerTroubles {
  #troubles: Trouble[] = []
  /** Since the last look. */
  #causes = new Set<string>()
  #hostBegan: number

  constructor(now: number) {
    this.#hostBegan = now
  }

  get isAny(): boolean {
    return this.#causes.size > 0
  }

  add(cause: string): void {
    this.#causes.add(cause)
  }

  /** The host looks, for the first time since `before`; the clock was set meanwhile, by `setBy` ms. */
  looked(before: number, now: number, setBy: number): void {
    const isSetBack = setBy <= -2000
    // What comes between the step and this look is late where looks are rare.
    if (isSetBack) this.add('busy')
    if (this.isAny) this.between(isSetBack ? before + setBy : before, now, this.#causes)
    this.#causes = new Set()
  }

  between(from: number, until: number, causes: ReadonlySet<string>): void {
    this.#troubles = [...this.#troubles, { from, until, causes }].slice(-30)
  }

  hostBegan(now: number): void {
    this.#hostBegan = now
    this.#causes = new Set()
  }

  setBack(now: number): void {
    this.#hostBegan = Math.min(this.#hostBegan, now)
  }

  /** Throws unless `reason` is one that what is planned for `at`, and comes up to `jitter` ms later, can be late for. */
  mustExplain(at: number, jitter: number, reason: string, where: string): void {
    const times = jitter === 0 ? [at] : [at, at + jitter]
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
}
