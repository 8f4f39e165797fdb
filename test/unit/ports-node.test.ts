import { execFileSync } from 'node:child_process'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../electron/platform/clock'
import { ulids } from '../../electron/platform/ids'
import { nodeModuleRunner } from '../../electron/platform/module-runner-node'
import { nodePorts } from '../../electron/platform/node-ports'
import { systemProcesses } from '../../electron/platform/processes'
import { keyFileSecretBox } from '../../electron/platform/secret-box-key-file'
import { contract } from '../support/contract'
import { clockContract } from '../support/contract-clock'
import { moduleRunnerContract } from '../support/contract-module-runner'
import { secretBoxContract } from '../support/contract-secret-box'
import { virtualClock } from '../support/virtual-clock'

async function temporaryFolder(): Promise<string> {
  const folder = await files.mkdtemp(join(tmpdir(), 'belfry-ports-'))
  onTestFinished(() => files.rm(folder, { recursive: true, force: true }))
  return folder
}

const boxIn = (dataFolder: string) => keyFileSecretBox({ files, dataFolder, platform: process.platform })

describe('the clock', () => {
  const clock = systemClock()

  it('agrees with the machine', () => {
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000)
    const uptime = Number(execFileSync('cat', ['/proc/uptime'], { encoding: 'utf8' }).split(' ')[0])
    expect(Math.abs(clock.boot() / 1000 - uptime)).toBeLessThan(1)
    expect(clock.monotonic()).toBeLessThanOrEqual(clock.monotonic())
  })

  it('calls back though the wall clock was set back meanwhile, so that whoever waits for an instant looks again', async () => {
    const { now } = Date
    onTestFinished(() => void (Date.now = now))
    const began = performance.now()
    const called = new Promise<void>((resolve) => clock.at(Date.now() + 30, resolve))
    Date.now = () => now() - 3_600_000
    await called
    expect(performance.now() - began).toBeGreaterThanOrEqual(30)
  })

  it('calls back once after the time, and not when that was taken back', async () => {
    const called: string[] = []
    const takeBack = clock.after(1, () => called.push('taken back'))
    takeBack()
    const from = clock.monotonic()
    await new Promise<void>((resolve) => clock.after(20, resolve))
    expect(clock.monotonic() - from).toBeGreaterThanOrEqual(19)
    expect(called).toEqual([])
  })

  describe('as every clock', () => contract(clockContract, () => ({ clock, pass: (until) => until })))

  describe('time zone', () => {
    const before = process.env['TZ']
    afterEach(() => {
      if (before === undefined) delete process.env['TZ']
      else process.env['TZ'] = before
    })

    it('is TZ where that is set, and stays set', () => {
      process.env['TZ'] = 'Asia/Tokyo'
      expect(clock.timeZone()).toBe('Asia/Tokyo')
      expect(process.env['TZ']).toBe('Asia/Tokyo')
    })

    it('is else the machine’s, read again, and leaves TZ unset', () => {
      process.env['TZ'] = 'Asia/Tokyo'
      clock.timeZone()
      delete process.env['TZ']
      const machine = execFileSync(process.execPath, ['-p', 'Intl.DateTimeFormat().resolvedOptions().timeZone'], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      })
      expect(clock.timeZone()).toBe(machine.trim())
      expect('TZ' in process.env).toBe(false)
    })
  })
})

describe('the clock that tests move by hand', () => {
  contract(clockContract, () => {
    const clock = virtualClock('2027-01-01T00:00:00Z')
    return {
      clock,
      async pass(until) {
        let settled = false
        const settle = () => void (settled = true)
        until.then(settle, settle)
        while (!settled) await clock.advance(10)
        return until
      },
    }
  })
})

describe('ids', () => {
  it('sort by time, by creation within a millisecond, and go on when the clock goes back', () => {
    const ids = ulids()
    const made = [1000, 1000, 1001, 500, 2000, 1999].map((at) => ids.next(at))
    expect(made).toEqual(made.toSorted())
    expect(new Set(made).size).toBe(made.length)
    expect(made[0]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })
})

describe('a module runner by fork', () => contract(moduleRunnerContract, () => nodeModuleRunner(systemProcesses())))

describe('a secret box by key file', () => {
  contract(secretBoxContract, async () => boxIn(await temporaryFolder()))

  it('keeps its key for the owner alone, and finds it again', async () => {
    const folder = await temporaryFolder()
    const sealed = await boxIn(folder).seal('hunter2')
    expect((await files.stat(join(folder, 'secrets.key'))).mode & 0o777).toBe(0o600)
    expect(await boxIn(folder).open(sealed)).toBe('hunter2')
  })

  it('says that another key cannot open it', async () => {
    const [one, other] = [await temporaryFolder(), await temporaryFolder()]
    const sealed = await boxIn(one).seal('hunter2')
    await expect(boxIn(other).open(sealed)).rejects.toThrow('is gone')
    await boxIn(other).seal('x')
    await expect(boxIn(other).open(sealed)).rejects.toThrow('does not open this')
  })

  it('refuses a key that others can read, with the command that mends it', async () => {
    const folder = await temporaryFolder()
    await boxIn(folder).seal('hunter2')
    const key = join(folder, 'secrets.key')
    await files.chmod(key, 0o644)
    await expect(boxIn(folder).seal('x')).rejects.toThrow(`chmod 600 '${key}'`)
  })
})

describe('all ports for plain Node', () => {
  it('are there', async () => {
    const notifier = { failed: () => undefined }
    const log = pino({ level: 'silent' })
    const ports = nodePorts({ dataFolder: await temporaryFolder(), log, notifier })
    expect(ports.processes.identify(process.pid)?.pid).toBe(process.pid)
    expect(ports.secrets.kind).toBe('key-file')
    expect(ports.notifier).toBe(notifier)
    expect(ports.log).toBe(log)
  })
})
