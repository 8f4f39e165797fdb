import { describe, expect, it } from 'vitest'
import { estimateLeft, median, usualDuration } from '../../renderer/src/format/estimate'
import { instantFormat } from '../../renderer/src/format/instant'
import { formatBytes } from '../../renderer/src/format/quantity'
import { formatCoarse, formatCountdown, formatExactSpan, formatSpan } from '../../renderer/src/format/span'
import { en } from '../../renderer/src/locales/en'

const { unit } = en.common
const s = 1000
const m = 60 * s
const h = 60 * m
const d = 24 * h

describe('how long something took', () => {
  it.each<[number, string]>([
    [0, '0 ms'],
    [23, '23 ms'],
    [300, '0.3 s'],
    [8140, '8.1 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [42_400, '42 s'],
    [59_600, '1 m 00 s'],
    [64_000, '1 m 04 s'],
    [48 * m + 12 * s, '48 m 12 s'],
    [2 * h + 19 * m, '2 h 19 m'],
    [3 * d + 16 * h, '3 d 16 h'],
    [-5, '0 ms'],
  ])('%d ms is "%s"', (ms, text) => {
    expect(formatSpan(ms, unit)).toBe(text)
  })
})

describe('how long until something', () => {
  it.each<[number, string]>([
    [12_900, '12 s'],
    [47 * m + 59 * s, '47 m'],
    [h + 27 * m, '1 h 27 m'],
    [3 * d + 16 * h, '3 d 16 h'],
  ])('%d ms is "%s"', (ms, text) => {
    expect(formatCountdown(ms, unit)).toBe(text)
  })

  it('is one unit where that is enough', () => {
    expect([18 * s, 42 * m, 3 * h + 59 * m, 2 * d + 5 * h].map((ms) => formatCoarse(ms, unit))).toEqual([
      '18 s',
      '42 m',
      '3 h',
      '2 d',
    ])
  })

  it('is exact in a tooltip, and leaves out what is zero', () => {
    expect([h + 27 * m + 42 * s, 5 * s, h, 400].map((ms) => formatExactSpan(ms, unit))).toEqual([
      '1 h 27 m 42 s',
      '5 s',
      '1 h',
      '0 s',
    ])
  })
})

describe('an instant in the host’s zone', () => {
  const berlin = instantFormat('en', 'Europe/Berlin')
  const now = Date.parse('2027-03-24T09:42:18Z')

  it.each<[string, string]>([
    ['2027-03-24T11:10:00Z', '12:10'],
    ['2027-03-25T01:15:00Z', 'Thu 02:15'],
    ['2027-03-28T02:00:00Z', 'Sun 04:00'],
    ['2027-04-24T02:00:00Z', '24 Apr 04:00'],
    ['2029-04-24T02:00:00Z', '24 Apr 2029 04:00'],
  ])('%s is "%s"', (at, text) => {
    expect(berlin.near(at, now)).toBe(text)
  })

  it('has seconds only when asked', () => {
    expect(berlin.near('2027-03-24T09:42:30Z', now)).toBe('10:42')
    expect(berlin.near('2027-03-24T09:42:30Z', now, true)).toBe('10:42:30')
  })

  it('is exact with its zone, before and after the clocks go forward', () => {
    expect(berlin.exact('2027-03-24T11:10:00Z')).toBe('Wed 24 Mar 2027, 12:10:00 CET')
    expect(berlin.exact('2027-03-28T01:00:00Z')).toMatch(/^Sun 28 Mar 2027, 03:00:00 (CEST|GMT\+2)$/)
    expect(berlin.utc('2027-03-24T11:10:00Z')).toBe('11:10:00 UTC')
  })

  it('is at home in Chinese', () => {
    const shanghai = instantFormat('zh-CN', 'Asia/Shanghai')
    expect(shanghai.longDay('2027-03-24T11:10:00Z')).toBe('3月24日星期三')
    expect(shanghai.near('2027-03-24T11:10:00Z', now)).toBe('19:10')
  })
})

describe('what a run will still take', () => {
  const startedAt = '2027-03-24T09:00:00.000Z'
  const start = Date.parse(startedAt)
  const progress = (percent: number | null, after: number) => ({
    percent,
    processed: null,
    total: null,
    item: null,
    message: null,
    updatedAt: new Date(start + after).toISOString(),
  })

  it.each<[string, Parameters<typeof estimateLeft>[0], number | undefined, number, number | undefined]>([
    ['follows its progress', { startedAt, progress: progress(50, 10 * m) }, undefined, start + 10 * m, 10 * m],
    [
      'counts down between two reports',
      { startedAt, progress: progress(50, 10 * m) },
      undefined,
      start + 12 * m,
      8 * m,
    ],
    ['is what the task usually takes without progress', { startedAt, progress: null }, 30 * m, start + 10 * m, 20 * m],
    ['prefers progress to habit', { startedAt, progress: progress(50, 10 * m) }, 60 * m, start + 10 * m, 10 * m],
    ['is not told once it is over its usual time', { startedAt, progress: null }, 5 * m, start + 10 * m, undefined],
    [
      'is not told when progress has stood still for too long',
      { startedAt, progress: progress(50, 10 * m) },
      undefined,
      start + 21 * m,
      undefined,
    ],
    ['is not told of a run that has not started', { startedAt: null, progress: null }, 5 * m, start, undefined],
  ])('%s', (_, run, usual, now, left) => {
    expect(estimateLeft(run, usual, now)).toBe(left)
  })

  it('takes the median of what succeeded as usual', () => {
    const recent = (status: 'succeeded' | 'failed', durationMs: number | null) => ({
      id: 'r',
      number: 1,
      status,
      startedAt,
      finishedAt: startedAt,
      durationMs,
      error: null,
    })
    expect(
      usualDuration({
        recent: [recent('succeeded', 10), recent('failed', 900), recent('succeeded', 30), recent('succeeded', 20)],
      }),
    ).toBe(20)
    expect(usualDuration({ recent: [] })).toBeUndefined()
    expect(median([1, 2])).toBe(1.5)
  })
})

it('sizes are round and in the language’s digits', () => {
  expect([0, 999, 2200, 1_500_000, 123_456_789].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
    '0 B',
    '999 B',
    '2.2 KB',
    '1.5 MB',
    '123 MB',
  ])
})
