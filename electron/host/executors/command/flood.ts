/** When output comes faster than it can be recorded, and what of it need not be. */

/** Bytes that time, stream and position take of a line in the log, about. */
const lineOverhead = 36
const mebibyte = 2 ** 20
/** However fast: so much may wait unread, beside what the log would keep. */
const longestLag = 32 * mebibyte
/** Ms of recording that may wait. */
const patience = 3000
const largestChunk = 64 * 1024
const smallestChunk = 8 * 1024
const linesAtOnce = 4000
const smallestEnd = 256 * 1024
const largestEnd = 8 * mebibyte

export class FloodGauge {
  private bytes = 0
  private lines = 0
  private spent = 0

  /** @param limit bytes that the log keeps */
  constructor(private readonly limit: number) {}

  /** So much was recorded, in `ms`. */
  recorded(bytes: number, lines: number, ms: number): void {
    this.bytes += bytes
    this.lines += lines
    this.spent += ms
  }

  /**
   * Whether part of `unread` bytes is best passed over: the log would drop it anyway. Not before the half of the log
   * that holds the beginning is full.
   */
  isFlooded(unread: number): boolean {
    if (this.bytes + this.lines * lineOverhead < this.limit / 2) return false
    const lag = Math.min(longestLag, (this.bytes / Math.max(this.spent, 1)) * patience)
    return unread > Math.max(this.kept() + lag, 2 * smallestEnd)
  }

  /** Bytes of the end that are recorded all the same. */
  end(): number {
    return Math.floor(Math.min(largestEnd, Math.max(smallestEnd, this.kept() / 2)))
  }

  /** Bytes to record at once, so that others get their turn though the lines be short. */
  chunk(): number {
    const lineLength = this.bytes / Math.max(1, this.lines)
    return Math.floor(Math.min(largestChunk, Math.max(smallestChunk, lineLength * linesAtOnce)))
  }

  /** Bytes of output that fill the log. */
  private kept(): number {
    return (this.limit * this.bytes) / Math.max(1, this.bytes + this.lines * lineOverhead)
  }
}
