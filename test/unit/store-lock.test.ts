import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  acquireLock,
  lockRecord,
  readLock,
  type Lock,
  type LockPorts,
  type LockRecord,
} from '../../electron/host/store/lock'
import { readMachineId } from '../../electron/host/store/machine-id'
import { systemProcesses } from '../../electron/platform/processes'
import { startChild } from '../support/child'
import { files, storePorts } from '../support/store-ports'
import { tempFolder } from '../support/temp-folder'

const ports: LockPorts = { ...storePorts(), processes: systemProcesses() }
const holder = { kind: 'headless', control: { path: '/run/belfry.sock', token: 'secret' } } as const
const acquire = (folder: string): Promise<Lock> => acquireLock(ports, folder, holder)

/** Leaves a lock as a host would have that is gone, or as told. */
async function plant(folder: string, over: Partial<LockRecord> = {}): Promise<LockRecord> {
  const me = ports.processes.identify(process.pid)
  if (!me) throw new Error('no identity')
  const record: LockRecord = {
    id: '0123456789abcdef',
    machineId: await readMachineId(files),
    hostname: hostname(),
    ...me,
    startTime: '1',
    ...holder,
    since: '2026-11-20T12:00:00.000Z',
    ...over,
  }
  await writeFile(join(folder, 'lock'), JSON.stringify(record))
  return record
}

describe('the lock of a data folder', () => {
  it('tells who holds it, to its owner only, and is gone when it is released', async () => {
    const folder = await tempFolder()
    expect(await readLock(files, folder)).toBeUndefined()
    const lock = await acquire(folder)
    expect(await readLock(files, folder)).toEqual(lock.record)
    expect(lock.record).toMatchObject({ pid: process.pid, kind: 'headless', control: holder.control })
    expect((await stat(join(folder, 'lock'))).mode & 0o777).toBe(0o600)
    await lock.release()
    await lock.release()
    expect(await readdir(folder)).toEqual([])
    await (await acquire(folder)).release()
  })

  it('is refused while its holder lives, with who that is and how to stop it, without the token', async () => {
    const folder = await tempFolder()
    await acquire(folder)
    const error: unknown = await acquire(folder).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'LOCKED', detail: { pid: process.pid, control: { path: '/run/belfry.sock' } } })
    expect(error).toMatchObject({ message: expect.stringContaining(`kill ${process.pid}`) })
    expect(JSON.stringify(error)).not.toContain('secret')
  })

  const holders: readonly (readonly [string, Partial<LockRecord>, boolean])[] = [
    ['a process that is gone', { pid: 2 ** 22 - 1 }, true],
    ['a process whose number another has now', {}, true],
    ['this process of another boot', { bootId: 'earlier' }, true],
    ['another machine', { machineId: 'other', hostname: 'elsewhere' }, false],
  ]
  it.each(holders)('of %s can be taken: %s %s', async (_, over, stale) => {
    const folder = await tempFolder()
    const left = await plant(folder, over)
    const taken = acquire(folder)
    if (stale) {
      expect((await taken).record.id).not.toBe(left.id)
      expect(JSON.parse(await readFile(join(folder, 'lock.stale'), 'utf8'))).toEqual(left)
      await (await taken).release()
      expect(await readdir(folder)).toEqual(['lock.stale'])
    } else {
      await expect(taken).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringMatching(/elsewhere.*rm .*lock/),
      })
      expect(await readLock(files, folder)).toEqual(left)
    }
  })

  it.each(['', '{"id":"../../etc"}'])('that reads "%s" is taken once nobody can be writing it', async (text) => {
    const folder = await tempFolder()
    await writeFile(join(folder, 'lock'), text)
    expect(await readLock(files, folder)).toBeUndefined()
    const lock = await acquire(folder)
    expect(await readLock(files, folder)).toEqual(lock.record)
  })

  it('is not believed by one who was so slow to write it that another took it for torn', async () => {
    const folder = await tempFolder()
    const path = join(folder, 'lock')
    const slow = new Proxy(files, {
      get: (target, name) =>
        name !== 'open'
          ? (Reflect.get(target, name) as unknown)
          : async (...given: Parameters<typeof files.open>) => {
              const handle = await files.open(...given)
              if (given[0] !== path) return handle
              await rm(path)
              await acquire(folder)
              return handle
            },
    })
    await expect(acquireLock({ ...ports, files: slow }, folder, holder)).rejects.toMatchObject({ code: 'LOCKED' })
  })

  it('is left alone by a holder that lost it', async () => {
    const folder = await tempFolder()
    const lock = await acquire(folder)
    const other = await plant(folder, { id: 'fedcba9876543210' })
    await lock.release()
    expect(await readLock(files, folder)).toEqual(other)
  })

  it('is a storage error where the disk refuses', async () => {
    await expect(acquire(join(await tempFolder(), 'missing'))).rejects.toMatchObject({ code: 'STORAGE' })
  })

  it('goes to one of many who ask at once, whatever was there', async () => {
    for (const before of ['none', 'stale', 'torn', 'stale, and its taker was killed'] as const) {
      const folder = await tempFolder()
      if (before === 'torn') await writeFile(join(folder, 'lock'), '{')
      if (before.startsWith('stale')) {
        const { id, ...record } = await plant(folder)
        if (before !== 'stale') {
          await writeFile(join(folder, `lock.${id}`), JSON.stringify({ ...record, id: 'aaaaaaaaaaaaaaaa' }))
        }
      }
      const results = await Promise.allSettled(Array.from({ length: 12 }, () => acquire(folder)))
      const held = results.filter((result) => result.status === 'fulfilled')
      expect(held, before).toHaveLength(1)
      expect(await readLock(files, folder)).toEqual(held[0]?.value.record)
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'LOCKED' })
      }
      expect((await readdir(folder)).filter((name) => name !== 'lock.stale')).toEqual(['lock'])
    }
  })
})

