/**
 * Switching off what scheduled a job until now. A copy of it is on disk before anything is touched; what is touched stays
 * where it is, so that an administrator finds it and can put it back by hand.
 */
import { basename, dirname, join } from 'node:path'
import { assertNever, BelfryError } from '@shared/errors'
import type { Files } from '../ports'
import { makeFolder, syncFolder, writeNewFile } from '../store/disk'
import type { Original } from './candidate'
import { complaint, type RunCommand } from './command-runner'
import { systemctl } from './systemd'

export interface SwitchOptions {
  readonly files: Files
  readonly run: RunCommand
  /** Where copies go; made when it is not there. */
  readonly copies: string
  /** Goes before every path of the machine's; `''` but for tests. */
  readonly root: string
  /** ISO instant; names the copies. */
  readonly at: string
}

/** Originals with the same key are switched off in one go. */
export function originalKey(original: Original): string {
  switch (original.kind) {
    case 'line':
    case 'script':
      return original.path
    case 'user-crontab':
      return 'your crontab'
    case 'timer':
      return original.manager === 'user' ? `your ${original.unit}` : original.unit
    default:
      return assertNever(original)
  }
}

/**
 * Switches off originals that share a key, and says what was done and where the copy is. Throws with the reason when it could
 * not; then they are still on, all of them.
 */
export async function switchOff(originals: readonly Original[], options: SwitchOptions): Promise<string> {
  const [first] = originals
  switch (first?.kind) {
    case undefined:
      return ''
    case 'line':
      return switchFile(first.path, originals, options)
    case 'user-crontab':
      return switchUserCrontab(originals, options)
    case 'script':
      return switchScript(first, options)
    case 'timer':
      return switchTimer(first, options)
    default:
      return assertNever(first)
  }
}

async function keepCopy(name: string, bytes: Uint8Array, { files, copies, at }: SwitchOptions): Promise<string> {
  await makeFolder(files, copies)
  const path = join(copies, `${at.replace(/[:.]/g, '-')}-${name.replace(/^\/+/, '').replaceAll('/', '-')}`)
  await writeNewFile(files, path, bytes)
  await syncFolder(files, copies)
  return path
}

async function switchFile(path: string, originals: readonly Original[], options: SwitchOptions): Promise<string> {
  const { files, root, at } = options
  // A link stays a link: what it leads to is replaced.
  const real = await files.realpath(root + path)
  const bytes = await files.readFile(real)
  const changed = commentedOut(bytes, originals, path, at)
  const copy = await keepCopy(path, bytes, options)
  const { mode, uid, gid } = await files.stat(real)
  // Neither Debian's cron nor cronie reads a name with a leading dot.
  const temporary = join(dirname(real), `.${basename(real)}.belfry`)
  // What a host that died in the middle may have left.
  await files.rm(temporary, { force: true })
  await writeNewFile(files, temporary, changed)
  try {
    const handle = await files.open(temporary, 'r+')
    try {
      const made = await handle.stat()
      if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid)
      await handle.chmod(mode & 0o7777)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await files.rename(temporary, real)
  } catch (error) {
    await files.unlink(temporary).catch(() => undefined)
    throw error
  }
  await syncFolder(files, dirname(real))
  return `${path}: ${lines(originals.length)} commented out; the file as it was is ${copy}.`
}

async function switchUserCrontab(originals: readonly Original[], options: SwitchOptions): Promise<string> {
  const { run, at } = options
  const before = await run(['crontab', '-l'])
  if (before.exitCode !== 0) throw failed(complaint(before, 'crontab'))
  if (before.stdout.includes('\uFFFD')) throw failed('the crontab is not UTF-8 and would be damaged')
  const bytes = Buffer.from(before.stdout)
  const changed = commentedOut(bytes, originals, 'your crontab', at).toString()
  const copy = await keepCopy('crontab', bytes, options)
  const written = await run(['crontab', '-'], changed.endsWith('\n') ? changed : `${changed}\n`)
  if (written.exitCode !== 0) throw failed(complaint(written, 'crontab'))
  return `Your crontab: ${lines(originals.length)} commented out; the crontab as it was is ${copy}.`
}

/** The text with those lines as comments, byte for byte the same elsewhere. Throws when a line is no longer what it was. */
function commentedOut(bytes: Uint8Array, originals: readonly Original[], where: string, at: string): Buffer {
  const text = Buffer.from(bytes).toString('latin1').split('\n')
  for (const original of originals) {
    if (original.kind !== 'line' && original.kind !== 'user-crontab') continue
    const line = text[original.line - 1] ?? ''
    const read = Buffer.from(line, 'latin1')
      .toString('utf8')
      .replace(/^\uFEFF/, '')
      .trim()
    if (read !== original.text) throw failed(`${where} was changed meanwhile`)
    text[original.line - 1] = `# Belfry runs this since ${at}:\n#${line}`
  }
  return Buffer.from(text.join('\n'), 'latin1')
}

async function switchScript(original: Extract<Original, { kind: 'script' }>, options: SwitchOptions): Promise<string> {
  const { files, root } = options
  const { path, form } = original
  switch (form) {
    case 'link': {
      const target = await files.realpath(root + path)
      const copy = await keepCopy(`${path}.link`, Buffer.from(`ln -s ${target} ${path}\n`), options)
      await files.unlink(root + path)
      await syncFolder(files, dirname(root + path))
      return `${path}: the link to ${target} was removed; ${copy} says how to put it back.`
    }
    case 'script': {
      const { mode } = await files.stat(root + path)
      const copy = await keepCopy(path, await files.readFile(root + path), options)
      await files.chmod(root + path, mode & 0o7777 & ~0o111)
      return `${path} is no longer executable (it had mode ${(mode & 0o7777).toString(8)}); a copy is ${copy}.`
    }
    case 'program':
      throw failed(
        `${path} is not a script with a "#!" line, so it has to stay executable and cannot be switched off in its place`,
      )
    default:
      return assertNever(form)
  }
}

async function switchTimer(original: Extract<Original, { kind: 'timer' }>, options: SwitchOptions): Promise<string> {
  const { unit, manager, enabled } = original
  const shown = await options.run(systemctl(manager, 'cat', '--no-pager', '--', unit))
  if (shown.exitCode !== 0) throw failed(complaint(shown, 'systemctl'))
  const copy = await keepCopy(unit, Buffer.from(shown.stdout), options)
  // A timer that was never enabled (static, generated) is pulled in by something else; only a mask keeps it off.
  const verb = enabled ? 'disable' : 'mask'
  const done = await options.run(systemctl(manager, verb, '--now', '--', unit))
  if (done.exitCode !== 0) throw failed(complaint(done, 'systemctl'))
  const back = systemctl(manager, enabled ? 'enable' : 'unmask', '--now', unit).join(' ')
  return `${unit} is ${enabled ? 'disabled' : 'masked'} ("${back}" puts it back); a copy is ${copy}.`
}

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`
}

function failed(message: string): BelfryError {
  return new BelfryError('CONFLICT', message)
}
