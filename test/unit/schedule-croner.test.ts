import { Cron } from 'croner'
import { describe, expect, it } from 'vitest'
import { nextCron } from '@shared/schedule/cron'

const day = 86_400_000
const [from, until] = [Date.UTC(2023, 0), Date.UTC(2031, 0)]

/** The days of eight years that croner 11 takes a day for, each asked for by itself. */
function cronerDays(fields: string): string[] {
  const cron = new Cron(`0 0 0 ${fields}`, { utcOffset: 0, paused: true })
  const found: string[] = []
  for (let at = from; at < until; at += day) if (cron.match(new Date(at))) found.push(date(at))
  return found
}

function ourDays(fields: string): string[] {
  const found: string[] = []
  for (let at = nextCron(`0 0 0 ${fields}`, 'UTC', from - 1); at !== undefined && at < until;) {
    found.push(date(at))
    at = nextCron(`0 0 0 ${fields}`, 'UTC', at)
  }
  return found
}

const date = (at: number): string => new Date(at).toISOString().slice(0, 10)

describe('every form of a day that croner 11 reads means the same', () => {
  const days = [
    '*',
    '?',
    '1',
    '31',
    '1,15',
    '10-20',
    '*/3',
    '5-25/10',
    'L',
    'l',
    'L,1',
    '15W',
    '1W',
    '31W',
    '30W',
    '1W,15w',
    'LW',
    'lw',
    '1,30',
    '29-31',
  ]
  const weekdays = [
    '*',
    '?',
    '0',
    '7',
    '1-5',
    '5-7',
    'mon',
    'MON-FRI',
    'fri-sun',
    'sun,wed',
    '*/2',
    '1-5/2',
    '1#1',
    '5#2',
    'mon#3',
    '5#5',
    '5#L',
    'FRI#L',
    '5L',
    'fril',
    '1#1,3#L',
    '1-2#2',
    '5-6#L',
    '+1',
    '+mon-fri',
    '+5#L',
    '+*',
  ]

  it.each(days)('%s', (one) => {
    for (const other of weekdays) {
      // Ours is the rule of Vixie cron, where croner says "either".
      const and = one.startsWith('*/') || other.startsWith('*/')
      const theirs = and && other !== '*' && other !== '?' ? `+${other.replace('+', '')}` : other
      for (const month of ['*', 'feb,MAR,4-9/2'])
        expect([one, other, month, ourDays(`${one} ${month} ${other}`)]).toEqual([
          one,
          other,
          month,
          cronerDays(`${one} ${month} ${theirs}`),
        ])
    }
  })

  it.each(['2024', '2023-2025', '2024,2028', '*/2', '*/4', '2020-2030/3', '1-9999'])('in the years %s', (years) => {
    for (const fields of ['29 2 *', '* * fri#L', 'L 1 *'])
      expect(ourDays(`${fields} ${years}`)).toEqual(cronerDays(`${fields} ${years}`))
  })

  it.each(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly', '@Daily'])(
    '%s',
    (nickname) => {
      const cron = new Cron(nickname, { utcOffset: 0, paused: true })
      for (let at = from, n = 0; n < 20; n++) {
        const next = cron.nextRun(new Date(at))?.getTime()
        expect(nextCron(nickname, 'UTC', at)).toBe(next)
        at = next ?? until
      }
    },
  )
})

it('the search of croner 11 loses the first of March, which is why ours is not croner’s', () => {
  const cron = new Cron('0 0 0 1,30 * *', { utcOffset: 0, paused: true })
  expect(cron.match(new Date('2027-03-01T00:00:00Z'))).toBe(true)
  expect(cron.nextRun(new Date('2027-02-15T00:00:00Z'))?.toISOString()).toBe('2027-03-30T00:00:00.000Z')
  expect(nextCron('0 0 1,30 * *', 'UTC', Date.parse('2027-02-15T00:00:00Z'))).toBe(Date.parse('2027-03-01T00:00:00Z'))
})
