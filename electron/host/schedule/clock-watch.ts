/**
 * Tells sleep, a moved clock and a busy host apart by three clocks. On Linux boot time minus monotonic time is sleep, and wall
 * time minus boot time a moved clock; elsewhere boot time does not tell, and a late look with a power event was sleep.
 */
import type { LateReason } from '@shared/model/occurrence'
import type { Clock } from '../ports'

/** What the host itself can be late for. */
export type DelayCause = Exclude<LateReason, 'not_running' | 'disk_full'>

export interface Look {
  /** Wall time, ms. */
  readonly now: number
  /** What a delay since the last look is to be put down to. */
  readonly cause: DelayCause
  /** Ms by which the wall clock was set: forward positive, back negative; steps under 2 s count as none. */
  readonly stepped: number
  /** Wall time of the look before it, ms. */
  readonly before: number
  /** Wall time, ms, by the clock as it is now: the first after the look before it. A step was not earlier. */
  readonly since: number
  /** It slept, whatever else became of the clock. */
  readonly woke: boolean
}

export interface ClockWatch {
  look(): Look
  /** The system says that it goes to sleep, or woke: counts at the next look that comes late, whenever that is. */
  powerEvent(): void
  /** Why what was due at an instant (ms) was not looked at in time, by what is known now. */
  causes(): (at: number) => DelayCause
}

/** Ms; smaller differences are the clocks' own. */
const noticed = 2000
/** Ms that pass at most between two looks of a host that is awake and idle. */
export const longestSleep = 1000
/** Ms without a look that are sleep where a power event hints at it; a busy host may need as long without one. */
const longWithoutLook = 32_000
/** Stretches in which nobody looked, and why, that are remembered; what is late is decided soon after them. */
const remembered = 20

/** Times that the clocks are read again when somebody came in between. */
const mostReadings = 3

interface Stretch {
  readonly from: number
  readonly until: number
  readonly cause: DelayCause
}

/** @param bootTells boot time goes on through sleep while monotonic time does not, and is never set: so on Linux */
export function createClockWatch(clock: Clock, bootTells: boolean): ClockWatch {
  let last = read(clock)
  let hinted = false
  let unwatched: readonly Stretch[] = []

  const tell = (now: Reading): Look => {
    const wall = now.wall - last.wall
    const monotonic = now.monotonic - last.monotonic
    const boot = now.boot - last.boot
    const late = hinted && (Math.abs(wall - monotonic) >= noticed || monotonic >= longWithoutLook)
    if (late) hinted = false
    const slept = bootTells ? boot - monotonic : late ? Math.max(0, wall - monotonic) : 0
    const moved = wall - (bootTells ? boot : monotonic + slept)
    const stepped = Math.abs(moved) < noticed ? 0 : Math.round(moved)
    const asleep = slept >= noticed || (!bootTells && late && stepped === 0)
    const cause = stepped > 0 && stepped > slept ? 'clock' : asleep ? 'asleep' : 'busy'
    // Wall time is cut to whole ms. What came due at the very moment of the look before is not to come once more.
    const since = Math.ceil(now.wall - monotonic - (slept >= noticed ? slept : 0)) + 1
    return { now: now.wall, before: last.wall, since, cause, stepped, woke: asleep }
  }

  return {
    powerEvent() {
      hinted = true
    },
    look() {
      const now = read(clock)
      const look = tell(now)
      // What was is told of in times that come again.
      if (look.stepped < 0) unwatched = []
      const from = look.stepped < 0 ? look.since : look.before
      if (look.cause !== 'busy')
        unwatched = [...unwatched, { from, until: look.now, cause: look.cause }].slice(-remembered)
      last = now
      return look
    },
    causes() {
      const known = unwatched
      return (at) => known.findLast(({ from, until }) => from <= at && at <= until)?.cause ?? 'busy'
    },
  }
}

type Reading = ReturnType<typeof read>

/** The process may be stopped between two readings, which would then not be of one moment: they are taken anew. */
function read(clock: Clock): { readonly wall: number; readonly monotonic: number; readonly boot: number } {
  for (let again = mostReadings; ; again--) {
    const wall = clock.now()
    const reading = { wall, monotonic: clock.monotonic(), boot: clock.boot() }
    if (Math.abs(clock.now() - wall) < noticed || again === 0) return reading
  }
}
