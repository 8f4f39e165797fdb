/** Reads one stream's spool as it grows, and cuts it before it fills the disk. */
import type { FileHandle } from 'node:fs/promises'
import type { Clock } from '../../ports'
import { FloodGauge } from './flood'
import type { OutputRecorder, Stream } from './output-recorder'

/** Chunks before the other stream gets its turn. */
const chunksPerTurn = 16
const mebibyte = 2 ** 20
/** A spool that was read to its end is cut from this size on, once the log keeps no more than its limit anyway. */
const cutFrom = 16 * mebibyte
/** From this size on in any case: the carrier can write 1 GiB. */
const cutAlways = 512 * mebibyte
/** How often the end of a spool is run after before it is cut wherever it is. */
const chases = 100

export interface SpoolOptions {
  readonly stream: Stream
  readonly handle: FileHandle
  readonly recorder: OutputRecorder
  readonly clock: Pick<Clock, 'monotonic'>
  /** Bytes of output that the log keeps. */
  readonly limit: number
  /** Where to go on reading. */
  readonly position: number
}

/** Positions count from the spool's start, which a cut brings back to 0. */
export class Spool {
  private position: number
  /** Bytes before the last cut. */
  private cut = 0
  private readonly gauge: FloodGauge
  private buffer: Buffer = Buffer.alloc(0)

  constructor(private readonly options: SpoolOptions) {
    this.position = options.position
    this.gauge = new FloodGauge(options.limit)
  }

  /**
   * Reads some of what is there.
   * @returns whether there was something
   */
  async read(): Promise<boolean> {
    const { handle, recorder } = this.options
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
      some = true
      if (this.gauge.isFlooded(unread) || unread > cutAlways) await this.passOver(size)
      else await this.record(await this.nextChunk(Math.min(unread, this.gauge.chunk())))
    }
    return some
  }

  private async record(chunk: Buffer): Promise<void> {
    const { recorder, stream, clock } = this.options
    const begun = clock.monotonic()
    const lines = await recorder.write(stream, chunk)
    this.gauge.recorded(chunk.length, lines, clock.monotonic() - begun)
  }

  /** In the one buffer of this spool: a gigabyte goes through it, and the recorder keeps copies of what it needs. */
  private nextChunk(length: number): Promise<Buffer> {
    if (this.buffer.length < length) this.buffer = Buffer.allocUnsafe(length)
    return this.chunk(length, this.buffer)
  }

  /** Into `buffer`, which must not be in use any more. */
  private async chunk(length: number, buffer: Buffer = Buffer.allocUnsafe(length)): Promise<Buffer> {
    const { bytesRead } = await this.options.handle.read(buffer, 0, length, this.position)
    this.position += bytesRead
    return buffer.subarray(0, bytesRead)
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

  private restart(): void {
    this.position = 0
    this.options.recorder.renumber(this.options.stream, 0)
  }

  /** Only the end is recorded. */
  private async passOver(size: number): Promise<void> {
    const { recorder, stream } = this.options
    const from = this.position
    const kept = this.gauge.end()
    this.position = Math.max(from, size - kept)
    const { end, position } = await this.takeEnd(kept)
    const name = stream === 'out' ? 'output' : 'error output'
    await recorder.skip(stream, `${position - end.length - from} bytes of ${name} came too fast and were dropped`)
    // What is kept lies before the new start: no position of it may point into what follows.
    recorder.renumber(stream, -end.length)
    for (let at = 0; at < end.length;) {
      const chunk = end.subarray(at, at + this.gauge.chunk())
      at += chunk.length
      await this.record(chunk)
    }
  }

  /**
   * Takes the last `kept` bytes, up to `position`, and cuts the spool there and then: recording takes long, and what is
   * written meanwhile must stay.
   */
  private async takeEnd(kept: number): Promise<{ end: Buffer; position: number }> {
    const chunks: Buffer[] = []
    let length = 0
    /** Was dropped again: the next one goes there, or the chase would take memory for all that it passes. */
    let spare: Buffer | undefined
    for (let chase = 0; chase < chases; chase++) {
      const { size } = await this.options.handle.stat()
      if (size <= this.position) break
      const wanted = Math.min(size - this.position, mebibyte)
      const chunk = await this.chunk(wanted, spare && spare.length >= wanted ? spare : undefined)
      spare = undefined
      chunks.push(chunk)
      length += chunk.length
      while (length - (chunks[0]?.length ?? 0) >= kept) {
        spare = chunks.shift()
        length -= spare?.length ?? 0
      }
    }
    const { position } = this
    await this.cutHere()
    return { end: Buffer.concat(chunks).subarray(-kept), position }
  }
}
