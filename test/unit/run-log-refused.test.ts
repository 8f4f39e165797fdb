import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandAction } from '@shared/model/action'
import type { Executor, Outcome } from '../../electron/host/executors/executor'
import { CommandBench } from '../support/command-bench'
import { fullDisk } from '../support/full-disk'
import { hastyClock, hostHere } from '../support/host-here'
import { makeRun } from '../support/make-run'
import { makeTask } from '../support/make-task'
import { MemoryLogWriter } from '../support/memory-log-writer'
import { runBench } from '../support/run-bench'
import { tempFolder } from '../support/temp-folder'

const notWhole = (code: string, reason: string) => ({
  code,
  message: expect.stringMatching(new RegExp(`^The log of a run of ".*" is not whole: .*${reason}`)) as string,
})

describe('a run whose log the disk does not take to its end', () => {
  it('succeeds, but says that its log is not whole, warns, and keeps the only copy of its output', async () => {
    const folder = await tempFolder()
    const disk = fullDisk()
    const host = await hostHere(folder, { files: disk.files, clock: hastyClock(10) })
    const action = commandAction.parse({
      kind: 'command',
      command: 'until [ -e "$BELFRY_HOME/go" ]; do sleep 0.02; done; echo precious',
    })
    const started = await host.runs.startManual(makeTask({ action }), {})
    await expect.poll(async () => (await host.runs.get(started.id)).status).toBe('running')
    disk.fill((path) => path.endsWith(`${started.id}.log`))
    await writeFile(join(folder, 'go'), '')
    const run = await host.runs.ended(started.id)
    expect(run).toMatchObject({ status: 'succeeded', exitCode: 0, log: { truncated: true } })
    expect(host.system.status().warnings).toMatchObject([notWhole('STORAGE', 'the disk is full')])
    const spool = join(folder, 'logs', run.createdAt.slice(0, 7), run.id)
    expect(await readFile(join(spool, 'out'), 'utf8')).toBe('precious\n')
    expect(host.system.status().warnings[0]?.message).toContain(spool)
  })

  it('says in its log where the rest is, if that can be written by then', async () => {
    const { runs, store, executor, warnings } = await runBench()
    const starting = executor.nextRun()
    const { id } = await runs.startManual(makeTask({ name: 'backup' }), {})
    const { execution, finish } = await starting
    await writeFile(join(execution.spoolFolder, 'out'), 'precious')
    execution.report.unrecorded('the disk is full')
    finish()
    const run = await runs.ended(id)
    expect(run.log.truncated).toBe(true)
    expect(warnings.all()).toMatchObject([notWhole('STORAGE', 'the disk is full')])
    expect(await readFile(join(execution.spoolFolder, 'out'), 'utf8')).toBe('precious')
    const { lines } = await store.logs.read(run, { after: 0, limit: 10 })
    expect(lines.map(({ text }) => text)).toEqual([
      'Run 1 of backup, started by hand',
      `The rest of the output is missing here: the disk is full. It is kept in ${execution.spoolFolder}`,
      'Succeeded after 0s',
    ])
  })

  it('is warned of until the operator has seen it, though the disk takes the next run', async () => {
    const { runs, executor, warnings } = await runBench()
    for (const lost of [true, false]) {
      const starting = executor.nextRun()
      const { id } = await runs.startManual(makeTask(), {})
      const { execution, finish } = await starting
      if (lost) execution.report.unrecorded('the disk is full')
      finish()
      await runs.ended(id)
    }
    expect(warnings.all()).toMatchObject([notWhole('STORAGE', 'the disk is full')])
  })

  it.each([true, false])('keeps its spool where only the closing line was refused (%s), else not', async (refused) => {
    const { runs, executor, warnings } = await runBench()
    const starting = executor.nextRun()
    const { id } = await runs.startManual(makeTask(), {})
    const { execution, finish } = await starting
    if (refused) Object.assign(execution.log, { append: () => Promise.reject(new Error('the disk is full')) })
    finish()
    expect((await runs.ended(id)).log.truncated).toBe(refused)
    expect(warnings.all()).toMatchObject(refused ? [notWhole('STORAGE', 'the disk is full')] : [])
    expect((await readdir(dirname(execution.spoolFolder))).includes(id)).toBe(refused)
  })
})

describe('a command whose log the disk does not take to its end', () => {
  it('has that reported, with the reason, and its output stays in the spool', async () => {
    const bench = await CommandBench.make({ clock: hastyClock(10) })
    onTestFinished(() => bench.remove())
    const log = new MemoryLogWriter()
    log.refuse = true
    const running = await bench.start({ command: 'echo precious; echo bad >&2' }, { log })
    expect(await running.done).toMatchObject({ exitCode: 0, error: null })
    expect(running.unrecorded).toEqual(['no space left on device'])
    expect(await readFile(join(running.execution.spoolFolder, 'out'), 'utf8')).toBe('precious\n')
  })

  it('and whose host dies, has it reported by the next one', async () => {
    const bench = await CommandBench.make()
    onTestFinished(() => bench.remove())
    const { run, spoolFolder, logLimit } = await bench.prepare({ command: 'true' })
    await writeFile(join(spoolFolder, 'out'), 'precious\n')
    const log = new MemoryLogWriter()
    log.refuse = true
    const unrecorded: string[] = []
    const report = { dropped: () => undefined, unrecorded: (reason: string) => void unrecorded.push(reason) }
    await bench.executor.endLeftovers({ run, spoolFolder, log, logLimit, report })
    expect(unrecorded).toEqual(['no space left on device'])
  })

  it('and whose spool cannot be read by the next host, has that reported', async () => {
    const bench = await CommandBench.make()
    onTestFinished(() => bench.remove())
    const { run, spoolFolder, logLimit } = await bench.prepare({ command: 'true' })
    await mkdir(join(spoolFolder, 'out'))
    const unrecorded: string[] = []
    const report = { dropped: () => undefined, unrecorded: (reason: string) => void unrecorded.push(reason) }
    await bench.executor.endLeftovers({ run, spoolFolder, log: new MemoryLogWriter(), logLimit, report })
    expect(unrecorded).toEqual([expect.stringContaining('EISDIR')])
  })
})

describe('a run left unfinished whose output the log does not take', () => {
  it.each([
    { how: 'dropped', told: [], kept: false },
    { how: 'unrecorded', told: [notWhole('RECOVERED', 'the disk is full')], kept: true },
  ] as const)('is interrupted and says that its log is not whole ($how)', async ({ how, told, kept }) => {
    const { folder, store } = await runBench()
    const left = makeRun({ status: 'running', finishedAt: null })
    await store.runs.put(left)
    await store.close()
    const next = await runBench({ folder })
    Object.assign(next.executor, {
      endLeftovers: async ({ report }: Parameters<Executor['endLeftovers']>[0]): Promise<Outcome> => {
        report[how]('the disk is full')
        return { exitCode: 0, signal: null, error: null, stderrTail: '', survivors: [] }
      },
    })
    await next.runs.recover()
    expect(await next.runs.get(left.id)).toMatchObject({ status: 'interrupted', log: { truncated: true } })
    expect(next.warnings.all()).toMatchObject(told)
    expect((await readdir(join(folder, 'logs', '2026-11'))).includes(left.id)).toBe(kept)
  })
})
