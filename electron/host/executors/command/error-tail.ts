import { stripVTControlCharacters } from 'node:util'

/** Bytes. */
const kept = 4096
const longestMessage = 500

/** The end of standard error: what most likely says why. */
export class ErrorTail {
  /** Bytes that it keeps. */
  static readonly length = kept
  private bytes: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): void {
    const last = chunk.subarray(-kept)
    this.bytes = Buffer.concat([this.bytes, last]).subarray(-kept)
  }

  /** At most 4 KiB, without colours and the like. */
  text(): string {
    // The cut may have gone through a character.
    let start = 0
    while (start < 4 && ((this.bytes[start] ?? 0) & 0xc0) === 0x80) start++
    return stripVTControlCharacters(this.bytes.toString('utf8', start)).replaceAll('\r\n', '\n')
  }

  /** The last line that says something; undefined when none does. */
  lastLine(): string | undefined {
    const line = this.text()
      .split(/[\r\n]/)
      .findLast((candidate) => candidate.trim() !== '')
      ?.trim()
    return line !== undefined && line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line
  }
}
