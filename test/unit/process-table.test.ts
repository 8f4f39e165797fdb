import { spawn } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePs } from '../../electron/platform/processes-macos'
import { linuxProcesses, parseStat } from '../../electron/platform/processes-linux'
import { systemProcesses } from '../../electron/platform/processes'
import { contract } from '../support/contract'
import { processesContract } from '../support/contract-processes'

describe('the process table of this machine', () => contract(processesContract, () => systemProcesses()))

describe('a line of /proc/PID/stat', () => {
  const rest = Array.from({ length: 15 }, () => '0').join(' ')

  it.each([
    { name: 'sleep', state: 'S', zombie: false, stopped: false },
    { name: 'a b', state: 'R', zombie: false, stopped: false },
    { name: ') S 1 (', state: 'Z', zombie: true, stopped: false },
    { name: ')', state: 'X', zombie: true, stopped: false },
    { name: '', state: 'D', zombie: false, stopped: false },
    { name: 'T', state: 'T', zombie: false, stopped: true },
  ])('is read with the name "$name"', ({ name, state, zombie, stopped }) => {
    expect(parseStat(`4711 (${name}) ${state} 10 20 30 ${rest} 987654 0 0\n`)).toEqual({
      pid: 4711,
      name,
      zombie,
      stopped,
      parent: 10,
      group: 20,
      session: 30,
      startTime: '987654',
    })
  })

  it.each(['', '12', '12 (x', '12 (x) S 1'])('is refused when it is torn: "%s"', (text) => {
    expect(parseStat(text)).toBeUndefined()
  })

  it.runIf(process.platform === 'linux')('is read of a program whose name looks like one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'belfry-name-'))
    const program = join(folder, 'a) Z 1 (b')
    await copyFile('/bin/sleep', program)
    const child = spawn(program, ['60'], { stdio: 'ignore' })
    try {
      const entry = (await linuxProcesses().list()).find(({ pid }) => pid === child.pid)
      expect(entry).toMatchObject({ parent: process.pid, zombie: false, command: `${program} 60` })
    } finally {
      child.kill('SIGKILL')
      await rm(folder, { recursive: true })
    }
  })
})

describe('a line of ps', () => {
  it.each([
    {
      line: '  501     1   501      0 Ss   Fri Nov 20 09:05:01 2026     /usr/sbin/cfprefsd agent',
      entry: {
        pid: 501,
        parent: 1,
        group: 501,
        session: 0,
        zombie: false,
        stopped: false,
        command: '/usr/sbin/cfprefsd agent',
      },
      startTime: 'Fri Nov 20 09:05:01 2026',
    },
    {
      line: '  77    76   70  f00ba Z    Sun Nov  1 09:05:01 2026     (sh)',
      entry: { pid: 77, parent: 76, group: 70, session: 0, zombie: true, stopped: false, command: '(sh)' },
      startTime: 'Sun Nov 1 09:05:01 2026',
    },
    {
      line: '  78     1   78      0 T    Sun Nov  1 09:05:01 2026     /bin/cat',
      entry: { pid: 78, parent: 1, group: 78, session: 0, zombie: false, stopped: true, command: '/bin/cat' },
      startTime: 'Sun Nov 1 09:05:01 2026',
    },
  ])('is read: $line', ({ line, entry, startTime }) => {
    expect(parsePs(line)).toEqual({ ...entry, startTime })
  })

  it('is nothing where it is none', () => {
    expect(parsePs('')).toBeUndefined()
    expect(parsePs('ps: bad thing')).toBeUndefined()
  })
})
