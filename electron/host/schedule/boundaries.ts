/** When windows and blackouts change. Pure. Instants are ms. */
import type { TimeWindow } from '@shared/model/time-window'
import { transitionNear, zoneTransitions } from '@shared/schedule/zone-offsets'

export interface Windows {
  readonly active: readonly TimeWindow[]
  readonly blackouts: readonly TimeWindow[]
}

const minute = 60_000
const day = 86_400_000

/** The next instant, strictly later, from which another answer of `isOpen` is possible: within a day, or so. */
export function nextBoundary(at: number, { active, blackouts }: Windows, zone: string): number {
  let first = Infinity
  for (const window of [...active, ...blackouts]) {
    const next = boundaryOf(window, at, window.timezone ?? zone)
    if (next < first) first = next
  }
  return first
}

function boundaryOf({ times }: TimeWindow, at: number, zone: string): number {
  const { offset } = transitionNear(zone, at)
  const time = (((at + offset) % day) + day) % day
  let wait = day - time
  for (const text of times === undefined ? [] : [times.from, times.until]) {
    const boundary = Number(text.slice(0, 2)) * 60 * minute + Number(text.slice(3)) * minute
    if (boundary > time) wait = Math.min(wait, boundary - time)
  }
  const next = at + wait
  if (transitionNear(zone, next).offset === offset) return next
  for (const transition of zoneTransitions(zone, at, next)) return transition.at
  return next
}
