/** A run's log on this terminal. */
import type { LogLine } from '@shared/model/run'
import { parseOutputLine, type ProgressReport } from '../host/executors/command/parse-output-line'
import { printable, printableLine, write, type Terminal } from './terminal'

export interface LogOutput {
  line(line: LogLine): Promise<void>
  /** Takes the progress bar away. */
  end(): Promise<void>
}

/** Standard output to stdout, standard error to stderr, Belfry's own words to stderr; progress as a bar on a terminal. */
export function createLogOutput({ stdout, stderr, colours }: Terminal): LogOutput {
  const drawn = stdout.isTTY === true && stderr.isTTY === true
  let bar: string | undefined
  const erase = (): Promise<void> => (bar === undefined ? Promise.resolve() : write(stderr, '\r\u001b[2K'))
  const redraw = (): Promise<void> => (bar === undefined ? Promise.resolve() : write(stderr, bar))
  return {
    async line({ stream, text }) {
      const said = drawn ? parseOutputLine(text) : undefined
      await erase()
      if (said?.kind === 'progress') bar = progressBar(printable(said.progress), stderr.columns || 80)
      else if (stream === 'out') await write(stdout, `${stdout.isTTY ? printableLine(text) : text}\n`)
      else {
        const line = stderr.isTTY ? printableLine(text) : text
        await write(stderr, `${stream === 'belfry' && drawn ? colours.dim(line) : line}\n`)
      }
      await redraw()
    },
    async end() {
      await erase()
      bar = undefined
    },
  }
}

const barWidth = 24

/** `████████░░░░ 3/5 compressing`, never wider than the terminal. */
export function progressBar({ percent, processed, total, message }: ProgressReport, columns: number): string {
  const filled = Math.round(((percent ?? 0) / 100) * barWidth)
  const count = processed !== null && total !== null ? `${processed}/${total}` : `${Math.round(percent ?? 0)}%`
  const text = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${count}${message === null ? '' : ` ${message}`}`
  return [...text].slice(0, Math.max(10, columns - 1)).join('')
}
