/** A task's definition in the operator's editor. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { BelfryError, invalidInput, messageOf } from '@shared/errors'
import { asWritten } from '@shared/model/as-written'
import { taskDefinition, type TaskDefinition } from '@shared/model/task'
import type { Terminal } from './terminal'

/**
 * Opens VISUAL or EDITOR on the definition as JSON, again and again until `save` takes it or the operator gives up.
 * @returns what `save` gave; undefined when nothing was changed. Throws what `save` threw when nobody is there to ask.
 */
export async function editDefinition<T>(
  definition: TaskDefinition,
  save: (changed: TaskDefinition) => Promise<T>,
  terminal: Terminal,
): Promise<T | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'belfry-edit-'))
  const file = join(folder, 'task.json')
  const before = `${JSON.stringify(definition, null, 2)}\n`
  await writeFile(file, before, { mode: 0o600 })
  let keep = false
  try {
    for (;;) {
      await openEditor(file, terminal)
      const text = await readFile(file, 'utf8')
      if (text === before) return undefined
      try {
        return await save(readDefinition(text))
      } catch (error) {
        if (!(error instanceof BelfryError)) throw error
        keep = !(await wantsAnotherTry(error, terminal))
        if (keep)
          throw new BelfryError(error.code, `${error.message}; what you wrote is kept in ${file}`, {
            ...(error.field === undefined ? {} : { field: error.field }),
          })
      }
    }
  } finally {
    if (!keep) await rm(folder, { recursive: true })
  }
}

function readDefinition(text: string): TaskDefinition {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new BelfryError('INVALID', `this is not JSON: ${messageOf(error)}`, { cause: error })
  }
  const parsed = asWritten(taskDefinition).safeParse(value)
  if (!parsed.success) throw invalidInput(parsed.error)
  return parsed.data
}

async function openEditor(file: string, { env, stdin }: Terminal): Promise<void> {
  const editor = env['VISUAL'] || env['EDITOR'] || (process.platform === 'win32' ? 'notepad' : 'vi')
  const child =
    process.platform === 'win32'
      ? spawn(editor, [file], { stdio: 'inherit', shell: true })
      : spawn('/bin/sh', ['-c', `${editor} "$1"`, 'edit', file], {
          stdio: [stdin.isTTY ? 'inherit' : 'ignore', 'inherit', 'inherit'],
        })
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
  if (code !== 0)
    throw new BelfryError(
      'UNAVAILABLE',
      `the editor "${editor}" ended with ${code}; set EDITOR to another, or use flags: belfry edit --help`,
    )
}

async function wantsAnotherTry(error: BelfryError, { stdin, stderr }: Terminal): Promise<boolean> {
  if (!stdin.isTTY) return false
  const reader = createInterface({ input: stdin, output: stderr })
  const answer = await reader.question(
    `${error.code}: ${error.message}${error.field === undefined ? '' : ` (${error.field})`}\nEdit again? [Y/n] `,
  )
  reader.close()
  return !/^n/i.test(answer.trim())
}
