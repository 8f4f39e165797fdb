/** For every `ModuleRunner`: Node's `fork` and Electron's `utilityProcess`. */
import { strict as assert } from 'node:assert'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { ModuleProcess, ModuleRunner } from '../../electron/host/ports'
import type { ContractCase } from './contract'

/** How a module talks to its starter under either runner. */
const door = `
const port = process.parentPort
const post = (message) => (port ? port.postMessage(message) : process.send(message))
const onMessage = (listener) => (port ? port.on('message', ({ data }) => listener(data)) : process.on('message', listener))
`

async function withModule(
  runner: ModuleRunner,
  source: string,
  use: (module: ModuleProcess) => Promise<void>,
  options: { args?: readonly string[]; env?: Record<string, string> } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'belfry-module-'))
  const file = join(folder, 'module.mjs')
  await writeFile(file, door + source)
  let module: ModuleProcess | undefined
  try {
    module = await runner.start({ file, args: options.args ?? [], env: options.env ?? {} })
    await use(module)
  } finally {
    module?.kill('SIGKILL')
    await module?.exited
    await rm(folder, { recursive: true, force: true })
  }
}

function nextMessage({ port }: ModuleProcess): Promise<unknown> {
  return new Promise((resolve) => port.onMessage(resolve))
}

export const moduleRunnerContract: readonly ContractCase<ModuleRunner>[] = [
  {
    name: 'gives a module its arguments and exactly the environment that it was told',
    check: (runner) =>
      withModule(
        runner,
        `post({ args: process.argv.slice(2), mine: process.env.MINE, home: process.env.HOME ?? null })`,
        async (module) => {
          assert.deepEqual(await nextMessage(module), { args: ['two words', '"'], mine: 'yes', home: null })
        },
        { args: ['two words', '"'], env: { MINE: 'yes' } },
      ),
  },
  {
    name: 'clones messages both ways',
    check: (runner) =>
      withModule(
        runner,
        `onMessage((message) => post({ ...message, seen: message.map.get('key') }))`,
        async (module) => {
          const answer = nextMessage(module)
          const message = { map: new Map([['key', 1n]]), at: new Date(0), bytes: new Uint8Array([1, 2]) }
          module.port.post(message)
          assert.deepEqual(await answer, { ...message, seen: 1n })
        },
      ),
  },
  {
    name: 'keeps what a module says before somebody listens',
    check: (runner) =>
      withModule(runner, `post('first'); console.log('said')`, async (module) => {
        await new Promise((resolve) => module.stdout.once('data', resolve))
        assert.equal(await nextMessage(module), 'first')
      }),
  },
  {
    name: 'gives both output streams and the exit code, and tells that the port has closed',
    check: (runner) =>
      // Electron's utilityProcess does not end by itself when a module has nothing left to do.
      withModule(runner, `console.log('out'); console.error('err'); process.exit(7)`, async (module) => {
        const closed = new Promise<void>((resolve) => module.port.onClose(resolve))
        const output = Promise.all([text(module.stdout), text(module.stderr)])
        assert.deepEqual(await module.exited, { code: 7, signal: null })
        assert.deepEqual(await output, ['out\n', 'err\n'])
        await closed
      }),
  },
  {
    name: 'ends a module by signal, and says so',
    check: async (runner) => {
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await withModule(runner, `setInterval(() => undefined, 1000); post('up')`, async (module) => {
          await nextMessage(module)
          module.kill(signal)
          assert.deepEqual(await module.exited, { code: null, signal })
          module.kill(signal)
          module.port.post('too late')
        })
      }
    },
  },
  {
    name: 'tells a throwing module’s exit code',
    check: (runner) =>
      withModule(runner, `throw new Error('no good')`, async (module) => {
        const errors = text(module.stderr)
        assert.deepEqual(await module.exited, { code: 1, signal: null })
        assert.match(await errors, /no good/)
      }),
  },
]
