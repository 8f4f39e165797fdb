/** How loud a log line is, from its stream and its words; a guess that only draws an edge. */
import type { LogLine } from '@shared/model/run'
import { plainText } from './ansi'

export type Severity = 'error' | 'warning' | 'none'

const warning = /(^|[\s[(<|])warn(ing)?([\]):>|,\s]|$)/i
/** Standard output is full of "0 errors": only a line that begins so, or says so in capitals, is one. */
const shouted = /(^|[\s[(<|])(ERROR|FATAL|CRITICAL|PANIC|FAILED)([\]):>|,\s]|$)/
const begun = /^\W*(error|fatal|panic|uncaught|traceback|exception)\b/i
const calm = /(^|[\s[(<|])(info|debug|trace|notice)([\]):>|,\s]|$)/i

export function severityOf(line: Pick<LogLine, 'stream' | 'text'>): Severity {
  if (line.stream === 'belfry') return 'none'
  const text = plainText(line.text).slice(0, 2000)
  if (text.trim() === '') return 'none'
  if (shouted.test(text) || begun.test(text)) return 'error'
  if (warning.test(text)) return 'warning'
  return line.stream === 'err' && !calm.test(text) ? 'error' : 'none'
}

/** Lines by which a command talks to Belfry rather than to the operator. */
export function isDirective(text: string): boolean {
  return /^::(progress|result)\b/.test(text)
}
