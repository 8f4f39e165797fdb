import { describe, expect, it } from 'vitest'
import type { RunStatus } from '../../shared/model/run'
import { zoneAbbreviation } from '../../renderer/src/format/zone-abbreviation'
import { quantile } from '../../renderer/src/lib/quantile'
import { resultText } from '../../renderer/src/lib/result-text'
import { axisSteps, runStats } from '../../renderer/src/lib/run-stats'

const run = (
  status: RunStatus,
  durationMs: number | null = 1000,
  finishedAt: string | null = '2027-03-24T10:00:00.000Z',
) => ({
  status,
  durationMs,
  startedAt: '2027-03-24T09:00:00.000Z',
  finishedAt,
})

describe('what recent runs come to', () => {
  it('counts neither cancelled runs nor those that go on', () => {
    const stats = runStats([
      run('running', null, null),
      run('succeeded'),
      run('cancelled'),
      run('failed'),
      run('succeeded'),
      run('timed_out'),
    ])
    expect(stats).toMatchObject({ counted: 4, succeeded: 2, rate: 0.5, inARow: 1 })
  })

  it('takes durations of successful runs only', () => {
    const stats = runStats([run('succeeded', 300), run('failed', 1), run('succeeded', 100), run('succeeded', 200)])
    expect(stats).toMatchObject({ median: 200, p95: 300 })
  })

  it('says when the last broken run ended', () => {
    const at = '2027-03-20T00:00:00.000Z'
    expect(runStats([run('succeeded'), run('interrupted'), run('timed_out', 5, at), run('failed')])).toMatchObject({
      lastBroken: at,
      inARow: 1,
    })
  })

  it('has nothing to say without a run', () => {
    expect(runStats([])).toEqual({
      counted: 0,
      succeeded: 0,
      rate: null,
      median: null,
      p95: null,
      lastBroken: null,
      inARow: 0,
    })
  })
})

describe('quantiles by nearest rank', () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.95, 7],
    [[4, 1, 3, 2], 0.5, 2],
    [[5, 1, 4, 2, 3], 0.5, 3],
    [Array.from({ length: 100 }, (_, index) => index + 1), 0.95, 95],
  ])('%j at %d is %s', (values, part, expected) => {
    expect(quantile(values, part)).toBe(expected)
  })
})

describe('a duration axis', () => {
  it.each([
    [1, [100, 200]],
    [950, [500, 1000]],
    [57 * 60_000, [1_800_000, 3_600_000]],
    [5 * 86_400_000, [259_200_000, 518_400_000]],
  ])('for %d ms has the steps %j', (longest, steps) => {
    expect(axisSteps(longest)).toEqual(steps)
  })
})

describe('what a zone is called at an instant', () => {
  it.each([
    ['2027-01-01T00:00:00Z', 'Europe/Berlin', 'CET'],
    ['2027-07-01T00:00:00Z', 'Europe/Berlin', 'CEST'],
    ['2027-01-01T00:00:00Z', 'America/New_York', 'EST'],
    ['2027-07-01T00:00:00Z', 'America/New_York', 'EDT'],
    ['2027-01-01T00:00:00Z', 'Asia/Kathmandu', 'GMT+5:45'],
    ['2027-01-01T00:00:00Z', 'UTC', 'UTC'],
  ])('%s in %s: %s', (at, zone, name) => {
    expect(zoneAbbreviation(at, zone, 'en')).toBe(name)
  })
})

describe('a result in one line', () => {
  it.each([
    [null, ''],
    ['21.4 GB new', '21.4 GB new'],
    [3, '3'],
    [{ copied: 1118, gb: 28.9, where: 'nas' }, 'copied 1118, gb 28.9, where nas'],
    [['a', 1], 'a, 1'],
    [{ nested: { deep: true } }, 'nested {"deep":true}'],
  ])('%j is %j', (result, text) => {
    expect(resultText(result)).toBe(text)
  })
})
