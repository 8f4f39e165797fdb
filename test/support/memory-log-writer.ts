import type { LogWriter } from '../../electron/host/store/types'

export type WrittenLine = Parameters<LogWriter['append']>[0][number]

/** A log in memory. `refuse` makes it fail like a full disk; `keep: false` counts lines without keeping them. */
export class MemoryLogWriter implements LogWriter {
  readonly lines: WrittenLine[] = []
  refuse = false
  private count = 0
  private bytes = 0
  private readonly last = { out: 0, err: 0 }

  constructor(private readonly options: { readonly keep: boolean } = { keep: true }) {}

  async append(lines: readonly WrittenLine[]): Promise<void> {
    if (this.refuse) throw new Error('no space left on device')
    for (const line of lines) {
      this.count++
      this.bytes += Buffer.byteLength(line.text) + 1
      if (line.stream !== 'belfry') this.last[line.stream] = line.position
      if (this.options.keep) this.lines.push(line)
    }
  }

  stats(): { bytes: number; lines: number; truncated: boolean } {
    return { bytes: this.bytes, lines: this.count, truncated: false }
  }

  positions(): { out: number; err: number } {
    return { ...this.last }
  }

  async close(): Promise<void> {}

  texts(stream?: WrittenLine['stream']): string[] {
    return this.lines.filter((line) => stream === undefined || line.stream === stream).map((line) => line.text)
  }
}
