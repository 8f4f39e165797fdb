import fc from 'fast-check'
import { describe, expect, it, type TestContext } from 'vitest'
import { nextCron } from '@shared/schedule/cron'
import { changesOf } from '../support/clock-oracle'
import {
  askPython,
  askSystemd,
  cronText,
  fieldsOf,
  isAny,
  mostAnswers,
  question,
  releaseOf,
  type Part,
  type Question,
} from '../support/other-schedulers'

const hour = 3_600_000
const day = 24 * hour
const text = (at: number): string => new Date(at).toISOString().slice(0, 16)

/** The hours around a change of the clocks in which everybody does as he likes. */
const apart = 4 * hour

describe('they come to the same, wherever the clocks are not being set:', () => {
  const questions = fc.sample(question(), { numRuns: 150, seed: 9 })
  const oneDayField = questions.filter(({ fields }) => isAny(fields.day) || isAny(fields.weekday))

  it('croniter', { timeout: 60_000 }, (context) => {
    compare(questions, askPython(context, questions, 'croniter'), unlikeCroniter)
  })

  it('APScheduler, which knows no "either" of the day fields', { timeout: 60_000 }, (context) => {
    compare(oneDayField, askPython(context, oneDayField, 'apscheduler'))
  })

  it('systemd, which knows none either', { timeout: 60_000 }, (context) => {
    compare(oneDayField, askSystemd(context, oneDayField))
  })
})

function compare(
  questions: readonly Question[],
  answers: readonly (readonly number[] | string)[],
  differs: (one: Question, at: number) => boolean = () => false,
): void {
  expect(answers).toHaveLength(questions.length)
  const wrong: object[] = []
  let compared = 0
  for (const [index, one] of questions.entries()) {
    const theirs = answers[index] ?? 'nothing'
    if (typeof theirs === 'string') {
      wrong.push({ expression: cronText(one.fields), zone: one.zone, theirs })
      continue
    }
    // They were asked for so many at most.
    const end = theirs.length >= mostAnswers ? (theirs.at(-1) ?? one.from) : one.until
    const changes = changesOf(one.zone, one.from - 2 * day, one.until + 2 * day)
    const settled = (at: number): boolean =>
      at <= end && !differs(one, at) && changes.every((change) => Math.abs(at - change.at) > apart)
    const [mine, other] = [oursTo(one, end).filter(settled).map(text), theirs.filter(settled).map(text)]
    compared += mine.length
    const first = [...mine, 'the end'].findIndex((at, place) => at !== (other[place] ?? 'the end'))
    if (first >= 0)
      wrong.push({
        expression: cronText(one.fields),
        zone: one.zone,
        from: text(one.from),
        ours: mine[first],
        theirs: other[first],
      })
  }
  expect(wrong.slice(0, 5)).toEqual([])
  expect(compared).toBeGreaterThan(3000)
}

/** It takes all days for no restriction, and loses its way at the end of a February: see the table. */
function unlikeCroniter({ fields }: Question, at: number): boolean {
  const days = new Set(fields.day.flatMap((part) => (part === 'any' ? [] : [...between(part)])))
  const [month, date] = [new Date(at).getUTCMonth(), new Date(at).getUTCDate()]
  return days.size === 31 || (days.size > 0 && (month === 1 ? date > 27 : month === 2 && date < 8))
}

function* between({ from, to, step }: Exclude<Part, 'any'>): Generator<number> {
  for (let value = from; value <= to; value += step) yield value
}

/** The releases that the table is of: those of Debian 12. */
const releases = { croniter: '1.3.5', apscheduler: '3.9.1', systemd: '252' }

function onlyOf(context: TestContext, whom: keyof typeof releases): void {
  const release = releaseOf(whom)
  if (release === undefined) context.skip(`${whom} is not installed`)
  else if (release !== releases[whom]) context.skip(`the table is of ${whom} ${releases[whom]}, and here is ${release}`)
}

