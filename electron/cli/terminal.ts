/** What the command line knows of the terminal it runs in. Tests give their own. */
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import picocolors from 'picocolors'

export type Colours = ReturnType<typeof picocolors.createColors>

export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** Of what goes to stdout. */
  readonly colours: Colours
  /** Ms since the epoch. */
  now(): number
  /** Ctrl-C is the caller's from now on; what it gives takes that back. */
  onInterrupt(call: () => void): () => void
  /** From now on a reader of stdout that goes away does not end this process. */
  outliveReaders(): void
}

export function systemTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process
  let outlive = false
  // Whoever reads us may stop reading: `belfry runs | head -3` is no error.
  stdout.on('error', () => {
    if (!outlive) process.exit()
  })
  stderr.on('error', () => undefined)
  return {
    stdin,
    stdout,
    stderr,
    env,
    folder: process.cwd(),
    colours: picocolors.createColors(wantsColour(env, stdout.isTTY)),
    now: () => Date.now(),
    onInterrupt(call) {
      process.on('SIGINT', call)
      return () => process.off('SIGINT', call)
    },
    outliveReaders() {
      outlive = true
    },
  }
}

/** On a terminal, unless NO_COLOR (https://no-color.org) or TERM=dumb says no; elsewhere only by FORCE_COLOR. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTTY: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0') return true
  return isTTY && env['TERM'] !== 'dumb'
}

const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu
const colour = /(\u001b\[[\d;:]*m|[\t\r])/

/**
 * What was written elsewhere, as it may stand on a terminal: line breaks, control characters and what turns the direction of
 * writing are shown (`\n`, `\x1b`) rather than obeyed; likewise in all that an answer holds.
 */
export function printable<T>(value: T): T {
  return shown(value) as T
}

function shown(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(unprintable, escaped)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [shown(name), shown(part)]))
}

/** A line of a log: its colours and tabs stay, and a carriage return, by which commands count on the spot. */
export function printableLine(text: string): string {
  return text
    .split(colour)
    .map((part, index) => (index % 2 === 1 ? part : printable(part)))
    .join('')
}

function escaped(letter: string): string {
  const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[letter]
  const code = letter.charCodeAt(0).toString(16)
  return short ?? (code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`)
}

/** Waits while the reader is slower than we are. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain')
}
