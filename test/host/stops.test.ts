/** However the host ends, nothing is lost from sight and nothing of it runs on unseen. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '@shared/model/run'
import type { TaskView } from '@shared/model/task'
import { systemProcesses } from '../../electron/platform/processes'
import { belfry, removeFolder, startHost, type TestHost } from '../support/host'
import { builtCli } from '../support/paths'
import { until } from '../support/until'

let host: TestHost | undefined
afterEach(async () => {
  await host?.stop('SIGKILL')
  if (host) await removeFolder(host.home)
  host = undefined
})

/** `belfry run --wait` of a shell with a child in the background, both of which would live for a minute. */
async function longRun(
  started: TestHost,
): Promise<{ id: string; pids: number[]; waiting: Promise<{ exitCode?: number; stdout: string }> }> {
  const command = 'sleep 61 & echo $! $$ > "$BELFRY_HOME/pids"; echo begun; sleep 62'
  await started.json<TaskView>(['add', '--name', 'long', '--command', command])
  const waiting = execa(process.execPath, [builtCli, 'run', 'long', '--wait'], {
    env: { BELFRY_HOME: started.home },
    reject: false,
  })
  await once(waiting.stdout, 'data')
  const { items } = await started.json<{ items: Run[] }>(['runs'])
  const pids = (await readFile(join(started.home, 'pids'), 'utf8')).trim().split(/\s+/).map(Number)
  return { id: items[0]?.id ?? '', pids, waiting }
}

const processes = systemProcesses()
const lives = (pid: number): boolean => processes.identify(pid) !== undefined

describe('a host that is told to stop', () => {
  // A service manager, Ctrl-C, and a terminal that closes.
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'by %s ends what runs, records it as interrupted, and tells whoever waits for it',
    async (signal) => {
      host = await startHost()
      const { id, pids, waiting } = await longRun(host)
      expect(pids.map(lives)).toEqual([true, true])
      expect(await host.stop(signal)).toEqual({ code: 0, signal: null })
      expect(pids.map(lives)).toEqual([false, false])
      expect(await waiting).toMatchObject({ exitCode: 1, stdout: 'begun' })

      host = await startHost({ home: host.home })
      expect(await host.json<Run>(['show', id])).toMatchObject({ status: 'interrupted', ending: 'shutdown' })
    },
  )

  it('hurries when it is told twice', async () => {
    host = await startHost()
    await host.json([
      'add',
      '--name',
      'stubborn',
      '--command',
      `trap '' TERM; echo ready; while :; do sleep 0.1; echo tick >> "$BELFRY_HOME/ticks"; done`,
      '--kill-grace',
      '60s',
    ])
    const { id } = await host.json<Run>(['run', 'stubborn'])
    await until('its first line', async () => (await host?.belfry(['logs', id]))?.stdout.includes('ready'))
    const running = host
    const stopped = running.stop('SIGTERM')
    await until('the word that it stops', () => running.output().includes('Belfry is stopping'))
    const started = performance.now()
    // Signals half a second apart are two, and six whole ticks take longer. Only one more is sent: a host about to exit
    // hears no more of them.
    const ticks = async () => (await readFile(join(running.home, 'ticks'), 'utf8')).length / 'tick\n'.length
    const before = await until('a first tick', ticks)
    await until('the end of the first stroke', async () => (await ticks()) >= before + 7)
    process.kill(running.pid, 'SIGTERM')
    await until('the word that it hurries', () => running.output().includes('Belfry hurries'))
    expect(await stopped).toEqual({ code: 0, signal: null })
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('a host that is killed', () => {
  it('leaves runs that the next one ends and records as interrupted', async () => {
    host = await startHost()
    const { id, pids, waiting } = await longRun(host)
    await host.stop('SIGKILL')
    expect(await waiting).toMatchObject({ exitCode: 69 })

    host = await startHost({ home: host.home })
    expect(await host.json<Run>(['show', id])).toMatchObject({ status: 'interrupted', taskName: 'long' })
    expect(pids.map(lives)).toEqual([false, false])
    expect((await host.belfry(['logs', id])).stdout).toContain('begun')
    expect((await host.json<Run>(['run', 'long'])).status).not.toBe('failed')
  })
})

describe('a second host on the same folder', () => {
  it('exits with 73 and says who has it; the first goes on', async () => {
    host = await startHost()
    const { code, stderr } = await belfry(host.home, ['serve', '--port', '0'])
    expect(code).toBe(73)
    expect(stderr).toMatch(new RegExp(`^LOCKED: .*pid ${host.pid}.*kill ${host.pid}\n$`))
    expect((await host.belfry(['status'])).code).toBe(0)
  })
})
