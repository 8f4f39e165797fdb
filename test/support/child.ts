import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export interface Child {
  readonly pid: number
  say(line: string): void
  /** The next line of its standard output; undefined when there will be none. */
  hear(): Promise<string | undefined>
  /** Kills it without warning; resolves once it is gone. */
  kill(): Promise<void>
}

/** Runs `test/support/FILE` in a process of its own, which is gone when the test is over. Resolves once it says `ready`. */
export async function startChild(file: string): Promise<Child> {
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, [here('run-ts.mjs'), here(file)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exit
  }
  onTestFinished(kill)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const hear = async (): Promise<string | undefined> => {
    const { value, done } = await lines.next()
    return done ? undefined : value
  }
  const first = await hear()
  if (first !== 'ready' || child.pid === undefined) throw new Error(`the child did not start: ${first}`)
  return { pid: child.pid, say: (line) => void child.stdin.write(`${line}\n`), hear, kill }
}
