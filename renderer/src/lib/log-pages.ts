/** The part of a log that the page keeps: whole pages of lines, the least recently looked at dropped first. */
import type { LogLine } from '@shared/model/run'

interface LogPageSlot {
  readonly lines: (LogLine | undefined)[]
  count: number
  /** The host gave all it has of this page, though numbers are missing. */
  settled: boolean
}

export class LogPages {
  readonly #slots = new Map<number, LogPageSlot>()
  /** Lines in the log so far, known or not. */
  total = 0

  /**
   * @param pageSize lines a page
   * @param maximumPages kept at once; the pages at the log's end are always kept
   */
  constructor(
    readonly pageSize = 500,
    readonly maximumPages = 100,
  ) {}

  line(number: number): LogLine | undefined {
    return this.#slots.get(this.#pageOf(number))?.lines[(number - 1) % this.pageSize]
  }

  put(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const page = this.#pageOf(line.number)
      let slot = this.#slots.get(page)
      if (!slot) {
        slot = { lines: [], count: 0, settled: false }
        this.#slots.set(page, slot)
      }
      const at = (line.number - 1) % this.pageSize
      if (slot.lines[at] === undefined) slot.count += 1
      slot.lines[at] = line
      if (line.number > this.total) this.total = line.number
    }
    this.#evict()
  }

  /** The host has no more of this page than was put. */
  settle(page: number): void {
    const slot = this.#slots.get(page) ?? { lines: [], count: 0, settled: true }
    slot.settled = true
    this.#slots.set(page, slot)
  }

  /** Whether line `number` will never come: its page is here and it is not. */
  isGap(number: number): boolean {
    const slot = this.#slots.get(this.#pageOf(number))
    return slot !== undefined && slot.settled && slot.lines[(number - 1) % this.pageSize] === undefined
  }

  /** Pages between two line numbers (inclusive) that are not all here; what is here counts as looked at. */
  missing(first: number, last: number): readonly number[] {
    const found: number[] = []
    for (let page = this.#pageOf(Math.max(1, first)); page <= this.#pageOf(Math.min(last, this.total)); page += 1) {
      const slot = this.#slots.get(page)
      if (slot) {
        this.#slots.delete(page)
        this.#slots.set(page, slot)
      }
      const expected = Math.min(this.pageSize, this.total - page * this.pageSize)
      if (!slot || (!slot.settled && slot.count < expected)) found.push(page)
    }
    return found
  }

  /** Lines after `after`, at most `limit`, as far as they are here without a hole. */
  run(after: number, limit: number): readonly LogLine[] {
    const lines: LogLine[] = []
    for (let number = after + 1; lines.length < limit; number += 1) {
      const line = this.line(number)
      if (!line) break
      lines.push(line)
    }
    return lines
  }

  get kept(): number {
    let count = 0
    for (const slot of this.#slots.values()) count += slot.count
    return count
  }

  #pageOf(number: number): number {
    return Math.floor((number - 1) / this.pageSize)
  }

  #evict(): void {
    const end = this.#pageOf(Math.max(1, this.total))
    for (const page of this.#slots.keys()) {
      if (this.#slots.size <= this.maximumPages) return
      if (page < end - 1) this.#slots.delete(page)
    }
  }
}
