/** A short name for a task out of its command line. A reading for people, not a shell's: it may simplify, never fail. */

const maximumNameLength = 60

/** The first thing that the line really does, and the programs it is piped into, in at most 60 characters. */
export function taskName(command: string): string {
  const steps = splitSteps(command)
  const from = Math.max(
    0,
    steps.findIndex((step) => !isPreparation(step.text)),
  )
  const first = simplified(steps[from]?.text ?? '')
  const pipes: string[] = []
  for (let index = from; steps[index]?.end === '|'; index += 1) {
    const program = simplified(steps[index + 1]?.text ?? '').split(/\s/)[0]
    if (program) pipes.push(program)
  }
  const name = [first, ...pipes].filter((part) => part !== '').join(' | ')
  return shortened(name === '' ? command : name) || 'command'
}

interface Step {
  readonly text: string
  /** What ends it: `|`, `;`, `&&`, `||`, `&`, or nothing. */
  readonly end: string
}

/** Splits at the separators that stand outside quotes and parentheses. */
function splitSteps(command: string): Step[] {
  const steps: Step[] = []
  let start = 0
  let quote = ''
  let depth = 0
  for (let at = 0; at < command.length; at += 1) {
    const character = command[at] ?? ''
    if (character === '\\' && quote !== "'") at += 1
    else if (quote !== '') quote = character === quote ? '' : quote
    else if (character === '"' || character === "'" || character === '`') quote = character
    else if (character === '(') depth += 1
    else if (character === ')') depth = Math.max(0, depth - 1)
    else if (depth === 0) {
      const end = /^(?:&&|\|\||[|;\n]|&(?![>\d]))/.exec(command.slice(at, at + 2))?.[0]
      if (end === undefined || (end === '&' && command[at - 1] === '>')) continue
      steps.push({ text: command.slice(start, at), end })
      at += end.length - 1
      start = at + 1
    }
  }
  steps.push({ text: command.slice(start), end: '' })
  return steps
}

/** Going to a folder, waiting, and asking whether to run at all are not what the job is about. */
function isPreparation(step: string): boolean {
  const words = simplified(step)
  return words === '' || /^(?:cd|test|\[|\[\[|sleep|export|set|umask|true|:)(?:\s|$)/.test(words)
}

function simplified(step: string): string {
  // Spaces first: a pattern that may begin or end with many of them takes time in squares of their number.
  return step
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[({]\s*/, '')
    .replace(/^(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'$`]*)\s+)+(?=\S)/, '')
    .replace(
      /^(?:(?:\/usr)?\/bin\/env\s+|env\s+(?!-)|exec\s+|sudo\s+(?!-)|nice(?:\s+-n\s*\S+|\s+-\d+)?\s+|ionice(?:\s+-[cn]\s*\S+)+\s+|nohup\s+)+(?=\S)/,
      '',
    )
    .replace(/ ?(?:\d|&)?>>? ?(?:&\d|[^\s&|;"']+)/g, '')
    .replace(/^\/(?:[^\s/"']+\/)+(?=[^\s/])/, '')
    .replace(/\s+/g, ' ')
    .trim()
}

function shortened(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim()
  const characters = [...line]
  if (characters.length <= maximumNameLength) return line
  const cut = characters.slice(0, maximumNameLength - 1).join('')
  const space = cut.lastIndexOf(' ')
  return `${(space > maximumNameLength / 2 ? cut.slice(0, space) : cut).trimEnd()}…`
}
