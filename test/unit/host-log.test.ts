import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHostLog } from '../../electron/platform/host-log'
import { until } from '../support/until'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'belfry-log-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const written = async (names: readonly string[]): Promise<string> =>
  (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')))).join('')

describe('the host’s log', () => {
  it('has a line of JSON for each thing said, for its owner alone', async () => {
    const { log, close } = createHostLog(folder)
    log.info({ tasks: 3 }, 'the host is scheduling')
    log.error({ err: new Error('no') }, 'it failed')
    await close()
    const file = join(folder, 'host.log')
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toMatchObject([
      { level: 30, msg: 'the host is scheduling', tasks: 3 },
      { level: 50, msg: 'it failed', err: { message: 'no' } },
    ])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('goes on in the same file after a restart', async () => {
    for (const word of ['first', 'second']) {
      const { log, close } = createHostLog(folder)
      log.info(word)
      await close()
    }
    expect((await readFile(join(folder, 'host.log'), 'utf8')).match(/"msg":"\w+"/g)).toEqual([
      '"msg":"first"',
      '"msg":"second"',
    ])
  })

  it('keeps the newest and three older files of five megabytes', async () => {
    const { log, close } = createHostLog(folder)
    const text = 'x'.repeat(1024 * 1024)
    for (let count = 0; count < 30; count += 1) {
      log.info({ text }, `line ${count}.`)
      // It looks at the size between two writes, and may already have put the full file aside.
      await vi.waitFor(async () => expect(await written(['host.log', 'host.1.log'])).toContain(`line ${count}.`))
    }
    await close()
    const files = (await readdir(folder)).sort()
    expect(files).toEqual(['host.1.log', 'host.2.log', 'host.3.log', 'host.log'])
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size))
    expect(Math.max(...sizes)).toBeLessThan(8 * 1024 * 1024)
  })

  it('says the same in lines for people', async () => {
    const lines: string[] = []
    const { log, close } = createHostLog(folder, (line) => lines.push(line))
    log.info('hello')
    log.warn({ err: new Error('no daemon'), task: 'a', count: 2 }, 'no notification')
    await close()
    expect(lines).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z info hello$/),
      expect.stringMatching(/Z warn no notification: no daemon task=a count=2$/),
    ])
  })

  it('leaves no file where nothing was said', async () => {
    await createHostLog(folder).close()
    expect(await readdir(folder)).toEqual([])
  })

  it('survives a folder that cannot be written to, and goes on telling people', async () => {
    const printed: string[] = []
    await writeFile(join(folder, 'file'), '')
    const { log, close } = createHostLog(join(folder, 'file'), (line) => printed.push(line))
    log.info('hello')
    // It hears of the refusal while it is in use: at its end it listens for errors anyway.
    await until('the refusal', () => !process.getActiveResourcesInfo().includes('FSReqPromise'))
    log.info('again')
    await close()
    log.info('after its end')
    expect(printed.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'info hello',
      'info again',
      'info after its end',
    ])
    expect(await readdir(folder)).toEqual(['file'])
  })
})
