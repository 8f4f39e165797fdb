import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trigger as triggerModel, type Trigger, type TriggerKind } from '@shared/model/trigger'
import { autoDst } from '@shared/schedule/cron'
import { jitterOf } from '../../electron/host/schedule/jitter'
import { bothAt, occurrences, setBackMarks } from '../../electron/host/schedule/occurrences'
import { nextOfTrigger, type Moment } from '../../electron/host/schedule/trigger-times'

const ms = (text: string): number => Date.parse(text)
const text = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')
const moment = (more: Partial<Moment> = {}): Moment => ({
  zone: 'UTC',
  dst: autoDst,
  createdAt: ms('2027-01-01T00:00:00.400Z'),
  idleSince: ms('2027-01-01T00:00:00.400Z'),
  ...more,
})
type Given = { kind: TriggerKind } & Record<string, unknown>
const made = (...given: Given[]): Trigger[] => given.map((one) => triggerModel.parse(one))
const instants = (given: Given[], after: string, count: number, known = moment(), end?: string): string[] =>
  [
    ...occurrences(made(...given), bothAt(ms(after)), known, {
      count,
      ...(end === undefined ? {} : { end: ms(end) }),
    }),
  ].map(({ at }) => text(at))

describe('a cron trigger', () => {
  const daily = { kind: 'cron', expression: '0 12 * * *' } as const

  it.each([
    ['from is inclusive', { from: '2027-01-03T12:00:00Z' }, ['2027-01-03T12:00:00Z', '2027-01-04T12:00:00Z']],
    ['from a moment later', { from: '2027-01-03T12:00:00.001Z' }, ['2027-01-04T12:00:00Z', '2027-01-05T12:00:00Z']],
    ['from that has passed', { from: '2020-01-01T00:00:00Z' }, ['2027-01-01T12:00:00Z', '2027-01-02T12:00:00Z']],
    ['until is inclusive', { until: '2027-01-02T12:00:00Z' }, ['2027-01-01T12:00:00Z', '2027-01-02T12:00:00Z']],
    ['until a moment before', { until: '2027-01-02T11:59:59.999Z' }, ['2027-01-01T12:00:00Z']],
    ['until that has passed', { until: '2026-12-31T12:00:00Z' }, []],
    ['both', { from: '2027-01-02T00:00:00Z', until: '2027-01-02T23:00:00Z' }, ['2027-01-02T12:00:00Z']],
    [
      'from in another offset',
      { from: '2027-01-02T13:00:00+01:00', until: '2027-01-02T07:00:00-05:00' },
      ['2027-01-02T12:00:00Z'],
    ],
  ])('%s', (_name, bounds, wanted) => {
    expect(instants([{ ...daily, ...bounds }], '2027-01-01T00:00:00Z', 2)).toEqual(wanted)
  })

  it('goes by its own zone, else by the machine’s', () => {
    const both = [
      { kind: 'cron', expression: '0 9 * * *', timezone: 'Asia/Tokyo' },
      { kind: 'cron', expression: '0 9 * * *' },
    ] as const
    expect(instants([...both], '2027-06-01T00:00:00Z', 2, moment({ zone: 'Europe/Berlin' }))).toEqual([
      '2027-06-01T07:00:00Z',
      '2027-06-02T00:00:00Z',
    ])
    expect(instants([...both], '2027-06-01T00:00:00Z', 2, moment({ zone: 'America/Lima' }))).toEqual([
      '2027-06-01T14:00:00Z',
      '2027-06-02T00:00:00Z',
    ])
  })
})

