/** Bytes to lines. A line ends at `\n` or `\r\n`, and is split where it is longer than 64 KiB. */
export interface AssembledLine {
  /** Decoded as UTF-8; what is none shows as U+FFFD. */
  readonly text: string
  /** Bytes of the stream up to the end of this line. */
  readonly position: number
}

/** Bytes. */
export const longestLine = 64 * 1024
const newline = 0x0a
const carriageReturn = 0x0d

export class LineAssembler {
  private pending: Buffer = Buffer.alloc(0)

  /** @param position of the first byte that comes */
  constructor(private position = 0) {}

  push(chunk: Buffer): AssembledLine[] {
    let data = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk])
    const lines: AssembledLine[] = []
    for (;;) {
      const end = data.indexOf(newline)
      // One more, for the \r of a line that just fits.
      if (end >= 0 && end <= longestLine + 1) {
        const textEnd = end > 0 && data[end - 1] === carriageReturn ? end - 1 : end
        lines.push(this.line(data, textEnd, end + 1))
        data = data.subarray(end + 1)
      } else if (data.length > longestLine + 1) {
        const cut = characterStart(data, longestLine)
        lines.push(this.line(data, cut, cut))
        data = data.subarray(cut)
      } else {
        // A copy, or a few bytes would keep the whole chunk in memory.
        this.pending = Buffer.from(data)
        return lines
      }
    }
  }

  /** The unfinished line, if there is one. */
  flush(): AssembledLine[] {
    if (this.pending.length === 0) return []
    const data = this.pending
    this.pending = Buffer.alloc(0)
    return [this.line(data, data.length, data.length)]
  }

  /** The same stream, whose next byte is now at `position`: an unfinished line goes on. */
  renumber(position: number): void {
    this.position = position - this.pending.length
  }

  private line(data: Buffer, textEnd: number, end: number): AssembledLine {
    this.position += end
    return { text: data.toString('utf8', 0, textEnd), position: Math.max(0, this.position) }
  }
}

/** The start of the UTF-8 character that `index` is in, so that no character is cut in two. */
function characterStart(data: Buffer, index: number): number {
  for (let start = index; start > index - 4; start--) if (((data[start] ?? 0) & 0xc0) !== 0x80) return start
  return index
}
