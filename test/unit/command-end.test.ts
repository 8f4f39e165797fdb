import * as files from 'node:fs/promises'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ProcessIdentity } from '@shared/model/run'
import { CommandBench, processes, type Running } from '../support/command-bench'

let bench: CommandBench
beforeAll(async () => {
  bench = await CommandBench.make()
})
afterAll(() => bench.remove())

const ofRun = (running: Running) => processes.withEnvironment('BELFRY_RUN_ID', running.run.id)

/** Waits until the command has said so many lines. */
const said = (running: Running, lines: number) =>
  vi.waitFor(() => expect(running.log.lines.length).toBeGreaterThanOrEqual(lines))

function endAfterwards(identities: readonly ProcessIdentity[]): void {
  onTestFinished(() => {
    for (const identity of identities) processes.signal(identity, 'SIGKILL', 'process')
  })
}

describe('stopping a command', () => {
  it('lets it end by itself at TERM, with what it has to say and its own exit code', async () => {
    const running = await bench.start({
      command: 'trap "echo saved; exit 5" TERM; echo up; while :; do sleep 0.05; done',
    })
    await said(running, 1)
    running.stop(10_000)
    const outcome = await running.done
    // Some shells also say on stderr that their sleep was terminated.
    expect(running.log.texts('out')).toEqual(['up', 'saved'])
    expect(outcome).toMatchObject({ exitCode: 5, signal: null, survivors: [] })
  })

  it('tells the signal that ended it', async () => {
    const running = await bench.start({ command: 'echo up; exec sleep 999' })
    await said(running, 1)
    running.stop(10_000)
    expect(await running.done).toMatchObject({ exitCode: null, signal: 'SIGTERM', survivors: [] })
  })

  it.each([
    { what: 'ignore TERM', command: 'trap "" TERM; echo up; sleep 999 & setsid sleep 999 & wait' },
    {
      what: 'ignore TERM, from an argument list',
      command: ['sh', '-c', 'trap "" TERM; echo up; sleep 999; sleep 999'],
    },
    {
      what: 'left their session and lost the marker',
      command: 'trap "" TERM; env -i setsid sleep 999 & echo up; wait',
    },
    {
      what: 'were started by children that are gone',
      command: '(setsid sh -c "trap \\"\\" TERM; sleep 999" &); echo up; sleep 999',
    },
    { what: 'left no output open', command: 'trap "" TERM; setsid sleep 999 >/dev/null 2>&1 & echo up; wait' },
  ])('leaves nothing of processes that $what', async ({ command }) => {
    const running = await bench.start({ command })
    await said(running, 1)
    const before = await ofRun(running)
    expect(before.length).toBeGreaterThan(1)
    running.stop(100)
    const outcome = await running.done
    expect(outcome).toMatchObject({ survivors: [], exitCode: null })
    expect(before.filter((entry) => processes.alive(entry))).toEqual([])
    expect(await ofRun(running)).toEqual([])
  })

  it('ends what keeps forking', async () => {
    const running = await bench.start({
      command: 'trap "" TERM; echo up; f() { sleep 0.02; (f &); }; f & f & wait; sleep 999',
    })
    await said(running, 1)
    running.stop(50)
    expect(await running.done).toMatchObject({ survivors: [] })
    await vi.waitFor(async () => expect(await ofRun(running)).toEqual([]))
  })

  it('says SIGKILL and keeps the last output where TERM was ignored', async () => {
    const running = await bench.start({ command: 'trap "echo not yet" TERM; echo up; while :; do sleep 0.02; done' })
    await said(running, 1)
    running.stop(300)
    expect(await running.done).toMatchObject({
      signal: 'SIGKILL',
      error: { code: 'SIGNAL', message: 'ended by SIGKILL' },
    })
    expect(running.log.texts('out')).toEqual(['up', 'not yet'])
  })

  it('takes a later, shorter grace', async () => {
    const running = await bench.start({ command: 'trap "" TERM; echo up; while :; do sleep 0.05; done' })
    await said(running, 1)
    running.stop(3_600_000)
    running.stop(50)
    running.stop(3_600_000)
    expect(await running.done).toMatchObject({ signal: 'SIGKILL' })
  })

  it('is not lost when it comes at the very start', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, index) => {
        const running = await bench.start({ command: 'exec sleep 999' })
        // From before the gate, at it, and in the milliseconds after it.
        if (index % 3 > 0) await running.identity
        for (let turn = 0; turn < index; turn++) await new Promise(setImmediate)
        running.stop(60_000)
        return running.done
      }),
    )
    for (const { signal, error } of outcomes) expect(signal ?? error?.code).toMatch(/^(SIGTERM|CANCELLED)$/)
    expect(outcomes.filter(({ signal }) => signal === 'SIGTERM').length).toBeGreaterThan(5)
  })

  it('is told as it was, though all is over before the host has looked at how it ended', async () => {
    let asked = false
    let looking = 0
    const slow = await CommandBench.make({
      processes: {
        ...processes,
        signal(...given) {
          asked = true
          return processes.signal(...given)
        },
        async list() {
          looking++
          return processes.list().finally(() => looking--)
        },
      },
      files: {
        ...files,
        async open(path, ...rest) {
          const handle = await files.open(path, ...rest)
          if (!String(path).endsWith('status')) return handle
          const read = handle.read.bind(handle) as (
            ...given: unknown[]
          ) => Promise<{ buffer: Buffer; bytesRead: number }>
          let before = await read(Buffer.alloc(0), 0, 0, 0)
          let held = false
          // One read began before the end, and answers after it.
          const late = async (...given: unknown[]) => {
            const leader = await running.identity
            if (!asked || held || !processes.alive(leader)) {
              const found = await read(...given)
              if (!asked) before = found
              return found
            }
            held = true
            const { pid } = leader
            await vi.waitFor(async () => {
              expect((await processes.list()).filter(({ group }) => group === pid)).toEqual([])
              expect(looking).toBe(0)
            })
            for (let turn = 0; turn < 100 || looking > 0; turn++) await new Promise(setImmediate)
            return before
          }
          return Object.assign(handle, { read: late })
        },
      },
    })
    onTestFinished(() => slow.remove())
    const running: Running = await slow.start({ command: 'echo up; exec sleep 999' })
    await said(running, 1)
    running.stop(60_000)
    expect(await running.done).toMatchObject({ signal: 'SIGTERM', error: { code: 'SIGNAL' } })
  })

  it('before it began means that it never begins', async () => {
    const touched = bench.path('touched-stop')
    const running = await bench.start({ command: ['touch', touched] })
    running.stop(1000)
    expect(await running.done).toMatchObject({ exitCode: null, signal: null, error: { code: 'CANCELLED' } })
    await expect(readFile(touched)).rejects.toThrow('ENOENT')
  })

  it('does no harm afterwards', async () => {
    const { stop, outcome } = await bench.run({ command: 'exit 0' })
    stop(0)
    expect(outcome.exitCode).toBe(0)
  })
})

