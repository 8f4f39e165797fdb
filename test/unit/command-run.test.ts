import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProcessIdentity } from '@shared/model/run'
import { systemClock } from '../../electron/platform/clock'
import { CommandBench } from '../support/command-bench'
import { deferred } from '../support/deferred'
import { MemoryLogWriter } from '../support/memory-log-writer'
import { until } from '../support/until'

let bench: CommandBench
beforeAll(async () => {
  bench = await CommandBench.make()
})
afterAll(() => bench.remove())

const printArguments = (...args: string[]): string[] => [
  process.execPath,
  '-e',
  'console.log(JSON.stringify(process.argv.slice(1)))',
  '--',
  ...args,
]

describe('a command’s beginning', () => {
  it('is told once, when the command itself has begun, not when it is recorded', async () => {
    const [recorded, atGate] = [deferred<void>(), deferred<void>()]
    const started = (): Promise<void> => {
      atGate.resolve()
      return recorded.promise
    }
    const running = await bench.start({ command: 'sleep 0.05' }, { started })
    await atGate.promise
    expect(running.began).toEqual([])
    const opened = Date.now()
    recorded.resolve()
    await running.done
    expect(running.began).toHaveLength(1)
    expect(running.began[0]).toBeGreaterThanOrEqual(opened)
    expect(running.began[0]).toBeLessThanOrEqual(Date.now())
  })

  it('is when it began, though a host that stood still sees it long after', async () => {
    const clock = systemClock()
    let stoodStill = 0
    const stalled = await CommandBench.make({
      clock: {
        ...clock,
        now: () => clock.now() + 3_600_000,
        monotonic: () => clock.monotonic() + (stoodStill += 3000),
      },
    })
    const { done, began } = await stalled.start({ command: 'sleep 0.05' })
    await done
    await stalled.remove()
    expect(began).toHaveLength(1)
    expect(began[0]).toBeLessThanOrEqual(Date.now())
  })

  it('is not told of one that never began', async () => {
    const { done, began } = await bench.start({ command: 'true' }, { started: () => Promise.reject(new Error('full')) })
    expect(await done).toMatchObject({ error: { code: 'STORAGE' } })
    expect(began).toEqual([])
  })
})

describe('what a command is given', () => {
  it('gets every argument of a list exactly', async () => {
    const args = [
      'two words',
      `"double" 'single'`,
      'line\nbreak',
      '',
      '$HOME `id` \\',
      '*',
      '-n',
      'ü 日本 \t',
      '%PATH%',
    ]
    const { log, outcome } = await bench.run({ command: printArguments(...args) })
    expect(JSON.parse(log.texts('out')[0] ?? '')).toEqual(args)
    expect(outcome).toEqual({ exitCode: 0, signal: null, error: null, stderrTail: '', survivors: [] })
  })

  it('has a shell line read by sh, or by the shell that was asked for', async () => {
    const sh = await bench.run({ command: 'for x in 1 2; do echo "n $x"; done | tac' })
    expect(sh.log.texts()).toEqual(['n 2', 'n 1'])
    const bash = await bench.run({ command: 'a=(x y z); echo ${a[2]} $0', shell: '/bin/bash' })
    expect(bash.log.texts()).toEqual(['z /bin/bash'])
  })

  it('starts in its working folder, by default at home, with ~ for the home folder', async () => {
    await mkdir(bench.path('a folder'))
    const pwd = async (cwd?: string) =>
      (await bench.run({ command: ['/bin/pwd'], ...(cwd === undefined ? {} : { cwd }) })).log.texts()
    expect(await pwd()).toEqual([bench.folder])
    expect(await pwd('~/a folder')).toEqual([bench.path('a folder')])
    expect(await pwd('/')).toEqual(['/'])
  })

  it('reads its standard input from what the action holds, else nothing', async () => {
    const stdin = 'first\nsecond, without an end'
    expect((await bench.run({ command: ['cat'], stdin })).log.texts()).toEqual(stdin.split('\n'))
    expect((await bench.run({ command: 'wc -c' })).log.texts().map((text) => text.trim())).toEqual(['0'])
  })

  it('runs in a session and group of its own, with umask 022 and no signal ignored', async () => {
    const { log, identity } = await bench.run({
      command: 'umask; ps -o pgid=,sid= -p $$; grep SigIgn /proc/self/status',
    })
    const { pid } = await identity
    const [umask, ids, ignored] = log.texts()
    expect(umask).toBe('0022')
    expect(ids?.trim().split(/\s+/)).toEqual([String(pid), String(pid)])
    expect(ignored).toMatch(/SigIgn:\s+0+$/)
  })

  it('has pipes for its output that it can open again', async () => {
    const { log } = await bench.run({
      command: 'echo one >/dev/stderr; echo two >/dev/stderr; echo three >/dev/stdout',
    })
    expect(log.texts('err')).toEqual(['one', 'two'])
    expect(log.texts('out')).toEqual(['three'])
  })

  it('inherits no file of the host', async () => {
    const command = ['/bin/ls', '/proc/self/fd'] as const
    const { log } = await bench.run({ command: [...command] })
    // What the test itself was started with goes to every child.
    const plain = execFileSync(command[0], [command[1]], { encoding: 'utf8' })
    expect(log.texts()).toEqual(plain.trim().split('\n'))
  })
})

