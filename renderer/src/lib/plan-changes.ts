/** What a change of the schedule does to the next instants and to the company they keep. */
import type { SchedulePreview } from '@shared/model/schedule'

export type PlanRow =
  /** `open`: whether it was planned before lies beyond what was asked for. */
  | { readonly kind: 'kept' | 'new' | 'open'; readonly at: string }
  /** No longer planned; consecutive ones from the third on share a row. `more`: and so on, without an end in sight. */
  | {
      readonly kind: 'gone'
      readonly at: string
      readonly until: string
      readonly count: number
      readonly more: boolean
    }

/** Instants, soonest first, and whether there are more than those. */
export interface Plan {
  readonly instants: readonly string[]
  readonly more: boolean
}

/** Fewer gone instants in a row are shown one by one. */
const fold = 3

/** Old and new instants in one list, in order; both asked for at the same moment. */
export function planChanges(before: Plan, after: Plan): readonly PlanRow[] {
  const [was, is] = [new Set(before.instants), new Set(after.instants)]
  const known = (plan: Plan): string => (plan.more ? (plan.instants.at(-1) ?? '') : '~')
  const [knownBefore, knownAfter] = [known(before), known(after)]
  const all = [...new Set([...before.instants, ...after.instants])].sort()
  const rows: PlanRow[] = []
  let gone: string[] = []
  const endGone = (tail: boolean): void => {
    const [at, until] = [gone[0], gone.at(-1)]
    if (at === undefined || until === undefined) return
    const more = tail && before.more && !after.more
    if (gone.length >= fold || more) rows.push({ kind: 'gone', at, until, count: gone.length, more })
    else for (const one of gone) rows.push({ kind: 'gone', at: one, until: one, count: 1, more: false })
    gone = []
  }
  for (const at of all) {
    if (is.has(at)) {
      endGone(false)
      rows.push({ kind: was.has(at) ? 'kept' : at <= knownBefore ? 'new' : 'open', at })
    } else if (at <= knownAfter) gone.push(at)
  }
  endGone(true)
  return rows
}

type Collision = SchedulePreview['collisions'][number]
export interface CollisionChange extends Collision {
  /** How often before; null where that is not compared. */
  readonly was: number | null
  readonly gone: boolean
}

/** The new ones first as the host has them, then those that no longer are. @param before null: not compared */
export function collisionChanges(
  before: readonly Collision[] | null,
  after: readonly Collision[],
): readonly CollisionChange[] {
  const was = new Map(before?.map((one) => [one.taskId, one.count]))
  const stays = new Set(after.map((one) => one.taskId))
  return [
    ...after.map((one) => ({ ...one, was: before === null ? null : (was.get(one.taskId) ?? 0), gone: false })),
    ...(before ?? []).filter((one) => !stays.has(one.taskId)).map((one) => ({ ...one, was: one.count, gone: true })),
  ]
}
