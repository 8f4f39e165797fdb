/** What the host itself has to say: `host.log` in the data folder, rotated, a line of JSON each. */
import { pino } from 'pino'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'
import { z } from 'zod'
import type { Logger } from '../host/ports'

export interface HostLog {
  readonly log: Logger
  /** Writes what is left. Lines after that are lost. */
  close(): Promise<void>
}

/** Bytes after which a new file begins, and how many older ones are kept. */
const longest = '5M'
const kept = 3
/** Ms after which a file that the disk refused is tried again. */
const retryAfter = 10_000

/**
 * @param dataFolder must be there when the first line is written
 * @param print gets the same as lines for people
 */
export function createHostLog(dataFolder: string, print?: (line: string) => void): HostLog {
  const file = logFile(dataFolder)
  const log = pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream([
      { stream: file },
      ...(print ? [{ stream: { write: (line: string) => print(forPeople(line)) } }] : []),
    ]),
  )
  return { log, close: () => file.close() }
}

/**
 * Opened by the first line, so that a host that may not have this folder leaves alone the log of the one that has it. A
 * full disk must not end the host: what cannot be written is dropped, and later lines go on once there is room.
 */
function logFile(dataFolder: string): { write(line: string): void; close(): Promise<void> } {
  let stream: RotatingFileStream | undefined
  let failedAt: number | undefined
  let closed = false
  const open = (): RotatingFileStream => {
    const opened = createStream((index) => (index ? `host.${Number(index)}.log` : 'host.log'), {
      path: dataFolder,
      size: longest,
      rotate: kept,
      mode: 0o600,
    })
    opened.on('error', () => {
      failedAt = performance.now()
      if (stream === opened) stream = undefined
      opened.destroy()
    })
    return opened
  }
  return {
    write(line) {
      if (closed || (!stream && failedAt !== undefined && performance.now() - failedAt < retryAfter)) return
      stream ??= open()
      stream.write(line)
    },
    async close() {
      closed = true
      const last = stream
      if (last)
        await new Promise<void>((resolve) =>
          last
            .once('close', resolve)
            .once('error', () => resolve())
            .end(() => resolve()),
        )
    },
  }
}

const line = z.looseObject({
  level: z.number(),
  time: z.string(),
  pid: z.number(),
  msg: z.string().default(''),
  err: z.object({ message: z.string() }).optional(),
})

/** `2027-01-31T13:19:04.000Z warn a notification could not be shown: no daemon`; what else the line has stands last. */
function forPeople(text: string): string {
  const { level, time, pid: _pid, msg, err, ...rest } = line.parse(JSON.parse(text))
  const details = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${time} ${pino.levels.labels[level] ?? level} ${msg}${err ? `: ${err.message}` : ''}${details.join('')}`
}
