/** How loud a log line is, from its stream and its words; a guess that only draws an edge. */
import type { LogLine } from '@shared/model/run'
import { plainText } from './ansi'

export type Severity = 'error' | 'warning' | 'none'

const warning = /(^|[\s[(<|])warn(ing)?([\]):>|,\s]|$)/i
/** Standard output is full of "0 errors": only a line that begins so, or says so in capitals, is one. */
const loud =
  /(^|[\s[(<|])(ERROR|FATAL|CRITICAL|PANIC|FAILED)([\]):>|,\s]|$)|^\W*(error|fatal|panic|uncaught|traceback|exception)\b/
const calm = /(^|[\s[(<|])(info|debug|trace|notice)([\]):>|,\s]|$)/i

export function severityOf(line: Pick<LogLine, 'stream' | 'text'>): Severity {
  if (line.stream === 'belfry') return 'none'
  const text = plainText(line.text).slice(0, 2000)
  if (text.trim() === '') return 'none'
  if (loud.test(text)) return 'error'
  if (warning.test(text)) return 'warning'
  return line.stream === 'err' && !calm.test(text) ? 'error' : 'none'
}

/** Lines by which a command talks to Belfry rather than to the operator. */
export function isDirective(text: string): boolean {
  return /^::(progress|result)\b/.test(text)
}