describe('a fixed rate', () => {
  it.each([
    ['counts from the whole second of its creation', {}, '2027-01-01T00:00:00.400Z', '2027-01-01T01:30:00Z'],
    [
      'comes first an interval after its anchor',
      { anchor: '2027-01-01T00:10:00Z' },
      '2027-01-01T00:00:00Z',
      '2027-01-01T01:40:00Z',
    ],
    ['not at its anchor', { anchor: '2027-01-01T00:00:00Z' }, '2026-12-31T23:59:59Z', '2027-01-01T01:30:00Z'],
    [
      'waits for an anchor far ahead',
      { anchor: '2077-05-05T05:05:05Z' },
      '2027-01-01T00:00:00Z',
      '2077-05-05T06:35:05Z',
    ],
    [
      'goes on from an anchor long ago',
      { anchor: '1970-01-01T00:00:00Z' },
      '2027-01-01T00:00:00Z',
      '2027-01-01T01:30:00Z',
    ],
    [
      'goes on from one before all clocks',
      { anchor: '0000-01-01T00:00:00Z' },
      '2027-01-01T00:00:00Z',
      '2027-01-01T01:30:00Z',
    ],
    [
      'keeps the anchor’s milliseconds',
      { anchor: '2027-01-01T00:00:00.250Z' },
      '2027-01-01T00:00:00Z',
      '2027-01-01T01:30:00.250Z',
    ],
    ['is strictly later', { anchor: '2027-01-01T00:00:00Z' }, '2027-01-01T01:30:00Z', '2027-01-01T03:00:00Z'],
  ])('%s', (_name, more, after, wanted) => {
    expect(instants([{ kind: 'interval', every: '90m', ...more }], after, 1)).toEqual([wanted])
  })

  it('is anchor + n·every for every n, whatever the clocks show, for centuries', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: ms('1970-01-01T00:00:00Z'), max: ms('2200-01-01T00:00:00Z') }),
        fc.oneof(fc.integer({ min: 1000, max: 100_000 }), fc.integer({ min: 1000, max: 315_576_000_000 })),
        fc.integer({ min: ms('2000-01-01T00:00:00Z'), max: ms('9000-01-01T00:00:00Z') }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'Australia/Lord_Howe'),
        (anchor, every, after, zone) => {
          const [trigger] = made({ kind: 'interval', every, anchor: new Date(anchor).toISOString() })
          if (!trigger) return
          const next = nextOfTrigger(trigger, after, moment({ zone }))
          // In whole numbers of any size.
          const elapsed = BigInt(after) - BigInt(anchor)
          const n = elapsed < 0n ? 1n : elapsed / BigInt(every) + 1n
          expect(BigInt(next?.at ?? 0)).toBe(BigInt(anchor) + n * BigInt(every))
          expect(next?.lost).toBe(false)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('does not drift over a change of the clocks', () => {
    const every6h = { kind: 'interval', every: '6h', anchor: '2027-03-27T00:00:00Z' } as const
    expect(instants([every6h], '2027-03-28T00:00:00Z', 3, moment({ zone: 'Europe/Berlin' }))).toEqual([
      '2027-03-28T06:00:00Z',
      '2027-03-28T12:00:00Z',
      '2027-03-28T18:00:00Z',
    ])
  })

  it('ends at until, inclusive, and with the year 9999', () => {
    const hourly = { kind: 'interval', every: '1h', anchor: '2027-01-01T00:00:00Z' } as const
    expect(instants([{ ...hourly, until: '2027-01-01T02:00:00Z' }], '2027-01-01T00:00:00Z', 9)).toEqual([
      '2027-01-01T01:00:00Z',
      '2027-01-01T02:00:00Z',
    ])
    expect(instants([hourly], '9999-12-31T22:30:00Z', 9)).toEqual(['9999-12-31T23:00:00Z'])
  })
})

describe('a fixed delay', () => {
  const delay = { kind: 'interval', every: '10m', mode: 'fixed-delay' } as const

  it('counts from the end of the last run, to the millisecond', () => {
    expect(instants([delay], '2027-01-01T00:05:00Z', 1, moment({ idleSince: ms('2027-01-01T00:03:07.123Z') }))).toEqual(
      ['2027-01-01T00:13:07.123Z'],
    )
  })

  it('has no next while a run is active', () => {
    expect(instants([delay], '2027-01-01T00:05:00Z', 1, moment({ idleSince: null }))).toEqual([])
  })

  it('does not heed an anchor, and ends at until', () => {
    const known = moment({ idleSince: ms('2027-01-01T00:00:00Z') })
    expect(instants([{ ...delay, anchor: '2030-01-01T00:00:00Z' }], '2027-01-01T00:00:00Z', 1, known)).toEqual([
      '2027-01-01T00:10:00Z',
    ])
    expect(instants([{ ...delay, until: '2027-01-01T00:09:59Z' }], '2027-01-01T00:00:00Z', 1, known)).toEqual([])
  })
})

