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
  ])('%j is "%s"', (input, words) => {
    expect(scheduleWords([trigger.parse(input)], 'en', berlin)).toBe(words)
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
