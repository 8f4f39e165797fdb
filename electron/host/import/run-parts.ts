/**
 * run-parts (Debian's debianutils, and the script of the same name elsewhere): a crontab line that calls it stands for the
 * scripts of a folder, and each of them becomes a task of its own.
 */
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import type { ImportError } from '@shared/model/import'
import type { Files } from '../ports'
import { checkedCandidate, type Findings, type Found, type ScriptForm } from './candidate'

export interface RunPartsCall {
  readonly folder: string
  /** Where `cd` went before it. */
  readonly cwd: string | undefined
  /** What each script is given. */
  readonly args: readonly string[]
  /** Which names run. */
  readonly names: RegExp
}

const plainNames = /^[A-Za-z0-9_-]+$/
const lsbNames = /^(?:[a-z0-9]+|_?(?:[a-z0-9_.]+-)+[a-z0-9]+|[A-Za-z0-9_-]+)$/
const leftOvers = /\.dpkg-(?:old|dist|new|tmp)$/

const guard = String.raw`(?:(?:test|\[) [^|&;]*(?:\|\||&&) ?)?`
const changeFolder = String.raw`(?:cd ([^ ;&|]+) ?(?:&&|;) ?)?`
const niceness = String.raw`(?:(?:nice|ionice)(?: -\S+(?: \d+)?)* )?`
/** A number before `>` belongs to the redirection. */
const call = String.raw`(?:\S*\/)?run-parts((?: (?!\d>)[^ ;&|<>{}()]+)+) ?`
const redirections = String.raw`(?:\d?>>? ?(?:&\d|[^ ;&|<>]+)(?: |$|(?=[;})])))*`

/**
 * A guard such as `test -x /usr/sbin/anacron ||`, a brace, a `cd`, the call, redirections; nothing else. For a line with
 * single spaces: no part of it can then be read in two ways, which would take time in powers of its length.
 */
const line = new RegExp(
  `^${guard}[{(]? ?${changeFolder}${niceness}${call}${redirections}(?:; ?)?(?:[})] ?${redirections})?$`,
)

/** What the command line calls run-parts for; undefined when it does something else or cannot be told by looking. */
export function readRunParts(command: string): RunPartsCall | undefined {
  const match = line.exec(command.replace(/\s+/g, ' ').trim())
  if (!match) return undefined
  const words = (match[2] ?? '').trim().split(/\s+/)
  const folder = words.pop()?.replace(/(?<=[^/])\/+$/, '') ?? ''
  if (!/^\/[\w./+@:-]*$/.test(folder)) return undefined
  const args: string[] = []
  let names = plainNames
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const argument = /^--arg=(.*)$/.exec(word)?.[1]
    if (argument !== undefined) args.push(argument)
    else if (word === '-a' || word === '-u') {
      index += 1
      if (word === '-a') args.push(words[index] ?? '')
    } else if (word === '--lsbsysinit') names = lsbNames
    else if (/^--regex=/.test(word)) {
      const own = expression(word.slice('--regex='.length).replace(/^(['"])(.*)\1$/, '$2'))
      if (!own) return undefined
      names = own
    } else if (!/^(?:--report|--verbose|-v|--debug|-d|--umask=\S+|--new-session|--exit-on-error|--)$/.test(word))
      return undefined
  }
  return { folder, cwd: match[1], args, names }
}

function expression(text: string): RegExp | undefined {
  try {
    return new RegExp(text)
  } catch {
    return undefined
  }
}

/** The names that run-parts would run, in its order. @throws what the disk says when the folder cannot be read */
export async function scriptsOf({ files, root }: ExpandOptions, { folder, names }: RunPartsCall): Promise<string[]> {
  const scripts: string[] = []
  for (const name of (await files.readdir(root + folder)).toSorted()) {
    if (!names.test(name) || leftOvers.test(name)) continue
    const stat = await files.stat(join(root + folder, name)).catch(() => undefined)
    if (stat?.isFile() && (stat.mode & 0o111) !== 0) scripts.push(name)
  }
  return scripts
}

/** Where scripts are looked at. */
export interface ExpandOptions {
  readonly files: Files
  /** Goes before every path that is read; `''` but for tests. */
  readonly root: string
}

/**
 * The task for one script, with what `entry` says about time, environment and mail. It goes on working when the script is
 * switched off where it is, by taking its executable bits or the link to it: it names the interpreter, or the link's target.
 */
export async function scriptTask(
  { files, root }: ExpandOptions,
  entry: Found,
  call: RunPartsCall,
  name: string,
): Promise<Found> {
  const path = `${call.folder}/${name}`
  const { form, command } = await howToRun(files, root, path)
  const { env } = entry.candidate.action
  const cwd = call.cwd ?? entry.candidate.action.cwd
  const candidate = checkedCandidate({
    ...entry.candidate,
    name: `${call.folder.split('/').at(-1) ?? ''}/${name}`,
    action: {
      kind: 'command',
      command: [...command, ...call.args],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    },
    source: { ...entry.candidate.source, kind: 'run-parts', path },
  })
  return { candidate, line: null, original: entry.original && { kind: 'script', path, form } }
}

async function howToRun(files: Files, root: string, path: string): Promise<{ form: ScriptForm; command: string[] }> {
  if ((await files.lstat(root + path)).isSymbolicLink()) {
    const target = await files.realpath(root + path)
    return { form: 'link', command: [target.startsWith(root) ? target.slice(root.length) : target] }
  }
  const text = await files.readFile(root + path, 'latin1').catch(() => '')
  // As the kernel reads it: an interpreter, and all the rest of the line as one argument.
  const [, interpreter, argument] = /^#![ \t]*(\/\S+)(?:[ \t]+([^\n]*?))?[ \t\r]*(?:\n|$)/.exec(text) ?? []
  if (interpreter === undefined) return { form: 'program', command: [path] }
  return { form: 'script', command: [interpreter, ...(argument ? [argument] : []), path] }
}

/** Entries that call run-parts become their folder's scripts; a folder that cannot be read is an error of that line. */
export async function expandRunParts(
  found: readonly Found[],
  options: ExpandOptions,
): Promise<Findings & { readonly folders: ReadonlySet<string> }> {
  const folders = new Set<string>()
  const errors: ImportError[] = []
  const expanded: Found[] = []
  const notes: string[] = []
  for (const item of found) {
    const { command } = item.candidate.action
    const call = typeof command === 'string' ? readRunParts(command) : undefined
    if (!call) {
      expanded.push(item)
      continue
    }
    folders.add(call.folder)
    try {
      const names = await scriptsOf(options, call)
      if (names.length === 0) notes.push(`${call.folder} has no scripts to run.`)
      for (const name of names) expanded.push(await scriptTask(options, item, call, name))
    } catch (error) {
      const { path, text } = item.candidate.source
      errors.push({
        line: item.line,
        path,
        text,
        message: `the scripts of ${call.folder} cannot be listed: ${messageOf(error)}`,
      })
    }
  }
  return { found: expanded, errors, notes, folders }
}