describe('a date', () => {
  it.each([
    ['an instant', { at: '2027-07-01T10:00:00Z' }, '2027-07-01T10:00:00Z'],
    ['a local time of its zone', { at: '2027-07-01T10:00', timezone: 'Asia/Tokyo' }, '2027-07-01T01:00:00Z'],
    ['a local time of the machine’s', { at: '2027-07-01T10:00' }, '2027-07-01T08:00:00Z'],
    ['a local time in a gap: right after it', { at: '2027-03-28T02:30' }, '2027-03-28T01:00:00Z'],
    ['a local time that comes twice: the first pass', { at: '2027-10-31T02:30' }, '2027-10-31T00:30:00Z'],
    [
      'a local midnight that there is not',
      { at: '2027-09-05T00:00', timezone: 'America/Santiago' },
      '2027-09-05T04:00:00Z',
    ],
    ['a local time of a day left out', { at: '2011-12-30T10:00', timezone: 'Pacific/Apia' }, undefined],
    ['the last second', { at: '9999-12-31T23:59:59Z' }, '9999-12-31T23:59:59Z'],
    ['spent', { at: '2026-12-31T23:59:59Z' }, undefined],
  ])('%s', (_name, given, wanted) => {
    const found = instants([{ kind: 'date', ...given }], '2027-01-01T00:00:00Z', 9, moment({ zone: 'Europe/Berlin' }))
    expect(found).toEqual(wanted === undefined ? [] : [wanted])
  })
})

describe('several triggers', () => {
  it('come in order, and those that meet in a second make one occurrence, of the first of them', () => {
    const triggers = made(
      { kind: 'cron', expression: '0 * * * *' },
      { kind: 'interval', every: '20m', anchor: '2027-01-01T00:00:00.700Z' },
      { kind: 'date', at: '2027-01-01T01:20:00.100Z' },
      { kind: 'manual' },
      { kind: 'startup' },
    )
    const found = [...occurrences(triggers, bothAt(ms('2027-01-01T00:30:00Z')), moment(), { count: 6 })]
    expect(found.map(({ at, trigger, kind }) => [text(at), trigger, kind])).toEqual([
      ['2027-01-01T00:40:00.700Z', 1, 'interval'],
      ['2027-01-01T01:00:00Z', 0, 'cron'],
      ['2027-01-01T01:20:00.100Z', 2, 'date'],
      ['2027-01-01T01:40:00.700Z', 1, 'interval'],
      ['2027-01-01T02:00:00Z', 0, 'cron'],
      ['2027-01-01T02:20:00.700Z', 1, 'interval'],
    ])
  })

  it('never make more than one occurrence a second, and lose no second', () => {
    const interval = fc.record({
      kind: fc.constant('interval' as const),
      every: fc.integer({ min: 1000, max: 5000 }),
      anchor: fc
        .integer({ min: 0, max: 2000 })
        .map((more) => new Date(ms('2027-01-01T00:00:00Z') - more).toISOString()),
    })
    const cron = fc.record({
      kind: fc.constant('cron' as const),
      expression: fc.constantFrom('* * * * * *', '*/3 * * * * *', '30 * * * * *', '* * * * *'),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(interval, cron), { minLength: 1, maxLength: 4 }), (given) => {
        const [from, end] = [ms('2027-01-01T00:00:10.999Z'), ms('2027-01-01T00:02:00.999Z')]
        const triggers = made(...given)
        const found = [...occurrences(triggers, bothAt(from), moment(), { count: 1000, end })].map(({ at }) => at)
        const seconds = found.map((at) => Math.floor(at / 1000))
        expect(new Set(seconds).size).toBe(seconds.length)
        const wanted = new Set<number>()
        for (const trigger of triggers)
          for (let next = nextOfTrigger(trigger, from, moment()); next && next.at <= end;) {
            wanted.add(Math.floor(next.at / 1000))
            next = nextOfTrigger(trigger, next.at, moment())
          }
        expect(seconds).toEqual([...wanted].sort((a, b) => a - b))
      }),
      { numRuns: 100 },
    )
  })

  it('what one runs is not lost because the gap swallows the other', () => {
    const known = moment({ zone: 'Europe/Berlin', dst: { gap: 'skip', overlap: 'auto' } })
    const lost = { kind: 'cron', expression: '30 2 * * *' } as const
    const runs = { kind: 'cron', expression: '0 3 * * *' } as const
    for (const given of [
      [lost, runs],
      [runs, lost],
    ]) {
      const [first] = [...occurrences(made(...given), bothAt(ms('2027-03-28T00:00:00Z')), known, { count: 1 })]
      expect(first).toMatchObject({ at: ms('2027-03-28T01:00:00Z'), lost: false, trigger: given.indexOf(runs) })
    }
    expect([...occurrences(made(lost), bothAt(ms('2027-03-28T00:00:00Z')), known, { count: 1 })]).toMatchObject([
      { at: ms('2027-03-28T01:00:00Z'), lost: true },
    ])
  })

  it('set back by an hour, rhythms go on and fixed times do not repeat; by a day, all begin anew', () => {
    const triggers = made(
      { kind: 'cron', expression: '30 * * * *' },
      { kind: 'cron', expression: '15 0-22 * * *' },
      { kind: 'interval', every: '20m', anchor: '2027-01-01T00:00:00Z' },
    )
    const decided = bothAt(ms('2027-01-01T12:40:00.999Z'))
    const after = (now: string, stay: boolean): string[] =>
      [...occurrences(triggers, setBackMarks(decided, ms(now), stay), moment(), { count: 4 })].map(
        ({ at, trigger }) => `${text(at).slice(11, 16)} ${trigger}`,
      )
    expect(after('2027-01-01T11:50:00Z', true)).toEqual(['12:00 2', '12:20 2', '12:30 0', '12:40 2'])
    expect(after('2027-01-01T11:50:00Z', false)).toEqual(['12:00 2', '12:15 1', '12:20 2', '12:30 0'])
  })
})

