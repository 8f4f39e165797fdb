import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLine, encodeLine } from '../../electron/host/store/journal-line'
import { faultyFiles } from '../support/faulty-files'
import { month, openRecords as open, pathIn, written } from '../support/journal-records'
import { tempFolder } from '../support/temp-folder'

describe('a journal line', () => {
  it('comes back as it was written, and nothing else does', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const record: unknown = JSON.parse(JSON.stringify(value))
        const line = encodeLine(record)
        expect(line.at(-1)).toBe(10)
        expect(line.indexOf(10)).toBe(line.length - 1)
        expect(decodeLine(line.subarray(0, -1))).toEqual({ ok: true, record })
      }),
    )
  })

  it.each([
    ['a record with the checksum of another', '{"v":{"a":1},"crc":3830846843}', false],
    ['a record repaired by hand', '{"v":{"a":1}}', true],
    ['a record repaired by hand, with spaces', ' { "v" : {"a": 1} }', true],
    ['a repaired record of a Windows editor', '{"v":{"a":1}}\r', true],
    ['a record edited with its checksum left', '{"v":{"a":2},"crc":1}', false],
    ['a checksum in another form', '{"v":{"a":1}, "crc": 1}', false],
    ['a record without its frame', '{"a":1}', false],
    ['a word', 'null', false],
    ['nothing', '', false],
  ])('%s: %s is good: %s', (_, text, good) => {
    expect(decodeLine(Buffer.from(text)).ok).toBe(good)
  })
})

describe('a journal', () => {
  it('begins each segment with its format and who wrote it', async () => {
    const folder = await written([{ a: 1 }])
    const [first = '', second = ''] = (await readFile(pathIn(folder), 'utf8')).split('\n')
    expect(decodeLine(Buffer.from(first))).toEqual({
      ok: true,
      record: { kind: 'segment', format: 1, writtenBy: '0.1.0' },
    })
    expect(decodeLine(Buffer.from(second))).toEqual({ ok: true, record: { a: 1 } })
    expect((await stat(pathIn(folder))).mode & 0o777).toBe(0o600)
  })

  it('gives back each record where it was put', async () => {
    const folder = await tempFolder()
    const { journal } = await open(folder)
    const places = await Promise.all(
      Array.from({ length: 50 }, (_, n) => journal.append(n % 2 ? month : '2026-12', [n, `${n}`])),
    )
    for (const [n, [number, text]] of places.entries()) {
      expect(number && (await journal.read(number))).toBe(n)
      expect(text && (await journal.read(text))).toBe(`${n}`)
    }
  })

  it('syncs once for all who came while it was writing', async () => {
    const faulty = faultyFiles()
    const { journal } = await open(await tempFolder(), faulty.files)
    await Promise.all(Array.from({ length: 200 }, (_, n) => journal.append(month, [n])))
    expect(faulty.calls().filter((call) => call === 'datasync')).toHaveLength(2)
  })

  it('keeps all that was acknowledged, in order, whatever came together', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.tuple(fc.constantFrom(month, '2026-12'), fc.nat()), { maxLength: 6 })),
        async (rounds) => {
          const folder = await tempFolder()
          const { journal } = await open(folder)
          for (const round of rounds) await Promise.all(round.map(([segment, n]) => journal.append(segment, [n])))
          await journal.close()
          const { records, context } = await open(folder)
          const all = rounds.flat()
          expect(records).toEqual(
            [...all.filter(([s]) => s === month), ...all.filter(([s]) => s !== month)].map(([, n]) => n),
          )
          expect(context.warnings).toEqual([])
        },
      ),
      { numRuns: 25 },
    )
  })

  it('is refused untouched when a later Belfry wrote it', async () => {
    const folder = await written([1])
    await writeFile(pathIn(folder), encodeLine({ kind: 'segment', format: 2, writtenBy: '3.1.4' }))
    await expect(open(folder)).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('3.1.4') })
  })
})