describe('how a command ends', () => {
  it.each([
    { command: 'exit 0', exitCode: 0, error: null },
    { command: 'exit 3', exitCode: 3, error: { code: 'EXIT_CODE', message: 'exit code 3' } },
    { command: 'exit 255', exitCode: 255, error: { code: 'EXIT_CODE', message: 'exit code 255' } },
    {
      command: 'echo warning >&2; printf "\\033[31mno such table\\033[0m\\n\\n  \\n" >&2; exit 4',
      exitCode: 4,
      error: { code: 'EXIT_CODE', message: 'no such table', detail: 'exit code 4' },
    },
  ])('takes "$command" for what it is', async ({ command, exitCode, error }) => {
    expect((await bench.run({ command })).outcome).toMatchObject({ exitCode, error, signal: null })
  })

  it('counts the exit codes that were declared as success, and only those', async () => {
    const successExitCodes = [3, 24, 143]
    for (const code of successExitCodes) {
      const { outcome } = await bench.run({ command: `exit ${code}`, successExitCodes })
      expect(outcome).toMatchObject({ exitCode: code, signal: null, error: null })
    }
    const { outcome } = await bench.run({ command: 'exit 0', successExitCodes })
    expect(outcome).toMatchObject({ exitCode: 0, error: { code: 'EXIT_CODE' } })
  })

  it.each(['KILL', 'TERM', 'SEGV', 'HUP', 'USR1'])('says that SIG%s ended it', async (name) => {
    const { outcome } = await bench.run({ command: `kill -${name} $$` })
    const signal = `SIG${name}`
    expect(outcome).toMatchObject({ exitCode: null, signal, error: { code: 'SIGNAL', message: `ended by ${signal}` } })
  })

  it('keeps the last 4 KiB of standard error', async () => {
    const { outcome } = await bench.run({ command: 'for i in $(seq 2000); do echo "line $i ü"; done >&2; exit 1' })
    expect(Buffer.byteLength(outcome.stderrTail)).toBeGreaterThan(4000)
    expect(Buffer.byteLength(outcome.stderrTail)).toBeLessThanOrEqual(4096)
    expect(outcome.stderrTail).toMatch(/line 1999 ü\nline 2000 ü\n$/)
    expect(outcome.error?.message).toBe('line 2000 ü')
  })
})