describe('jitter', () => {
  it('is the same for the same task and instant, whoever asks and when', () => {
    // Fixed for ever: a host that starts again must come to the same.
    expect(
      [
        ['01J0000000000000000000TASK', '2027-01-01T00:00:00Z', 60_000],
        ['01J0000000000000000000TASK', '2027-01-01T00:01:00Z', 60_000],
        ['01J0000000000000000000TASL', '2027-01-01T00:00:00Z', 60_000],
        ['aufräumen', '2027-01-01T00:00:00Z', 86_400_000],
      ].map(([id, at, most]) => jitterOf(String(id), ms(String(at)), Number(most))),
    ).toEqual([19_324, 42_527, 43_080, 47_661_129])
  })

  it('lies in 0…jitter, reaches both ends, and is spread evenly', () => {
    const most = 9
    const seen = new Array<number>(most + 1).fill(0)
    const many = 20_000
    for (let n = 0; n < many; n++) {
      const one = jitterOf('task-1', ms('2027-01-01T00:00:00Z') + n * 60_000, most)
      seen[one] = (seen[one] ?? 0) + 1
    }
    expect(seen).toHaveLength(most + 1)
    for (const count of seen) expect(Math.abs(count / many - 0.1)).toBeLessThan(0.01)
    // Tasks of the same minute too.
    const tasks = new Set(Array.from({ length: 1000 }, (_, n) => jitterOf(`task-${n}`, 1.8e12, 1_000_000)))
    expect(tasks.size).toBeGreaterThan(980)
    fc.assert(
      fc.property(fc.string(), fc.integer(), fc.integer({ min: 0, max: 86_400_000 }), (id, at, jitter) => {
        const found = jitterOf(id, at, jitter)
        expect(Number.isInteger(found) && found >= 0 && found <= jitter).toBe(true)
      }),
    )
  })
})
