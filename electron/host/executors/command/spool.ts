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

/**
 * Calls `use` while nobody can write to the spool: what is written between the last look at the end of a file and its cut
 * is lost. Gives undefined, and has not called it, when that cannot be had just now.
 */
export type Alone = <T>(use: () => Promise<T>) => Promise<T | undefined>

export interface SpoolOptions {
  readonly stream: Stream
  readonly handle: FileHandle
  readonly recorder: OutputRecorder
  readonly alone: Alone
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
      if (this.gauge.isFlooded(unread) || unread > cutAlways) await this.passOver()
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
  private async nextChunk(length: number): Promise<Buffer> {
    if (this.buffer.length < length) this.buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.options.handle.read(this.buffer, 0, length, this.position)
    this.position += bytesRead
    return this.buffer.subarray(0, bytesRead)
  }

  private async cutIfLong(): Promise<void> {
    const overLimit = this.cut + this.position > this.options.limit
    if (this.position < cutAlways && !(overLimit && this.position >= cutFrom)) return
    const { alone, handle, recorder } = this.options
    await alone(async () => {
      const { size } = await handle.stat()
      // A little came meanwhile. More would hold up the command, and there will be a better moment.
      if (size - this.position > mebibyte) return
      while (this.position < size)
        await this.record(await this.nextChunk(Math.min(size - this.position, this.gauge.chunk())))
      if (await recorder.save()) await this.cutAt(size)
    })
  }

  /** Only the end is recorded. */
  private async passOver(): Promise<void> {
    const { alone, handle, recorder, stream } = this.options
    const from = this.position
    const endFrom = async (): Promise<{ size: number; to: number }> => {
      const { size } = await handle.stat()
      return { size, to: Math.max(from, size - this.gauge.end()) }
    }
    const taken = await alone(async () => {
      const { size, to } = await endFrom()
      const end = Buffer.allocUnsafe(size - to)
      await handle.read(end, 0, end.length, to)
      // At once: recording takes long, and must not hold up the command.
      await this.cutAt(size)
      return { end, to }
    })
    const to = taken?.to ?? (this.position = (await endFrom()).to)
    const name = stream === 'out' ? 'output' : 'error output'
    await recorder.skip(stream, `${to - from} bytes of ${name} came too fast and were dropped`)
    // What was taken lies before the new start: no position of it may point into what follows.
    recorder.renumber(stream, taken ? -taken.end.length : to)
    for (let at = 0, end = taken?.end; end && at < end.length;) {
      const chunk = end.subarray(at, at + this.gauge.chunk())
      at += chunk.length
      await this.record(chunk)
    }
  }

  private async cutAt(size: number): Promise<void> {
    await this.options.handle.truncate(0)
    this.cut += size
    this.restart()
  }

  private restart(): void {
    this.position = 0
    this.options.recorder.renumber(this.options.stream, 0)
  }
}