describe('what cannot be started', () => {
  it.each([
    { what: 'a program', action: { command: ['no-such-program'] }, message: '"no-such-program" was not found' },
    {
      what: 'a shell',
      action: { command: 'true', shell: '/no/shell' },
      message: 'the shell "/no/shell" was not found',
    },
    {
      what: 'a word of a shell line',
      action: { command: 'no-such-word' },
      message: /no-such-word: (command )?not found/,
    },
  ])('says that $what was not found', async ({ action, message }) => {
    const { outcome } = await bench.run(action)
    expect(outcome).toMatchObject({ exitCode: 127, error: { code: 'NOT_FOUND', detail: 'exit code 127' } })
    expect(outcome.error?.message).toMatch(message)
  })

  it('says what is not executable', async () => {
    const script = bench.path('plain.txt')
    await writeFile(script, 'echo hello\n')
    await chmod(script, 0o644)
    const { outcome } = await bench.run({ command: [script] })
    expect(outcome).toMatchObject({
      exitCode: 126,
      error: { code: 'NOT_EXECUTABLE', message: `"${script}" is not executable` },
    })
  })

  it.each([
    { cwd: '/no/such/folder', why: 'does not exist' },
    { cwd: '/etc/passwd', why: 'is not a folder' },
  ])('names the working folder $cwd that $why', async ({ cwd, why }) => {
    const { outcome } = await bench.run({ command: 'true', cwd })
    expect(outcome).toMatchObject({
      exitCode: null,
      error: { code: 'CWD', message: `the working folder ${cwd} ${why}` },
    })
  })

  it('says so when arguments and environment are too big', async () => {
    const { outcome } = await bench.run({ command: 'true', env: { BIG: '€'.repeat(99_000) } })
    expect(outcome.error).toMatchObject({ code: 'SPAWN', detail: 'E2BIG' })
  })
})

/** True while it sleeps in a `read` from its gate (fd 4), where nothing is to be read: the gate is its standard input then. */
async function waitsAtGate(pid: number): Promise<boolean> {
  const [input, gate] = await Promise.all([0, 4].map((fd) => readlink(`/proc/${pid}/fd/${fd}`)))
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return input === gate && /^State:\s+S/m.test(status)
}

describe('the moment before a command begins', () => {
  it('never starts it when its start cannot be recorded', async () => {
    const touched = bench.path('touched-1')
    const started = () => Promise.reject(new Error('no space left on device'))
    const { outcome } = await bench.run({ command: ['touch', touched] }, { started })
    expect(outcome.error).toMatchObject({ code: 'STORAGE', message: /no space left on device/ })
    await expect(readFile(touched)).rejects.toThrow('ENOENT')
  })

  it('does not start it before its start is recorded', async () => {
    const touched = bench.path('touched-2')
    const [recorded, spawned] = [deferred<void>(), deferred<number>()]
    const started = ({ pid }: ProcessIdentity) => {
      spawned.resolve(pid)
      return recorded.promise
    }
    const running = await bench.start({ command: ['touch', touched] }, { started })
    const shell = await spawned.promise
    await until('the shell asleep at its gate', () => waitsAtGate(shell))
    await expect(readFile(touched)).rejects.toThrow('ENOENT')
    recorded.resolve()
    expect((await running.done).exitCode).toBe(0)
    expect(await readFile(touched, 'utf8')).toBe('')
  })
})

describe('parameters', () => {
  it('reach the command by its environment', async () => {
    const { log, run } = await bench.run(
      { command: 'printf "%s\\n" "$BELFRY_PARAM_SOURCE_FOLDER" "$BELFRY_PARAM_N" "$BELFRY_PARAMS" "$BELFRY_RUN_ID"' },
      { parameters: { 'source-folder': '/a b; rm -rf', n: { x: [1] } } },
    )
    expect(log.texts()).toEqual(['/a b; rm -rf', '{"x":[1]}', '{"source-folder":"/a b; rm -rf","n":{"x":[1]}}', run.id])
  })

  it('come as a file where they are too big for an environment', async () => {
    const log = new MemoryLogWriter()
    await bench.run(
      { command: 'wc -c <"$BELFRY_PARAMS_FILE"; echo "${BELFRY_PARAMS-none} ${BELFRY_PARAM_BIG-none}"' },
      { parameters: { big: 'x'.repeat(300_000) }, log },
    )
    expect(log.texts().map((text) => text.trim())).toEqual(['300010', 'none none'])
  })
})
