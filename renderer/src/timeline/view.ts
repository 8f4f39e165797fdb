/** What part of time the timeline shows. Now stays at its place: the part is told by how far it reaches back and ahead. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export interface View {
  /** Milliseconds from the left edge to now; negative when the left edge is ahead of now. */
  readonly before: number
  /** Milliseconds from now to the right edge. */
  readonly after: number
}

export const shortestSpan = hour
export const longestSpan = 7 * day
/** What the zoom buttons go through. */
const spans = [1, 2, 4, 6, 12, 24, 48, 96, 168].map((hours) => hours * hour)

export const startView = (narrow: boolean): View =>
  narrow ? { before: 6 * hour, after: 6 * hour } : { before: 12 * hour, after: 12 * hour }

export const spanOf = (view: View): number => view.before + view.after

/**
 * Shows `span` ms instead, keeping one instant at its place.
 * @param anchor that instant, in ms from now
 */
export function zoomTo(view: View, span: number, anchor = 0): View {
  const factor = Math.min(longestSpan, Math.max(shortestSpan, span)) / spanOf(view)
  return bounded({ before: -anchor + (view.before + anchor) * factor, after: anchor + (view.after - anchor) * factor })
}

/** The next longer (1) or shorter (-1) of the usual spans. */
export function zoomStep(view: View, direction: 1 | -1): View {
  const span = spanOf(view)
  const next = direction > 0 ? spans.find((one) => one > span * 1.01) : spans.findLast((one) => one < span * 0.99)
  // Around now while it is shown, else around the middle.
  const anchor = view.before >= 0 && view.after >= 0 ? 0 : (view.after - view.before) / 2
  return next === undefined ? view : zoomTo(view, next, anchor)
}

/** Moves by `ms` towards the future. */
export function pan(view: View, ms: number): View {
  return bounded({ before: view.before - ms, after: view.after + ms })
}

/** No farther than a week from now, either way. */
function bounded(view: View): View {
  const shift =
    view.before > longestSpan ? longestSpan - view.before : view.after > longestSpan ? view.after - longestSpan : 0
  return { before: view.before + shift, after: view.after - shift }
}

export interface AxisTick {
  /** Ms since the epoch. */
  readonly at: number
  /** The beginning of a local day. */
  readonly midnight: boolean
}

const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * minute)

/**
 * Round local times between two instants, not closer than `room` pixels.
 * @param width of the whole part, in pixels
 */
export function axisTicks(from: number, to: number, width: number, timeZone: string, room = 60): AxisTick[] {
  if (width <= 0) return []
  const step = steps.find((one) => (one / (to - from)) * width >= room) ?? day
  // Zones are off UTC by multiples of a quarter of an hour.
  const stride = Math.min(step, 15 * minute)
  const ticks: AxisTick[] = []
  for (let at = Math.ceil(from / stride) * stride; at <= to; at += stride) {
    const local = minuteOfDay(at, timeZone)
    if ((local * minute) % step === 0) ticks.push({ at, midnight: local === 0 })
  }
  return ticks
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function minuteOfDay(at: number, timeZone: string): number {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    clocks.set(timeZone, clock)
  }
  const [hours = 0, minutes = 0] = clock.format(at).split(':').map(Number)
  return hours * 60 + minutes
}
