/** Takes a command's output, gives its lines to the log and what they say to Belfry to the run. */
import { messageOf } from '@shared/errors'
import type { Clock, Logger } from '../../ports'
import type { Execution } from '../executor'
import { ErrorTail } from './error-tail'
import { LineAssembler, type AssembledLine } from './line-assembler'
import { parseOutputLine, parseTerminalProgress, type ProgressReport } from './parse-output-line'

export type Stream = 'out' | 'err'
type Entry = Parameters<Execution['log']['append']>[0][number]

export interface RecorderOptions {
  readonly execution: Pick<Execution, 'log' | 'report' | 'run'>
  readonly clock: Clock
  readonly log: Logger
  /** Where in each stream the output goes on. */
  readonly positions: { readonly out: number; readonly err: number }
}

/** Ms between two calls of `report.output`. */
const signOfLife = 1000
/** A command that gets its directives wrong gets them wrong all the time. */
const complaintLimit = 10

export class OutputRecorder {
  readonly tail = new ErrorTail()
  private readonly assemblers: Readonly<Record<Stream, LineAssembler>>
  private readonly terminals: Record<Stream, string> = { out: '', err: '' }
  private unsaved: Entry[] = []
  /** Why the log does not take what it was given; undefined when it does. */
  private refusal: string | undefined
  private complaints = 0
  private reportedAt = Number.NEGATIVE_INFINITY
  private unreported = false

  constructor(private readonly options: RecorderOptions) {
    const { out, err } = options.positions
    this.assemblers = { out: new LineAssembler(out), err: new LineAssembler(err) }
  }

  /**
   * Takes the next bytes of a stream. Do not call while `save` gives false.
   * @returns how many lines they ended
   */
  async write(stream: Stream, chunk: Buffer): Promise<number> {
    if (stream === 'err') this.tail.push(chunk)
    const at = this.now()
    let progress = this.terminalProgress(stream, chunk)
    const lines = this.assemblers[stream].push(chunk)
    for (const line of lines) {
      this.unsaved.push(entry(stream, at, line))
      progress = this.obey(line.text, at) ?? progress
    }
    // Of a burst only the last is news.
    if (progress) this.options.execution.report.progress(progress)
    this.unreported = true
    this.signOfLife()
    await this.save()
    return lines.length
  }

  /** The next bytes of the stream are not those that follow: what was unfinished becomes a line, and a note says why. */
  async skip(stream: Stream, note: string): Promise<void> {
    const at = this.now()
    this.unsaved.push(...this.assemblers[stream].flush().map((line) => entry(stream, at, line)))
    this.note(note)
    this.options.execution.report.dropped()
    await this.save()
  }

  /** The same stream, whose next byte is now at `position`. */
  renumber(stream: Stream, position: number): void {
    this.assemblers[stream].renumber(position)
  }

  /** Tells of output at most once a second; call now and then, so that the last of it is told too. */
  signOfLife(): void {
    const now = this.options.clock.monotonic()
    if (!this.unreported || now - this.reportedAt < signOfLife) return
    this.reportedAt = now
    this.unreported = false
    this.options.execution.report.output()
  }

  /** A line of Belfry's own. */
  note(text: string): void {
    this.unsaved.push({ at: this.now(), stream: 'belfry', text, position: 0 })
  }

  /** Makes lines of what is unfinished. */
  async finish(): Promise<boolean> {
    for (const stream of ['out', 'err'] as const) {
      const at = this.now()
      for (const line of this.assemblers[stream].flush()) {
        this.unsaved.push(entry(stream, at, line))
        const progress = this.obey(line.text, at)
        if (progress) this.options.execution.report.progress(progress)
      }
    }
    return this.save()
  }

  /** @returns false while the log cannot take what it was given; nothing is lost by then, and nothing more should come */
  async save(): Promise<boolean> {
    const lines = this.unsaved
    if (lines.length === 0) return true
    this.unsaved = []
    try {
      await this.options.execution.log.append(lines)
      this.refusal = undefined
      return true
    } catch (error) {
      this.unsaved = [...lines, ...this.unsaved]
      const { log, execution } = this.options
      const reason = messageOf(error)
      if (this.refusal === undefined) log.error({ run: execution.run.id, reason }, 'the log of a run cannot be written')
      this.refusal = reason
      return false
    }
  }

  /** After `finish` gave false: what the log has not taken by now is left to the spool. */
  giveUp(): void {
    this.options.execution.report.unrecorded(this.refusal ?? '')
  }

  private obey(line: string, at: string): ProgressReport | undefined {
    const directive = parseOutputLine(line)
    switch (directive?.kind) {
      case undefined:
        return undefined
      case 'progress':
        return directive.progress
      case 'result':
        this.options.execution.report.result(directive.result)
        return undefined
      case 'malformed':
        if (++this.complaints <= complaintLimit)
          this.unsaved.push({ at, stream: 'belfry', text: directive.reason, position: 0 })
        return undefined
    }
  }

  private terminalProgress(stream: Stream, chunk: Buffer): ProgressReport | undefined {
    const before = this.terminals[stream]
    if (before === '' && !chunk.includes(0x1b)) return undefined
    const { progress, rest } = parseTerminalProgress(before + chunk.toString('latin1'))
    this.terminals[stream] = rest
    return progress
  }

  private now(): string {
    return new Date(this.options.clock.now()).toISOString()
  }
}

function entry(stream: Stream, at: string, { text, position }: AssembledLine): Entry {
  return { at, stream, text, position }
}
