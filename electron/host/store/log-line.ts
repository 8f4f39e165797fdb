/**
 * A line of a run's log: `<ISO time, ms> <o|e|b> <stream position after it> <bytes>`, b being Belfry's own. A line of
 * Belfry's own has position 0, except the one that marks a gap: there it is how many lines were dropped.
 */
import type { LogLine } from '@shared/model/run'

export interface StoredLine extends Omit<LogLine, 'number'> {
  /** Bytes of the stream up to and with this line; 0 for Belfry's own. */
  readonly position: number
}

export interface StreamPositions {
  readonly out: number
  readonly err: number
}

const letters = { out: 'o', err: 'e', belfry: 'b' } as const
const streams = { o: 'out', e: 'err', b: 'belfry' } as const

const pattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([oeb]) (\d{1,16}) (.*)$/s
const gapText = /\(the streams stood at o (\d+), e (\d+)\)$/
/** Where the stream's letter stands. */
const letterAt = 25

/** With its newline. A newline inside the text would be two lines, so it becomes a space. */
export function formatLine(line: StoredLine): string {
  return `${line.at} ${letters[line.stream]} ${line.position} ${line.text.replaceAll('\n', ' ')}\n`
}

/** Undefined when the bytes (without newline) are no such line. */
export function parseLine(bytes: Buffer): StoredLine | undefined {
  const match = pattern.exec(bytes.toString('utf8'))
  if (!match) return undefined
  const [, at = '', letter = 'b', position = '0', text = ''] = match
  return { at, stream: streams[letter as keyof typeof streams], position: Number(position), text }
}

/** The mark that stands for `dropped` lines; it tells how far the streams are, in case none of their lines comes after it. */
export function formatGap(at: string, dropped: number, { out, err }: StreamPositions): string {
  const words = dropped === 1 ? '1 line was' : `${dropped} lines were`
  const text = `${words} dropped here: the log was over its limit (the streams stood at o ${out}, e ${err})`
  return formatLine({ at, stream: 'belfry', position: dropped, text })
}

export interface LineFacts {
  /** How many line numbers it stands for: 1, or the dropped ones at a gap. */
  readonly count: number
  readonly gap: boolean
  /** How far the streams are, where it tells. */
  readonly out: number | undefined
  readonly err: number | undefined
}

/** What must be known of every line of a log; cheap, because it looks at a line's text only at a gap. */
export function factsOf(bytes: Buffer): LineFacts {
  const space = bytes.indexOf(32, letterAt + 2)
  const number = Number(bytes.toString('latin1', letterAt + 2, space === -1 ? bytes.length : space))
  const position = Number.isSafeInteger(number) ? number : 0
  const letter = bytes[letterAt]
  if (letter === 0x6f) return { count: 1, gap: false, out: position, err: undefined }
  if (letter === 0x65) return { count: 1, gap: false, out: undefined, err: position }
  const gap = position > 0 ? gapText.exec(bytes.toString('utf8')) : null
  if (!gap) return { count: 1, gap: false, out: undefined, err: undefined }
  return { count: position, gap: true, out: Number(gap[1]), err: Number(gap[2]) }
}
