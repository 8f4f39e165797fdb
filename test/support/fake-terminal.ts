import { Readable, Writable } from 'node:stream'
import picocolors from 'picocolors'
import type { Terminal } from '../../electron/cli/terminal'

export interface FakeTerminal extends Terminal {
  /** What was written to stdout and to stderr. */
  out(): string
  err(): string
  interrupt(): void
}

export interface FakeTerminalOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly isTTY?: boolean
  /** Ms since the epoch. */
  readonly now?: number
}

/** A terminal whose output is kept, without colours. */
export function fakeTerminal({
  env = {},
  stdin = '',
  isTTY = false,
  now = Date.now(),
}: FakeTerminalOptions = {}): FakeTerminal {
  const sink = () => {
    let text = ''
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString()
        done()
      },
    })
    return { stream: Object.assign(stream, { isTTY, columns: 80 }), text: () => text }
  }
  const [out, err] = [sink(), sink()]
  const interrupts = new Set<() => void>()
  return {
    stdin: Object.assign(Readable.from([stdin]), { isTTY }),
    stdout: out.stream,
    stderr: err.stream,
    env,
    folder: process.cwd(),
    colours: picocolors.createColors(false),
    now: () => now,
    onInterrupt(call) {
      interrupts.add(call)
      return () => interrupts.delete(call)
    },
    outliveReaders: () => undefined,
    out: out.text,
    err: err.text,
    interrupt: () => interrupts.forEach((call) => call()),
  }
}