describe('hosts that contend for a data folder', () => {
  it('leave it to exactly one, round after round, also over the lock of a killed one', async () => {
    const children = await Promise.all([1, 2, 3].map(() => startChild('store-child.ts')))
    for (let round = 0; round < 30; round += 1) {
      const folder = await tempFolder()
      if (round % 3 === 1) await plant(folder)
      if (round % 3 === 2) {
        const left = await plant(folder)
        await writeFile(join(folder, `lock.${left.id}`), JSON.stringify({ ...left, id: 'aaaaaaaaaaaaaaaa' }))
      }
      for (const child of children) child.say(`lock ${folder}`)
      const answers = await Promise.all(children.map((child) => child.hear()))
      expect(answers.filter((answer) => answer === 'held')).toHaveLength(1)
      expect(answers.filter((answer) => answer?.startsWith('LOCKED '))).toHaveLength(2)
      const winner = children[answers.indexOf('held')]
      expect(await readLock(files, folder)).toMatchObject({ pid: winner?.pid })
      winner?.say('release')
      expect(await winner?.hear()).toBe('released')
      expect(await readLock(files, folder)).toBeUndefined()
    }

    const [first, second] = children
    const folder = await tempFolder()
    first?.say(`lock ${folder}`)
    expect(await first?.hear()).toBe('held')
    second?.say(`lock ${folder}`)
    expect(await second?.hear()).toMatch(new RegExp(`^LOCKED .*kill ${first?.pid}`))
    await first?.kill()
    second?.say(`lock ${folder}`)
    expect(await second?.hear()).toBe('held')
    expect(lockRecord.parse(await readLock(files, folder)).pid).toBe(second?.pid)
  }, 60_000)
})

describe('the id of this machine', () => {
  it('is the installation’s own, and the host’s name where there is none', async () => {
    const missing: typeof files = {
      ...files,
      readFile: async () => {
        throw Object.assign(new Error('no'), { code: 'ENOENT' })
      },
    }
    const fixed: typeof files = {
      ...files,
      readFile: (async () => '0123456789abcdef0123456789abcdef\n') as unknown as typeof files.readFile,
    }
    expect(await readMachineId(fixed, 'linux')).toBe('0123456789abcdef0123456789abcdef')
    expect(await readMachineId(missing, 'linux')).toBe(hostname())
    expect(await readMachineId(files)).toMatch(/^\S+$/)
  })
})
