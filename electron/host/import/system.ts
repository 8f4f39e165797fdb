/** Everything that this machine schedules, as far as the user whom Belfry runs as may look. Reads only. */
import { join } from 'node:path'
import { messageOf } from '@shared/errors'
import type { ImportError } from '@shared/model/import'
import type { Files } from '../ports'
import { codeOf } from '../store/disk'
import { numbered, type Findings, type Found, type Original } from './candidate'
import { complaint, type RunCommand } from './command-runner'
import { parseCrontab, type CrontabOptions } from './crontab'
import { expandRunParts, readRunParts, scriptsOf, scriptTask } from './run-parts'
import { findTimers } from './systemd'

export interface SystemOptions {
  readonly files: Files
  readonly run: RunCommand
  readonly user: { readonly name: string; readonly uid: number }
  /** Goes before every path that is read; `''` but for tests. */
  readonly root: string
}

/** What the user's own crontab goes by: its file belongs to cron. */
const userCrontabPath = 'crontab -l'

/** Where no crontab names these folders, something else runs them (anacron) or nothing does. */
const conventional: Readonly<Record<string, string>> = {
  '/etc/cron.hourly': '@hourly',
  '/etc/cron.daily': '@daily',
  '/etc/cron.weekly': '@weekly',
  '/etc/cron.monthly': '@monthly',
}

/** Never rejects: what cannot be read is an error or a note among the findings. */
export async function findSystem(options: SystemOptions): Promise<Findings> {
  const { files, run, user, root } = options
  const tables = [await systemTables(options), await userTable(run, user.name)]
  const entries = tables.flatMap((part) => part.found)
  const expanded = await expandRunParts(entries, { files, root })
  const rest = await unnamedFolders(options, expanded.folders)
  const timers = [await findTimers(run, 'system', user.name), await findTimers(run, 'user', user.name)]
  const parts: readonly Findings[] = [...tables, expanded, rest, ...timers]
  return {
    found: numbered([...expanded.found, ...rest.found, ...timers.flatMap((part) => part.found)]),
    errors: parts.flatMap((part) => part.errors),
    notes: [...new Set(parts.flatMap((part) => part.notes))],
  }
}

/** How a file of the machine's own is read, by where it is; undefined for any other file. */
export function systemTable(path: string): CrontabOptions | undefined {
  if (path === '/etc/crontab') return { kind: 'system-crontab', path, user: null, system: true }
  if (/^\/etc\/cron\.d\/[^/]+$/.test(path)) return { kind: 'cron.d', path, user: null, system: true }
  const owner = /^\/var\/spool\/cron\/(?:crontabs\/|tabs\/)?([^/]+)$/.exec(path)?.[1]
  return owner === undefined ? undefined : userOptions(owner)
}

function userOptions(user: string): CrontabOptions {
  return { kind: 'crontab', path: userCrontabPath, user, system: false }
}

async function systemTables({ files, root }: SystemOptions): Promise<Findings> {
  const found: Found[] = []
  const errors: ImportError[] = []
  const notes: string[] = []
  const unreadable = (path: string, error: unknown): void => {
    if (codeOf(error) !== 'ENOENT')
      errors.push({ line: null, path, text: '', message: `it cannot be read: ${messageOf(error)}` })
  }
  const paths = ['/etc/crontab']
  try {
    const names = await files.readdir(root + '/etc/cron.d')
    const debian = await files.stat(root + '/etc/debian_version').then(
      () => true,
      () => false,
    )
    paths.push(
      ...names
        .filter((name) => cronReads(name, debian))
        .toSorted()
        .map((name) => join('/etc/cron.d', name)),
    )
  } catch (error) {
    unreadable('/etc/cron.d', error)
  }
  for (const path of paths) {
    const options = systemTable(path)
    if (!options) continue
    try {
      const text = await files.readFile(root + path, 'utf8')
      const parsed = parseCrontab(text, options)
      found.push(...parsed.found.map((item) => ({ ...item, original: lineOf(item, path) })))
      errors.push(...parsed.errors)
      notes.push(...parsed.notes.map((note) => `${path}: ${note}`))
    } catch (error) {
      unreadable(path, error)
    }
  }
  return { found, errors, notes }
}

function lineOf({ line, candidate }: Found, path: string): Original | null {
  return line === null ? null : { kind: 'line', path, line, text: candidate.source.text }
}

/** Debian's cron takes the names that run-parts takes; cronie all but hidden files and what editors and rpm leave. */
function cronReads(name: string, debian: boolean): boolean {
  if (debian) return /^[A-Za-z0-9_-]+$/.test(name)
  return !/^[.#]|~$|\.rpm(?:save|orig|new)$|\.cfsaved$/.test(name)
}

async function userTable(run: RunCommand, user: string): Promise<Findings> {
  const listed = await run(['crontab', '-l'])
  if (listed.exitCode === null)
    return {
      found: [],
      errors: [],
      notes: ['There is no crontab command here, so no crontab of your own was looked for.'],
    }
  if (listed.exitCode !== 0) {
    const none = /no crontab for/i.test(listed.stderr)
    const message = complaint(listed, 'crontab')
    return { found: [], errors: none ? [] : [{ line: null, path: userCrontabPath, text: '', message }], notes: [] }
  }
  const parsed = parseCrontab(listed.stdout, userOptions(user))
  const found = parsed.found.map((item): Found => {
    const { line, candidate } = item
    return line === null ? item : { ...item, original: { kind: 'user-crontab', line, text: candidate.source.text } }
  })
  return { found, errors: parsed.errors, notes: parsed.notes.map((note) => `Your crontab: ${note}`) }
}

async function unnamedFolders(options: SystemOptions, named: ReadonlySet<string>): Promise<Findings> {
  const found: Found[] = []
  const errors: ImportError[] = []
  const notes: string[] = []
  for (const [folder, time] of Object.entries(conventional)) {
    if (named.has(folder)) continue
    const text = `${time} root run-parts ${folder}`
    const line = parseCrontab(text, { kind: 'system-crontab', path: folder, user: null, system: true }).found[0]
    const call = readRunParts(`run-parts ${folder}`)
    const names = call && (await scriptsOf(options, call).catch(() => []))
    if (!line || !call || !names || names.length === 0) continue
    const entry: Found = { ...line, original: { kind: 'line', path: folder, line: 1, text } }
    for (const name of names) {
      try {
        found.push(await scriptTask(options, entry, call, name))
      } catch (error) {
        errors.push({ line: null, path: `${folder}/${name}`, text: '', message: messageOf(error) })
      }
    }
    notes.push(`No crontab names ${folder} (anacron may run it): its scripts are given ${time}.`)
  }
  return { found, errors, notes }
}
