/**
 * Crontabs, as crontab(5) and Vixie's cron read them: comments, environment lines, entries, and in a system crontab the user
 * before the command. Pure; a bad line is named and the rest goes on.
 */
import { BelfryError } from '@shared/errors'
import type { ImportCandidate } from '@shared/model/import'
import type { ImportSource } from '@shared/model/task'
import { checkedCandidate, numbered, refusal, type Findings, type Found } from './candidate'
import { readFields } from './cron-fields'
import { assign, emptyEnvironment, readAssignment, type CrontabEnvironment } from './crontab-environment'
import { taskName } from './task-name'

export interface CrontabOptions {
  readonly kind: Extract<ImportSource['kind'], 'crontab' | 'system-crontab' | 'cron.d'>
  /** Marks the tasks; null for a text given by hand. */
  readonly path: string | null
  /** Whose crontab it is; null when nobody says. A system crontab's entries say it themselves. */
  readonly user: string | null
  /** True where a user stands before the command, as in /etc/crontab and /etc/cron.d. */
  readonly system: boolean
}

/** Never throws. Every line is a comment, blank, an environment line, an entry or an error. Entries come switched off. */
export function parseCrontab(text: string, options: CrontabOptions): Findings {
  const found: Found[] = []
  const errors: Findings['errors'][number][] = []
  const notes: string[] = []
  const mail = new Set<string>()
  let environment = emptyEnvironment
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const entry = raw.replace(/^\uFEFF/, '').trim()
    if (entry === '' || entry.startsWith('#')) continue
    const refuse = (message: string): void =>
      void errors.push({ line, path: options.path, text: excerpt(entry), message })
    if (entry.length > maximumLineLength) {
      refuse(`the line has more than ${maximumLineLength} characters`)
      continue
    }
    const assignment = readAssignment(entry)
    if (assignment) {
      const assigned = assign(environment, assignment)
      environment = assigned.environment
      if (assigned.error !== undefined) refuse(assigned.error)
      if (assigned.note !== undefined) notes.push(`Line ${line}: ${assigned.note}.`)
      continue
    }
    const broken = Object.values(environment.broken)[0]
    if (broken !== undefined) {
      refuse(broken)
      continue
    }
    try {
      found.push({ candidate: readEntry(entry, environment, options), line, original: null })
      if (environment.mailTo) mail.add(environment.mailTo)
    } catch (error) {
      refuse(refusal(error))
    }
  }
  for (const address of mail)
    notes.push(`cron mailed output to ${address} (MAILTO); the tasks carry that as a note, Belfry sends no mail.`)
  return { found: numbered(found), errors, notes }
}

const nickname = /^@(reboot|yearly|annually|monthly|weekly|daily|midnight|hourly)\s+(\S.*)$/is

/**
 * Ten times what Vixie's and Debian's cron run (1000 characters). cronie would take 131,072, but whatever is read out of a
 * line here is looked at several times over, and a text of many long lines must not hold up the host.
 */
const maximumLineLength = 10_000

function readEntry(entry: string, environment: CrontabEnvironment, options: CrontabOptions): ImportCandidate {
  const { when, rest } = readWhen(entry)
  const match = options.system ? /^(\S+)\s+(\S.*)$/s.exec(rest) : null
  if (options.system && !match) throw invalid('a system crontab needs a user and a command after the time')
  const { command, stdin } = splitPercent(match?.[2] ?? rest)
  const zone = environment.zone
  return checkedCandidate({
    name: taskName(command),
    notes: environment.mailTo === undefined ? '' : mailNote(environment.mailTo),
    enabled: false,
    triggers: [
      when === '@reboot'
        ? { kind: 'startup', on: 'boot' }
        : { kind: 'cron', expression: when, ...(zone === null ? {} : { timezone: zone }) },
    ],
    action: {
      kind: 'command',
      command,
      ...(environment.shell === undefined ? {} : { shell: environment.shell }),
      ...(environment.folder === undefined ? {} : { cwd: environment.folder }),
      ...(Object.keys(environment.variables).length === 0 ? {} : { env: { ...environment.variables } }),
      ...(stdin === undefined ? {} : { stdin }),
    },
    source: {
      kind: options.kind,
      path: options.path,
      user: match?.[1] ?? options.user,
      text: entry,
      timezone: zone,
      ordinal: 0,
    },
    locked: null,
  })
}

/** The time of an entry, and what stands after it. */
function readWhen(entry: string): { when: string; rest: string } {
  if (entry.startsWith('@')) {
    const match = nickname.exec(entry)
    if (match) return { when: `@${(match[1] ?? '').toLowerCase()}`, rest: match[2] ?? '' }
    const word = entry.split(/\s/)[0] ?? ''
    throw invalid(
      nickname.test(`${word} command`)
        ? `there is no command after ${word}`
        : `"${word}" is not a nickname that cron knows`,
    )
  }
  // A "-" before the minute keeps the entry out of the system's log (SUSE, cronie); it has no bearing here.
  const match = /^-?(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S.*)$/s.exec(entry)
  if (!match) {
    const words = entry.split(/\s+/).length
    throw invalid(`five time fields and a command are needed; the line has ${words} ${words === 1 ? 'word' : 'words'}`)
  }
  const reading = readFields(match.slice(1, 6))
  if ('refused' in reading) throw invalid(reading.refused)
  return { when: reading.expression, rest: match[6] ?? '' }
}

/**
 * The first `%` ends the command; what follows is its standard input, each further `%` a new line, with a new line at the
 * end unless it has one. `\%` is `%`; in the command, as Vixie's do_command.c has it, `\\` is `\` too.
 */
export function splitPercent(text: string): { command: string; stdin: string | undefined } {
  const [, command = '', input] = /^((?:\\.|[^%\\]|\\$)*)(?:%(.*))?$/s.exec(text) ?? []
  const stdin = input?.replace(/\\%|%/g, (found) => (found === '%' ? '\n' : '%'))
  return {
    command: command.replace(/\\([%\\])/g, '$1'),
    stdin: stdin === undefined || stdin === '' || stdin.endsWith('\n') ? stdin : `${stdin}\n`,
  }
}

function mailNote(mailTo: string): string {
  return mailTo === '' ? 'No mail (MAILTO was empty)' : `Mail to ${mailTo} (MAILTO)`
}

/** Enough of a line to know it by. */
function excerpt(line: string): string {
  return line.length > 1000 ? `${line.slice(0, 999)}…` : line
}

function invalid(message: string): BelfryError {
  return new BelfryError('INVALID', message)
}
