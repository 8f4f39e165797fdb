/** What the host itself has to say: `host.log` in the data folder, rotated, a line of JSON each. */
import { finished } from 'node:stream/promises'
import { pino } from 'pino'
import { createStream } from 'rotating-file-stream'
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

/**
 * @param dataFolder must be there
 * @param print gets the same as lines for people
 */
export function createHostLog(dataFolder: string, print?: (line: string) => void): HostLog {
  const file = createStream((index) => (index ? `host.${Number(index)}.log` : 'host.log'), {
    path: dataFolder,
    size: longest,
    rotate: kept,
    mode: 0o600,
  })
  // A full disk must not end the host: what cannot be logged is dropped.
  file.on('error', () => undefined)
  const log = pino(
    { base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.multistream([
      { stream: file },
      ...(print ? [{ stream: { write: (line: string) => print(forPeople(line)) } }] : []),
    ]),
  )
  return {
    log,
    async close() {
      file.end()
      await finished(file).catch(() => undefined)
    },
  }
}

const line = z.object({
  level: z.number(),
  time: z.string(),
  msg: z.string().default(''),
  err: z.object({ message: z.string() }).optional(),
})

/** `13:19:04 warn a notification could not be shown: no daemon`, in UTC as the file. */
function forPeople(text: string): string {
  const { level, time, msg, err } = line.parse(JSON.parse(text))
  return `${time.slice(11, 19)} ${pino.levels.labels[level] ?? level} ${msg}${err ? `: ${err.message}` : ''}`
}
