/** The piped way that Windows takes, here with this platform's processes: cmd and taskkill themselves are not tried. */
import { mkdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { CommandBench, processes } from '../support/command-bench'

let bench: CommandBench
beforeAll(async () => {
  bench = await CommandBench.make({ platform: 'win32' })
})
afterAll(() => bench.remove())

const node = (source: string, ...args: string[]): string[] => [process.execPath, '-e', source, '--', ...args]

describe('a command with piped output', () => {
  it('gets exact arguments, standard input and its folder, and gives output and exit code', async () => {
    await mkdir(bench.path('a folder'))
    const source = `
      process.stdin.on('data', (text) => console.log(String(text)))
      console.log(JSON.stringify(process.argv.slice(1)), process.cwd())
      console.error('::result {"a": 1}')
      console.error('bad')
      process.exitCode = 3`
    const { log, outcome, results } = await bench.run({
      command: node(source, 'two words', '"'),
      stdin: 'input',
      cwd: '~/a folder',
    })
    expect(log.texts('out').toSorted()).toEqual([`["two words","\\""] ${bench.path('a folder')}`, 'input'])
    expect(results).toEqual([{ a: 1 }])
    expect(outcome).toMatchObject({ exitCode: 3, error: { code: 'EXIT_CODE', message: 'bad' }, survivors: [] })
  })

  it('is ended with its tree', async () => {
    const source = `
      require('node:child_process').spawn('sleep', ['999'], { stdio: 'inherit' })
      process.on('SIGTERM', () => undefined)
      console.log('up')`
    const running = await bench.start({ command: node(source) })
    await vi.waitFor(() => expect(running.log.texts()).toEqual(['up']))
    const all = await processes.withEnvironment('BELFRY_RUN_ID', running.run.id)
    expect(all.length).toBe(2)
    running.stop(100)
    expect(await running.done).toMatchObject({ survivors: [] })
    expect(all.filter((entry) => processes.alive(entry))).toEqual([])
  })

  it('is ended at once when it cannot be recorded', async () => {
    const running = await bench.start(
      { command: node('setInterval(() => 0, 1000)') },
      { started: () => Promise.reject(new Error('full')) },
    )
    expect(await running.done).toMatchObject({ error: { code: 'STORAGE' } })
    expect(await processes.withEnvironment('BELFRY_RUN_ID', running.run.id)).toEqual([])
  })

  it('does not wait for what keeps its output open', async () => {
    const source = `require('node:child_process').spawn('sleep', ['996'], { stdio: 'inherit', detached: true }).unref()
      console.log('done')`
    const { outcome, log } = await bench.run({ command: node(source) })
    expect(log.texts()).toEqual(['done'])
    expect(outcome).toMatchObject({ exitCode: 0, survivors: [{ command: 'sleep 996' }] })
    for (const survivor of outcome.survivors) processes.signal(survivor, 'SIGKILL', 'process')
  })
})