describe('what outlives a command', () => {
  it('is listed and left where it keeps the output open, and does not delay the end', async () => {
    const { outcome, log } = await bench.run({ command: 'setsid sleep 998 & echo done' })
    expect(log.texts()).toEqual(['done'])
    expect(outcome).toMatchObject({ exitCode: 0, error: null, survivors: [{ command: 'sleep 998' }] })
    endAfterwards(outcome.survivors)
    for (const survivor of outcome.survivors) expect(processes.alive(survivor)).toBe(true)
  })

  it('does not take the exit code from a command that failed', async () => {
    const { outcome } = await bench.run({ command: '(echo late; sleep 997) & sleep 0.05; echo bad >&2; exit 3' })
    endAfterwards(outcome.survivors)
    expect(outcome).toMatchObject({ exitCode: 3, error: { message: 'bad' } })
    expect(outcome.survivors.map(({ command }) => command)).toContain('sleep 997')
  })
})

describe('a command that is ended by others', () => {
  it('is lost when its whole group is killed with the wrapper', async () => {
    const running = await bench.start({ command: 'echo up; sleep 999' })
    await said(running, 1)
    process.kill(-(await running.identity).pid, 'SIGKILL')
    expect(await running.done).toMatchObject({ exitCode: null, signal: null, error: { code: 'LOST' }, survivors: [] })
    expect(running.log.texts()).toEqual(['up'])
  })

  it('is lost, and its rest ended, when only the wrapper is killed', async () => {
    const running = await bench.start({ command: 'echo up; sleep 999' }, { killGrace: 100 })
    await said(running, 1)
    const all = await ofRun(running)
    process.kill((await running.identity).pid, 'SIGKILL')
    expect(await running.done).toMatchObject({ error: { code: 'LOST' }, survivors: [] })
    expect(all.filter((entry) => processes.alive(entry))).toEqual([])
  })
})
