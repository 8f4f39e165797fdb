import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Run } from '@shared/model/run'
import { carriersAmong } from '../../electron/host/executors/command/wrapper'
import { bundle } from '../support/bundle'
import { CommandBench, processes } from '../support/command-bench'
import { MemoryLogWriter } from '../support/memory-log-writer'

let scratch: string
let hostFile: string
let bench: CommandBench
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'belfry-host-'))
  hostFile = await bundle('test/support/command-host.ts', scratch)
  bench = await CommandBench.make()
}, 60_000)
afterAll(async () => {
  await bench.remove()
  await rm(scratch, { recursive: true, force: true })
})

interface Left {
  readonly run: Run
  readonly spoolFolder: string
  readonly folder: string
}

/** Starts a command in a host of its own, waits until `ready`, and kills the host. */
async function leftBy(line: string, gate: 'hold' | 'open', ready: (left: Left) => Promise<void>): Promise<Left> {
  const host: ChildProcess = spawn(process.execPath, [hostFile, line, gate], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    if (!host.stdout) throw new Error('no output')
    const [said] = (await once(createInterface(host.stdout), 'line')) as [string]
    const left = JSON.parse(said) as Left
    onTestFinished(() => rm(left.folder, { recursive: true, force: true }))
    await ready(left)
    return left
  } finally {
    host.kill('SIGKILL')
    await once(host, 'exit')
  }
}

const ofRun = ({ run }: Left) => processes.withEnvironment('BELFRY_RUN_ID', run.id)
const output = ({ spoolFolder }: Left) => readFile(join(spoolFolder, 'out'), 'utf8')
const report = { dropped: () => undefined, unrecorded: () => undefined }
const endLeftovers = ({ run, spoolFolder }: Left, log = new MemoryLogWriter()) =>
  bench.executor.endLeftovers({ run, spoolFolder, log, logLimit: 1_000_000, report })

describe('a host that is killed', () => {
  it('before it opened the gate: the command never ran, and nothing is left', async () => {
    const touched = join(scratch, 'touched')
    const left = await leftBy(`touch ${touched}`, 'hold', async () => undefined)
    await vi.waitFor(async () => expect(await ofRun(left)).toEqual([]))
    await expect(access(touched)).rejects.toThrow('ENOENT')
    expect(await readFile(join(left.spoolFolder, 'status'), 'utf8')).toBe(`${left.run.id}\n`)
  })

  it('leaves a command that goes on, with its output and its exit status', async () => {
    const left = await leftBy('echo one; sleep 0.4; echo two; exit 9', 'open', (it) =>
      vi.waitFor(async () => expect(await output(it)).toBe('one\n')),
    )
    await vi.waitFor(async () => expect(await ofRun(left)).toEqual([]))
    expect(await output(left)).toBe('one\ntwo\n')
    expect(await readFile(join(left.spoolFolder, 'status'), 'utf8')).toBe(`${left.run.id}\nstarted\n9\n`)
  })
})

describe('the leftovers of a run', () => {
  const ready = (left: Left) => vi.waitFor(async () => expect(await output(left)).toContain('up\n'))

  it('are ended with their whole tree, and what they wrote is folded into the log', async () => {
    const left = await leftBy('setsid sleep 999 & echo up; echo bad >&2; printf unfinished; sleep 999', 'open', ready)
    const before = await ofRun(left)
    expect(before.length).toBeGreaterThan(3)
    const log = new MemoryLogWriter()
    expect(await endLeftovers(left, log)).toEqual({
      exitCode: null,
      signal: 'SIGTERM',
      error: { code: 'INTERRUPTED', message: 'the host ended while it ran' },
      stderrTail: expect.stringMatching(/^bad\n/) as string,
      survivors: [],
    })
    expect(before.filter((entry) => processes.alive(entry))).toEqual([])
    expect(log.texts('out')).toEqual(['up', 'unfinished'])
    expect(log.texts('err')[0]).toBe('bad')
  })

  it('are read to their last word though the host held their output still when it was killed', async () => {
    const left = await leftBy(`trap 'echo last; exit 0' TERM; echo up; while :; do sleep 0.05; done`, 'open', ready)
    const { process: leader } = left.run
    if (!leader) throw new Error('it has no process')
    const carriers = carriersAmong(await processes.list(), leader)
    expect(carriers).toHaveLength(2)
    for (const carrier of carriers) processes.signal(carrier, 'SIGSTOP', 'process')
    const log = new MemoryLogWriter()
    expect(await endLeftovers(left, log)).toMatchObject({ exitCode: 0, survivors: [] })
    expect(log.texts('out')).toEqual(['up', 'last'])
  })

  it('go on in the log where it stopped', async () => {
    const left = await leftBy('echo one; echo two; echo up; sleep 999', 'open', ready)
    const log = new MemoryLogWriter()
    await log.append([{ at: left.run.createdAt, stream: 'out', text: 'one', position: 4 }])
    await endLeftovers(left, log)
    expect(log.texts('out')).toEqual(['one', 'two', 'up'])
  })

  it('are read from the start of a spool that was cut', async () => {
    const left = await leftBy('echo up; sleep 999', 'open', ready)
    const log = new MemoryLogWriter()
    await log.append([{ at: left.run.createdAt, stream: 'out', text: 'long ago', position: 20_000_000 }])
    await endLeftovers(left, log)
    expect(log.texts('out')).toEqual(['long ago', 'up'])
  })

  it('tell the exit status of a command that ended meanwhile', async () => {
    const left = await leftBy('echo up; exit 6', 'open', ready)
    await vi.waitFor(async () => expect(await ofRun(left)).toEqual([]))
    expect(await endLeftovers(left)).toMatchObject({ exitCode: 6, signal: null, survivors: [] })
  })

  it('never are the process that has got the pid since, nor one of another boot', async () => {
    const bystander = spawn('sleep', ['999'], { detached: true, stdio: 'ignore' })
    await once(bystander, 'spawn')
    onTestFinished(() => void bystander.kill('SIGKILL'))
    const identity = processes.identify(bystander.pid ?? 0)
    const { run, spoolFolder } = await bench.prepare({ command: 'true' })
    for (const changed of [{ startTime: '1' }, { bootId: 'another' }]) {
      const record = {
        ...run,
        process: { pid: bystander.pid ?? 0, startTime: '', bootId: '', ...identity, ...changed },
      }
      const outcome = await endLeftovers({ run: record, spoolFolder, folder: '' })
      expect(outcome).toMatchObject({ exitCode: null, signal: null, error: { code: 'INTERRUPTED' }, survivors: [] })
    }
    expect(identity && processes.alive(identity)).toBe(true)
  })

  it('are none where the run never got a process', async () => {
    const { run, spoolFolder } = await bench.prepare({ command: 'true' })
    expect(await endLeftovers({ run, spoolFolder, folder: '' })).toMatchObject({ exitCode: null, survivors: [] })
  })
})
