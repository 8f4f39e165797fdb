import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { faultyFiles } from '../support/faulty-files'
import { month, openRecords as open, pathIn, written } from '../support/journal-records'
import { tempFolder } from '../support/temp-folder'

describe('a journal on a failing disk', () => {
  it('adds a record or not, whichever call fails, stays valid and goes on', async () => {
    const counting = faultyFiles()
    const probe = await open(await written([1]), counting.files)
    counting.plan()
    await probe.journal.append(month, [2])
    const calls = counting.calls().length
    expect(calls).toBeGreaterThanOrEqual(3)
    for (const fresh of [false, true]) {
      for (const torn of [false, true]) {
        for (let at = 0; at < calls + (fresh ? 4 : 0); at += 1) {
          const folder = fresh ? await tempFolder() : await written([1])
          const before = fresh ? [] : [1]
          const faulty = faultyFiles()
          const { journal } = await open(folder, faulty.files)
          faulty.plan({ at, torn, code: 'ENOSPC' })
          const failed = await journal.append(month, [2]).then(
            () => false,
            (error: unknown) => {
              expect(error).toMatchObject({ code: 'STORAGE', message: expect.stringContaining('disk is full') })
              return true
            },
          )
          faulty.plan()
          const between = await open(folder)
          expect(between.records).toEqual(failed ? before : [...before, 2])
          const [place] = await journal.append(month, [3])
          expect(place && (await journal.read(place))).toBe(3)
          await journal.close()
          const after = await open(folder)
          expect(after.records).toEqual([...between.records, 3])
          expect(after.context.warnings).toEqual([])
        }
      }
    }
  })

  it('cuts off what a failure left, once it can', async () => {
    for (const torn of [false, true]) {
      for (let at = 0; at < 3; at += 1) {
        const folder = await written([1])
        const faulty = faultyFiles()
        const { journal } = await open(folder, faulty.files)
        faulty.plan({ at, torn, onwards: true })
        await expect(journal.append(month, ['long '.repeat(20)])).rejects.toMatchObject({ code: 'STORAGE' })
        faulty.plan()
        await journal.append(month, [2])
        const { records, context } = await open(folder)
        expect(records).toEqual([1, 2])
        expect(context.warnings).toEqual([])
      }
    }
  })

  it('does not begin a segment anew that was taken away', async () => {
    const folder = await written([1])
    const { journal } = await open(folder)
    await rm(pathIn(folder))
    await expect(journal.append(month, [2])).rejects.toMatchObject({ code: 'STORAGE' })
    expect(await readdir(join(folder, 'runs'))).toEqual([])
  })

  it('rejects all who shared the commit, and takes them when there is room again', async () => {
    const faulty = faultyFiles()
    const folder = await tempFolder()
    const { journal } = await open(folder, faulty.files)
    await journal.append(month, ['first'])
    faulty.room(50)
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => journal.append(month, [`${n} is too long to fit`])),
    )
    expect(results.filter((result) => result.status === 'fulfilled').length).toBeLessThan(2)
    faulty.room(Infinity)
    await journal.append(month, ['last'])
    const { records, context } = await open(folder)
    expect(records.at(0)).toBe('first')
    expect(records.at(-1)).toBe('last')
    expect(records).toHaveLength(2 + results.filter((result) => result.status === 'fulfilled').length)
    expect(context.warnings).toEqual([])
  })

  it('loses nothing that was acknowledged when the host is killed at any call', async () => {
    for (let at = 0; at < 8; at += 1) {
      const folder = await written([1])
      const faulty = faultyFiles()
      const { journal } = await open(folder, faulty.files)
      faulty.plan({ at, torn: true, onwards: true })
      let acknowledged = 1
      for (const n of [2, 3, 4])
        await journal.append(month, [n]).then(
          () => (acknowledged = n),
          () => undefined,
        )
      const { records } = await open(folder)
      expect(records.slice(0, acknowledged)).toEqual([1, 2, 3, 4].slice(0, acknowledged))
    }
  })
})