describe('where they differ from us and from each other', () => {
  // What comes after the first instant and at or before the second; all in UTC.
  const rows: readonly (readonly [
    what: string,
    expression: string,
    zone: string,
    from: string,
    until: string,
    answers: Readonly<Record<'belfry' | keyof typeof releases, string>>,
  ])[] = [
    [
      'a single time in a gap',
      '30 2 * * *',
      'Europe/Berlin',
      '2024-03-30T22:59',
      '2024-03-31T21:59',
      { belfry: '31T01:00', croniter: '31T00:30 31T01:30', apscheduler: '31T01:30', systemd: '' },
    ],
    [
      'a list in a gap',
      '0,30 2 * * *',
      'Europe/Berlin',
      '2024-03-30T22:59',
      '2024-03-31T21:59',
      { belfry: '31T01:00', croniter: '31T00:00 31T01:00', apscheduler: '31T01:00', systemd: '' },
    ],
    [
      'a cadence over a gap',
      '30 * * * *',
      'Europe/Berlin',
      '2024-03-31T00:00',
      '2024-03-31T02:00',
      {
        belfry: '31T00:30 31T01:30',
        croniter: '31T00:30 31T01:30',
        apscheduler: '31T00:30 31T01:30',
        systemd: '31T00:30 31T01:30',
      },
    ],
    [
      'a step over a gap',
      '0 0-23/2 * * *',
      'America/New_York',
      '2024-03-10T04:59',
      '2024-03-10T12:00',
      {
        belfry: '10T05:00 10T07:00 10T08:00 10T10:00 10T12:00',
        croniter: '10T05:00 10T06:00 10T07:00 10T08:00 10T10:00 10T12:00',
        apscheduler: '10T05:00 10T07:00 10T08:00 10T10:00 10T12:00',
        systemd: '10T05:00 10T08:00 10T10:00 10T12:00',
      },
    ],
    [
      'a midnight that there is not',
      '0 0 * * *',
      'America/Santiago',
      '2024-09-07T12:00',
      '2024-09-08T12:00',
      { belfry: '08T04:00', croniter: 'goes back', apscheduler: '', systemd: '' },
    ],
    [
      'a gap of half an hour',
      '15 2 * * *',
      'Australia/Lord_Howe',
      '2024-10-05T13:00',
      '2024-10-06T13:00',
      { belfry: '05T15:30', croniter: '05T15:15 05T15:45', apscheduler: '05T15:45', systemd: '' },
    ],
    [
      'a single time that comes twice',
      '30 2 * * *',
      'Europe/Berlin',
      '2024-10-26T21:59',
      '2024-10-27T22:59',
      { belfry: '27T00:30', croniter: '27T00:30', apscheduler: '27T01:30', systemd: '27T00:30' },
    ],
    [
      'a list that comes twice',
      '0,30 2 * * *',
      'Europe/Berlin',
      '2024-10-26T21:59',
      '2024-10-27T22:59',
      {
        belfry: '27T00:00 27T00:30',
        croniter: '27T00:00 27T00:30',
        apscheduler: '27T01:00 27T01:30',
        systemd: '27T00:00 27T00:30',
      },
    ],
    [
      'half an hour that comes twice',
      '45 1 * * *',
      'Australia/Lord_Howe',
      '2024-04-06T12:59',
      '2024-04-07T12:59',
      { belfry: '06T14:45', croniter: '06T14:45', apscheduler: '06T15:15', systemd: '06T14:45' },
    ],
    [
      'a cadence over what comes twice',
      '15 * * * *',
      'Europe/Berlin',
      '2024-10-26T23:00',
      '2024-10-27T02:59',
      {
        belfry: '26T23:15 27T00:15 27T01:15 27T02:15',
        croniter: '26T23:15 27T00:15 27T01:15 27T02:15',
        apscheduler: '26T23:15 27T01:15 27T02:15',
        systemd: '26T23:15 27T00:15 27T02:15',
      },
    ],
    [
      'both day fields: either will do',
      '0 0 13 * 5',
      'UTC',
      '2024-09-01T00:00',
      '2024-09-30T00:00',
      {
        belfry: '06T00:00 13T00:00 20T00:00 27T00:00',
        croniter: '06T00:00 13T00:00 20T00:00 27T00:00',
        apscheduler: '13T00:00',
        systemd: '13T00:00',
      },
    ],
    [
      'every day as a range is a restriction',
      '0 0 1-31 * 5',
      'UTC',
      '2024-09-01T00:00',
      '2024-09-05T00:00',
      { belfry: '02T00:00 03T00:00 04T00:00 05T00:00', croniter: '', apscheduler: '', systemd: '' },
    ],
    [
      'the first of March after a 29 February',
      '0 0 1-31/5,11 * *',
      'UTC',
      '2024-02-28T18:30',
      '2024-03-12T00:00',
      {
        belfry: '01T00:00 06T00:00 11T00:00',
        croniter: '06T00:00 11T00:00',
        apscheduler: '01T00:00 06T00:00 11T00:00',
        systemd: '01T00:00 06T00:00 11T00:00',
      },
    ],
  ]
  const asked = rows.map(([, expression, zone, from, until]): Question => ({
    fields: fieldsOf(expression),
    zone,
    from: Date.parse(`${from}Z`),
    until: Date.parse(`${until}Z`),
  }))
  const times = (answer: readonly number[] | string): string =>
    typeof answer === 'string' ? answer : answer.map((at) => text(at).slice(8)).join(' ')
  const column = (whom: 'belfry' | keyof typeof releases): string[] =>
    rows.map(([what, , , , , answers]) => `${what}: ${answers[whom]}`)
  const told = (answers: readonly (readonly number[] | string)[]): string[] =>
    answers.map((answer, index) => `${rows[index]?.[0] ?? ''}: ${times(answer)}`)

  it('Belfry', () => {
    expect(told(asked.map((one) => oursTo(one, one.until)))).toEqual(column('belfry'))
  })

  it('croniter', (context) => {
    onlyOf(context, 'croniter')
    expect(told(askPython(context, asked, 'croniter'))).toEqual(column('croniter'))
  })

  it('APScheduler', (context) => {
    onlyOf(context, 'apscheduler')
    expect(told(askPython(context, asked, 'apscheduler'))).toEqual(column('apscheduler'))
  })

  it('systemd', (context) => {
    onlyOf(context, 'systemd')
    expect(told(askSystemd(context, asked))).toEqual(column('systemd'))
  })
})

function oursTo({ fields, zone, from }: Question, end: number): number[] {
  const ours: number[] = []
  for (let at = nextCron(cronText(fields), zone, from); at !== undefined && at <= end;) {
    ours.push(at)
    at = nextCron(cronText(fields), zone, at)
  }
  return ours
}
