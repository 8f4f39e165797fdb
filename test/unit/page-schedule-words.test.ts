import { describe, expect, it } from 'vitest'
import { trigger, type Trigger } from '@shared/model/trigger'
import { scheduleWords } from '@shared/schedule/words'

const cron = (expression: string, timezone?: string): Trigger =>
  trigger.parse({ kind: 'cron', expression, ...(timezone ? { timezone } : {}) })
const berlin = 'Europe/Berlin'

describe('a schedule in English words', () => {
  it.each<[string, string]>([
    ['15 2 * * *', 'At 02:15, every day'],
    ['20 3,15 * * *', 'At 03:20 and 15:20, every day'],
    ['0 4 * * 0', 'At 04:00, only on Sunday'],
    ['0 * * * *', 'Every hour'],
    ['@daily', 'At 00:00, every day'],
    ['@hourly', 'Every hour'],
    ['10 */6 * * *', 'Every 6 hours, at 10 past'],
    ['*/5 * * * *', 'Every 5 minutes'],
    ['30 5 * * 1-5', 'At 05:30, Monday to Friday'],
    ['*/30 * * * * *', 'Every 30 seconds'],
    ['17 * * * *', 'Every hour, at 17 past'],
    ['30 8-17 * * 1-5', 'At 30 past, 08:00–17:59, Monday to Friday'],
    ['0 9-17/2 * * mon-fri', 'Every 2 hours, 09:00–17:00, Monday to Friday'],
    ['not a cron', 'not a cron'],
  ])('%s is "%s"', (expression, words) => {
    expect(scheduleWords([{ kind: 'cron', expression }], 'en', berlin)).toBe(words)
  })

  it('says "and" between two day fields that Vixie cron ANDs, and "or" between those it ORs', () => {
    expect(scheduleWords([cron('0 4 1 * 1')], 'en', berlin)).toMatch(/, or /)
    expect(scheduleWords([cron('0 4 */2 * 1')], 'en', berlin)).not.toMatch(/, or /)
  })

  it('names a zone only where it is not the host’s', () => {
    expect(scheduleWords([cron('15 2 * * *', berlin)], 'en', berlin)).toBe('At 02:15, every day')
    expect(scheduleWords([cron('15 2 * * *', 'Asia/Tokyo')], 'en', berlin)).toBe('At 02:15, every day (Asia/Tokyo)')
  })

  it.each<[unknown, string]>([
    [{ kind: 'interval', every: 30_000 }, 'Every 30 seconds'],
    [{ kind: 'interval', every: '1h' }, 'Every hour'],
    [{ kind: 'interval', every: '1h 30m' }, 'Every 1 hour 30 minutes'],
    [{ kind: 'interval', every: '1m', mode: 'fixed-delay' }, '1 minute after each end'],
    [{ kind: 'date', at: '2027-12-25T10:00' }, 'Once, 2027-12-25 10:00'],
    [{ kind: 'date', at: '2027-12-25T10:00:00Z' }, 'Once, 2027-12-25 11:00'],
    [{ kind: 'startup' }, 'When Belfry starts'],
    [{ kind: 'startup', on: 'boot', delay: '1m' }, 'Once per boot, after 1 minute'],
    [{ kind: 'manual' }, 'Only by hand'],
    [
      { kind: 'cron', expression: '15 2 * * *', from: '2027-01-01T00:00:00+01:00' },
      'At 02:15, every day, from 2027-01-01 00:00',
    ],
    [
      { kind: 'cron', expression: '15 2 * * *', timezone: 'Asia/Tokyo', until: '2027-06-01T15:00:30Z' },
      'At 02:15, every day (Asia/Tokyo), until 2027-06-02 00:00:30',
    ],
    [
      { kind: 'interval', every: '1h', anchor: '2027-01-01T00:00:00Z', until: '2027-07-01T00:00:00Z' },
      'Every hour, counted from 2027-01-01 01:00, until 2027-07-01 02:00',
    ],
    [{ kind: 'interval', every: '1h', mode: 'fixed-delay' }, '1 hour after each end'],
    [{ kind: 'resume' }, 'When the machine wakes'],
    [{ kind: 'resume', delay: '1h' }, 'When the machine wakes, after 1 hour'],
    [{ kind: 'watch', paths: ['~/in'] }, 'When ~/in changes'],
    [
      { kind: 'watch', paths: ['~/in', '/srv'], events: ['remove', 'add'], settle: '10s' },
      'When ~/in +1 changes (added, removed), after 10 seconds of quiet',
    ],
    [{ kind: 'watch', paths: ['~/in'], settle: 0 }, 'When ~/in changes, after 0 seconds of quiet'],
    [{ kind: 'after', tasks: ['a'] }, 'After “a” succeeds'],
  ])('%j is "%s"', (input, words) => {
    expect(scheduleWords([trigger.parse(input)], 'en', berlin)).toBe(words)
  })

  it('calls the tasks that it follows by their names', () => {
    const follows = trigger.parse({ kind: 'after', tasks: ['a', 'b'], on: 'failure' })
    expect(scheduleWords([follows], 'en', berlin, (id) => ({ a: 'Dump' })[id] ?? 'gone')).toBe(
      'After “Dump”, “gone” fails',
    )
  })

  it('joins several triggers and leaves out the manual one', () => {
    expect(
      scheduleWords(
        [cron('15 2 * * *'), trigger.parse({ kind: 'manual' }), trigger.parse({ kind: 'startup' })],
        'en',
        berlin,
      ),
    ).toBe('At 02:15, every day; When Belfry starts')
  })

  it('calls a task without triggers one that is run by hand', () => {
    expect(scheduleWords([], 'en', berlin)).toBe('Only by hand')
  })
})

describe('a schedule in Chinese words', () => {
  it.each<[unknown, RegExp]>([
    [{ kind: 'cron', expression: '15 2 * * *' }, /^每天 02:15$/],
    [{ kind: 'interval', every: 30_000 }, /^每 30 秒$/],
    [{ kind: 'manual' }, /^仅手动运行$/],
    [{ kind: 'cron', expression: '*/5 * * * *' }, /^每 5 分钟$/],
    [{ kind: 'cron', expression: '10 */6 * * *' }, /^每 6 小时，第 10 分$/],
    [{ kind: 'cron', expression: '30 5 * * 1-5' }, /^05:30，星期一至星期五$/],
  ])('%j', (input, words) => {
    expect(scheduleWords([trigger.parse(input)], 'zh-CN', berlin)).toMatch(words)
  })
})