describe('a journal that was cut anywhere', () => {
  it('loses nothing but the line that was cut, and goes on', async () => {
    const records = [1, 'ü\n☃', 3]
    const source = await readFile(pathIn(await written(records)))
    for (let length = 0; length <= source.length; length += 1) {
      const folder = await written([])
      await writeFile(pathIn(folder), source.subarray(0, length))
      const whole = source.subarray(0, length).toString('latin1').split('\n').length - 1
      // A line that lacks only its newline is whole.
      const complete = source[length] === 10 ? whole + 1 : whole
      const first = await open(folder)
      expect(first.records, `cut to ${length}`).toEqual(records.slice(0, Math.max(0, complete - 1)))
      const torn = source[length] !== 10 && length > 0 && source[length - 1] !== 10
      expect(first.context.warnings.map((warning) => warning.code)).toEqual(torn ? ['RECOVERED'] : [])
      await first.journal.append(month, ['next'])
      await first.journal.close()
      const second = await open(folder)
      expect(second.records).toEqual([...first.records, 'next'])
      expect(second.context.warnings).toEqual([])
      expect(await readdir(join(folder, 'quarantine')).catch(() => [])).toHaveLength(torn ? 1 : 0)
    }
  })
})

describe('a journal with a damaged byte', () => {
  it('loses at most the lines it touches, keeps a copy of them, and goes on', async () => {
    const records = Array.from({ length: 6 }, (_, n) => ({ n, text: 'ab☃'.repeat(n) }))
    const source = await readFile(pathIn(await written(records)))
    const lineOf = (offset: number): number => source.subarray(0, offset).toString('latin1').split('\n').length - 1
    await fc.assert(
      fc.asyncProperty(fc.nat(source.length - 1), fc.integer({ min: 1, max: 255 }), async (offset, flip) => {
        const folder = await written([])
        const damaged = Buffer.from(source)
        damaged[offset] = (damaged[offset] ?? 0) ^ flip
        await writeFile(pathIn(folder), damaged)
        const { records: found, journal, context } = await open(folder)
        // Line 0 is the header. A newline belongs to its line and, lost, to the next one, too.
        const touched = [lineOf(offset) - 1, ...(source[offset] === 10 ? [lineOf(offset)] : [])]
        const left = records.filter((_, n) => !touched.includes(n))
        expect(found.length).toBeGreaterThanOrEqual(left.length)
        expect(found.filter((record) => left.some(({ n }) => n === (record as { n: number }).n))).toEqual(left)
        if (found.length < records.length) {
          expect(context.warnings.length).toBeGreaterThan(0)
          if (offset < source.length - 1) expect(await readdir(join(folder, 'quarantine'))).not.toEqual([])
        }
        await journal.append(month, ['next'])
        await journal.close()
        expect((await open(folder)).records).toEqual([...found, 'next'])
      }),
      { numRuns: 60 },
    )
  })

  it('says the same once, and keeps one copy, however often it is opened', async () => {
    const folder = await written([1, 'refused', 2])
    for (let opening = 0; opening < 3; opening += 1) {
      const { records, context } = await open(folder)
      expect(records).toEqual([1, 2])
      expect(context.warnings).toMatchObject([
        { code: 'QUARANTINED', message: expect.stringContaining('it is refused') },
      ])
    }
    const kept = await readdir(join(folder, 'quarantine'))
    expect(kept).toHaveLength(1)
    expect(await readFile(join(folder, 'quarantine', kept[0] ?? ''), 'utf8')).toContain('"refused"')
  })

  it('takes a line that was repaired by hand, with or without a last newline', async () => {
    const folder = await written([1])
    await appendFile(pathIn(folder), '{"v":2}\n\n{"v":3}')
    const first = await open(folder)
    expect(first.records).toEqual([1, 2, 3])
    await first.journal.append(month, [4])
    await first.journal.close()
    expect((await open(folder)).records).toEqual([1, 2, 3, 4])
  })
})
