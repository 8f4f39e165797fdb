/** The seconds of some whole minutes, each marked or not: what meets in one is one. Pure. Instants are ms. */

const second = 1000
const minute = 60 * second
/** So many seconds are in one of the two numbers of a minute. */
const half = 30

/** Which seconds of a minute: 0 to 29, and 30 to 59, from bit 0 on. */
export type MinuteMask = readonly [number, number]

export interface SecondMap {
  /** `from`, and each `every` ms after it that comes before `until`; what is outside of the minutes is left out. */
  markEvery(from: number, until: number, every: number): void
  /** The seconds of each minute that begins in `[from, until)`. */
  markMinutes(from: number, until: number, mask: MinuteMask): void
  has(at: number): boolean
  /** Hardly any second is left: one in 10,000. */
  isFull(): boolean
  /** How many are marked, in the minutes that are `open` (1 for each) and in all. */
  count(open: Uint8Array): { readonly open: number; readonly all: number }
}

/** @param begin a whole minute */
export function createSecondMap(begin: number, minutes: number): SecondMap {
  const early = new Int32Array(minutes)
  const late = new Int32Array(minutes)
  const markedIn = (index: number): number => bitsOf(early[index] ?? 0) + bitsOf(late[index] ?? 0)
  const marked = (): number => {
    let count = 0
    for (let index = 0; index < minutes; index++) count += markedIn(index)
    return count
  }

  return {
    markEvery(from, until, every) {
      const end = Math.min(until - begin, minutes * minute)
      for (let at = from - begin; at < end; at += every) {
        const seconds = Math.floor(at / second)
        const index = Math.floor(seconds / 60)
        const place = seconds - index * 60
        if (place < half) early[index] = (early[index] ?? 0) | (1 << place)
        else late[index] = (late[index] ?? 0) | (1 << (place - half))
      }
    },
    markMinutes(from, until, mask) {
      const first = Math.max(0, Math.ceil((from - begin) / minute))
      const end = Math.min(minutes, Math.ceil((until - begin) / minute))
      for (let index = first; index < end; index++) {
        early[index] = (early[index] ?? 0) | mask[0]
        late[index] = (late[index] ?? 0) | mask[1]
      }
    },
    has(at) {
      const seconds = Math.floor((at - begin) / second)
      const [index, place] = [Math.floor(seconds / 60), seconds % 60]
      const bits = (place < half ? early : late)[index] ?? 0
      return ((bits >> (place % half)) & 1) === 1
    },
    isFull: () => marked() > minutes * 60 * 0.9999,
    count(open) {
      let counted = 0
      for (let index = 0; index < minutes; index++) if (open[index] === 1) counted += markedIn(index)
      return { open: counted, all: marked() }
    },
  }
}

/** @param meant 60 flags */
export function maskOf(meant: ArrayLike<number>): MinuteMask {
  const mask: [number, number] = [0, 0]
  for (let place = 0; place < 60; place++) if (meant[place]) mask[place < half ? 0 : 1] |= 1 << (place % half)
  return mask
}

function bitsOf(mask: number): number {
  const pairs = mask - ((mask >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return (((fours + (fours >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}
