import { describe, expect, it } from 'vitest'
import { policy, type Policy } from '@shared/model/policy'
import { timeWindow } from '@shared/model/time-window'
import {
  exactWords,
  lateWords,
  limitWords,
  overlapWords,
  windowLines,
  windowWords,
} from '@shared/schedule/policy-words'
import type { WordsLocale } from '@shared/schedule/words'

const of = (given: object): Policy => policy.parse(given)
type Say = (given: Policy, locale: WordsLocale) => string

describe('how carefully a task is run, in words', () => {
  it.each<[Say, object, string, string]>([
    [lateWords, {}, 'Run once within 1 hour, then ask', '1 小时内补一次，之后询问'],
    [
      lateWords,
      { misfireGrace: '90s', onMissed: 'run' },
      'Run once within 1 minute 30 seconds, then run once anyway',
      '1 分钟 30 秒内补一次，之后仍补一次',
    ],
    [
      lateWords,
      { misfireGrace: '2d', coalesce: false, onMissed: 'skip' },
      'Run each within 2 days, then only record',
      '2 天内逐次补上，之后仅记录',
    ],
    [lateWords, { misfireGrace: 0 }, 'Run only on time, then ask', '只准时运行，之后询问'],
    // Nothing can be later than for ever, so there is nothing to ask.
    [lateWords, { misfireGrace: null }, 'Run once however late', '无论多晚都补一次'],
    [lateWords, { misfireGrace: null, coalesce: false }, 'Run each however late', '无论多晚都逐次补上'],
    [overlapWords, {}, 'Skip', '跳过'],
    [overlapWords, { overlap: 'queue', queueLimit: 3 }, 'Wait, 3 at most', '等待，最多 3 个'],
    [overlapWords, { overlap: 'replace' }, 'Cancel the oldest', '取消最早的'],
    [overlapWords, { maxInstances: 4 }, 'Up to 4 at once, then skip', '最多同时 4 个，然后跳过'],
    [limitWords, {}, '', ''],
    [
      limitWords,
      { group: 'nas', priority: -5, rateLimit: { max: 4, per: '1h' } },
      'Group nas, 4 in 1 hour at most, priority -5',
      '组 nas，1 小时内最多 4 次，优先级 -5',
    ],
    [exactWords, {}, '', ''],
    [exactWords, { jitter: '5m' }, 'Up to 5 minutes later', '最多推迟 5 分钟'],
    [
      exactWords,
      { dst: { gap: 'skip', overlap: 'both' } },
      'Lost in a gap, twice in an overlap',
      '跳过的时刻不补，重复的时刻运行两次',
    ],
    [
      exactWords,
      { dst: { gap: 'shift', overlap: 'first' } },
      'After a gap, once in an overlap',
      '跳过的时刻之后补，重复的时刻只运行一次',
    ],
  ])('%o of %j is "%s"', (say, given, english, chinese) => {
    expect([say(of(given), 'en'), say(of(given), 'zh-CN')]).toEqual([english, chinese])
  })

  it.each<[object, string]>([
    [{ weekdays: ['fri', 'mon', 'tue', 'wed', 'thu'] }, 'Mon–Fri'],
    [{ weekdays: ['sat', 'sun'] }, 'Sat, Sun'],
    [{ weekdays: ['mon', 'wed', 'thu', 'fri', 'sun'] }, 'Mon, Wed–Fri, Sun'],
    [{ times: { from: '22:00', until: '06:00' }, timezone: 'Asia/Tokyo' }, '22:00–06:00 (Asia/Tokyo)'],
    [{ from: '2027-12-24' }, 'from 24 Dec 2027'],
    [{ until: '2027-12-24' }, 'until 24 Dec 2027'],
    [{ from: '2027-12-24', until: '2027-12-24' }, '24 Dec 2027'],
    [{ from: '2027-12-24', until: '2028-01-02', weekdays: ['sun'] }, 'Sun, 24 Dec 2027 to 2 Jan 2028'],
    [{ dates: ['2027-12-24', '2027-12-31', '2027-12-24'] }, '24 Dec 2027, 31 Dec 2027'],
    [{ dates: ['2027-01-01', '2027-02-01', '2027-03-01', '2027-04-01'] }, '4 dates from 1 Jan 2027 on'],
  ])('the window %j is "%s"', (given, words) => {
    expect(windowWords(timeWindow.parse(given), 'en')).toBe(words)
  })

  it('has a line for each window, and none where it may run at any time', () => {
    const given = of({ active: [{ weekdays: ['mon'] }], blackouts: [{ weekdays: ['tue'] }, { weekdays: ['wed'] }] })
    expect(windowLines(given, 'en')).toEqual(['Only Mon', 'Not Tue', 'Not Wed'])
    expect(windowLines(given, 'zh-CN')).toEqual(['仅限 周一', '不在 周二', '不在 周三'])
    expect(windowLines(of({}), 'en')).toEqual([])
  })
})
