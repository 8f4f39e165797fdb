import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { call } from '@orpc/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commandAction } from '@shared/model/action'
import type { Run } from '@shared/model/run'
import { settings } from '@shared/model/settings'
import type { Host } from '../../electron/host/create-host'
import { hostHere } from '../support/host-here'
import { makeTask } from '../support/make-task'
import { tempFolder } from '../support/temp-folder'

const mebibyte = 2 ** 20
/** A line without end is cut into these. */
const piece = 64 * 1024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const start = (host: Host, command: string): Promise<Run> =>
  host.runs.startManual(makeTask({ action: commandAction.parse({ kind: 'command', command }) }), {})

/** The log of the ended run, as it is on disk. */
async function logOf(folder: string, run: Run): Promise<{ bytes: number; lines: string[] }> {
  const text = await readFile(join(folder, 'logs', run.createdAt.slice(0, 7), `${run.id}.log`), 'utf8')
  return { bytes: Buffer.byteLength(text), lines: text.trimEnd().split('\n') }
}

function expectCut({ bytes, lines }: Awaited<ReturnType<typeof logOf>>, run: Run): void {
  expect(run).toMatchObject({ status: 'succeeded', exitCode: 0, log: { bytes, truncated: true } })
  expect(bytes).toBeLessThanOrEqual(settings.parse({}).logLimit)
  expect(bytes).toBeGreaterThan(settings.parse({}).logLimit / 2)
  expect(
    lines.filter((line) => / b \d+ \d+ lines were dropped here: the log was over its limit/.test(line)),
  ).toHaveLength(1)
  expect(lines[0]).toContain(' b 0 Run 1 of ')
  expect(lines.at(-2)).toMatch(/ o \d+ the end$/)
  expect(lines.at(-1)).toContain(' b 0 Succeeded after ')
}

describe('a command that prints without a line end', () => {
  it('300 MiB as fast as it can: its log is within its limit with the gap marked, and the host stays small', async () => {
    const flood = 300 * mebibyte
    const folder = await tempFolder()
    const host = await hostHere(folder)
    collect()
    const before = held()
    let most = 0
    const sampler = setInterval(() => (most = Math.max(most, held() - before)), 5)
    onTestFinished(() => clearInterval(sampler))
    const { id } = await start(host, `head -c ${flood} /dev/zero; echo; echo the end`)
    const run = await host.runs.ended(id)
    clearInterval(sampler)
    expectCut(await logOf(folder, run), run)
    // Most of it is passed over. Garbage counts here: 45 to 52 MiB were measured in all. Whoever reads all of it in to keep
    // its end, or all that is there at once, holds 300 and more.
    expect(most).toBeLessThan(flood / 2)
  }, 60_000)

  it('128 MiB no faster than they are recorded: all go through the host, and none stay there', async () => {
    const flood = 128 * mebibyte
    const bursts = 8
    const burst = flood / bursts
    const folder = await tempFolder()
    const host = await hostHere(folder)
    const wait = `until [ -e "$BELFRY_HOME/go-$n" ]; do sleep 0.01; done`
    const command = `for n in $(seq ${bursts}); do head -c ${burst} /dev/zero; ${wait}; done; echo; echo the end`
    collect()
    const before = held()
    const { id } = await start(host, command)
    const grown: number[] = []
    for (let n = 1; n <= bursts; n++) {
      // The last piece may not be a line yet; the log's own first line is one.
      await expect
        .poll(async () => (await call(host.router.runs.log, { id, limit: 1 })).total, { timeout: 20_000, interval: 20 })
        .toBeGreaterThanOrEqual((n * burst) / piece)
      collect()
      grown.push(held() - before)
      await writeFile(join(folder, `go-${n}`), '')
    }
    const run = await host.runs.ended(id)
    expectCut(await logOf(folder, run), run)
    expect(run.log.lines).toBe(flood / piece + 3)
    // What is garbage does not count here: up to 29 MiB were measured. Whoever keeps what was recorded holds 128.
    expect(Math.max(...grown)).toBeLessThan(flood / 2)
  }, 60_000)
})
