/** Reads one stream's spool as it grows, and cuts it before it fills the disk. */
import type { FileHandle } from 'node:fs/promises'
import type { OutputRecorder, Stream } from './output-recorder'

const chunkLength = 64 * 1024
/** Chunks before the other stream gets its turn. */
const chunksPerTurn = 16
const mebibyte = 2 ** 20
/** A spool that was read to its end is cut from this size on, once the log keeps no more than its limit anyway. */
const cutFrom = 16 * mebibyte
/** From this size on in any case: the carrier can write 1 GiB. */
const cutAlways = 512 * mebibyte
/** Unread bytes, beyond those that the log could keep, at which output comes too fast to be read. */
const lag = 64 * mebibyte
/** Of what is passed over, this much of the end is read. */
const keptEnd = 256 * 1024

export interface SpoolOptions {
  readonly stream: Stream
  readonly handle: FileHandle
  readonly recorder: OutputRecorder
  /** Bytes of output that the log keeps. */
  readonly limit: number
  /** Where to go on reading. */
  readonly position: number
}

/** Positions count from the spool's start, which a cut brings back to 0. */
export class Spool {
  private position: number
  /** Bytes read before the last cut. */
  private cut = 0

  constructor(private readonly options: SpoolOptions) {
    this.position = options.position
  }

  /**
   * Reads what is there, up to 1 MiB.
   * @returns whether there was something
   */
  async read(): Promise<boolean> {
    const { handle, recorder, stream, limit } = this.options
    let some = false
    for (let turn = 0; turn < chunksPerTurn; turn++) {
      if (!(await recorder.save())) return false
      const { size } = await handle.stat()
      if (size < this.position) this.restart()
      const unread = size - this.position
      if (unread === 0) {
        await this.cutIfLong()
        return some
      }
      if (unread > Math.min(limit, cutAlways) + lag) {
        await this.passOver(size)
        return true
      }
      const chunk = await this.chunk(Math.min(unread, chunkLength))
      if (chunk.length === 0) return some
      await recorder.write(stream, chunk)
      some = true
    }
    return some
  }

  close(): Promise<void> {
    return this.options.handle.close()
  }

  private async chunk(length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.options.handle.read(buffer, 0, length, this.position)
    this.position += bytesRead
    return buffer.subarray(0, bytesRead)
  }

  private restart(): void {
    this.position = 0
    this.options.recorder.renumber(this.options.stream, 0)
  }

  private async cutIfLong(): Promise<void> {
    const overLimit = this.cut + this.position > this.options.limit
    if (this.position >= cutAlways || (overLimit && this.position >= cutFrom)) await this.cutHere()
  }

  private async cutHere(): Promise<void> {
    await this.options.handle.truncate(0)
    this.cut += this.position
    this.restart()
  }

  /** The log would drop this part of the output in any case; only its end is read. */
  private async passOver(size: number): Promise<void> {
    const { recorder, stream } = this.options
    const target = size - keptEnd
    const bytes = target - this.position
    this.position = target
    const name = stream === 'out' ? 'output' : 'error output'
    await recorder.skipTo(stream, target, `${bytes} bytes of ${name} came too fast and were dropped`)
    for (let left = keptEnd; left > 0;) {
      const chunk = await this.chunk(Math.min(left, chunkLength))
      if (chunk.length === 0) break
      await recorder.write(stream, chunk)
      left -= chunk.length
    }
    await this.cutHere()
  }
}
