import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LogLine } from '../../shared/model/run'
import { LogPages } from '../../renderer/src/lib/log-pages'
import { isDirective, severityOf } from '../../renderer/src/lib/log-severity'
import { logClock } from '../../renderer/src/format/log-clock'

const line = (number: number): LogLine => ({
  number,
  at: '2027-03-24T10:00:00.000Z',
  stream: 'out',
  text: `line ${number}`,
})
const lines = (first: number, last: number): LogLine[] =>
  Array.from({ length: last - first + 1 }, (_, index) => line(first + index))

describe('the kept part of a log', () => {
  it('says which pages are missing of what is looked at', () => {
    const pages = new LogPages(10)
    pages.put(lines(35, 42))
    pages.total = 42
    expect(pages.missing(1, 12)).toEqual([0, 1])
    expect(pages.missing(31, 42)).toEqual([3])
    pages.put(lines(31, 34))
    expect(pages.missing(31, 42)).toEqual([])
  })

  it('asks again for the last page when lines have come that it does not have', () => {
    const pages = new LogPages(10)
    pages.put(lines(1, 5))
    expect(pages.missing(1, 5)).toEqual([])
    pages.total = 8
    expect(pages.missing(1, 8)).toEqual([0])
  })

  it('tells a line that will never come from one that has not come yet', () => {
    const pages = new LogPages(10)
    pages.put([line(1), line(10), line(11)])
    expect(pages.isGap(5)).toBe(false)
    pages.settle(0)
    expect(pages.isGap(5)).toBe(true)
    expect(pages.isGap(1)).toBe(false)
    expect(pages.missing(1, 10)).toEqual([])
  })

  it('drops the page that was looked at longest ago, never the end', () => {
    const pages = new LogPages(10, 3)
    pages.put(lines(1, 10))
    pages.put(lines(91, 100))
    pages.put(lines(11, 20))
    pages.missing(1, 10)
    pages.put(lines(21, 30))
    expect(pages.line(11)).toBeUndefined()
    expect(pages.line(1)).toBeDefined()
    expect(pages.line(100)).toBeDefined()
  })

  it('never keeps more than its pages, and never gives a line a wrong number', () => {
    const step = fc.record({ first: fc.integer({ min: 1, max: 400 }), count: fc.integer({ min: 1, max: 40 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const pages = new LogPages(10, 5)
        for (const { first, count } of steps) {
          pages.put(lines(first, first + count - 1))
          for (let number = first; number < first + count; number += 1) {
            const found = pages.line(number)
            if (found) expect(found.number).toBe(number)
          }
        }
        expect(pages.kept).toBeLessThanOrEqual(50)
      }),
    )
  })

  it('hands on what it has without a hole', () => {
    const pages = new LogPages(10)
    pages.put(lines(1, 25).filter(({ number }) => number !== 18))
    expect(pages.run(0, 100)).toHaveLength(17)
    expect(pages.run(18, 3).map(({ number }) => number)).toEqual([19, 20, 21])
  })
})

describe('how loud a line is', () => {
  it.each([
    ['err', 'ssh: connect to host nas.local port 22: No route to host', 'error'],
    ['err', 'WARNING: deprecated option', 'warning'],
    ['err', 'INFO starting', 'none'],
    ['err', '', 'none'],
    ['out', 'compiled with 0 errors', 'none'],
    ['out', '2027-03-24 ERROR cannot open file', 'error'],
    ['out', 'error: cannot open file', 'error'],
    ['out', 'Traceback (most recent call last):', 'error'],
    ['out', '\u001b[33mwarn\u001b[0m  skip IMG_4630.CR3', 'warning'],
    ['out', 'copy 2027/03/22/IMG_4402.CR3', 'none'],
    ['belfry', 'Failed after 3 s: ERROR', 'none'],
  ] as const)('%s: %s → %s', (stream, text, severity) => {
    expect(severityOf({ stream, text })).toBe(severity)
  })

  it.each([
    ['::progress 45/100 text', true],
    ['::result {}', true],
    ['::progressive', false],
    [' ::progress 1/2', false],
  ])('knows what is said to Belfry: %s', (text, directive) => {
    expect(isDirective(text)).toBe(directive)
  })
})

describe('the clock of a line', () => {
  it.each([
    ['2027-03-24T09:35:00.014Z', 'Europe/Berlin', '10:35:00.014'],
    ['2027-03-28T00:59:59.999Z', 'Europe/Berlin', '01:59:59.999'],
    ['2027-03-28T01:00:00.000Z', 'Europe/Berlin', '03:00:00.000'],
    ['2027-03-24T18:30:00.000Z', 'Asia/Kathmandu', '00:15:00.000'],
    ['2027-04-03T15:00:00.000Z', 'Australia/Lord_Howe', '01:30:00.000'],
  ])('%s in %s is %s', (at, zone, clock) => {
    expect(logClock(at, zone)).toBe(clock)
  })
})
