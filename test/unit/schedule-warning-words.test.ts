import { describe, expect, it } from 'vitest'
import type { ScheduleWarning } from '@shared/model/schedule'
import { warningWords } from '@shared/schedule/preview-words'
import { canonicalZone } from '@shared/schedule/zone'

const at = '2028-02-29T00:00:00.000Z'

describe('a warning of a preview in words', () => {
  it.each<[ScheduleWarning, string, string]>([
    [
      { code: 'merged', triggers: [0, 2], at },
      'Triggers 1 and 3 meet in the same second, first at 2028-02-29 01:00: together they make one run.',
      '触发器 1和3 会在同一秒触发（首次为 2028-02-29 01:00），合并为一次运行。',
    ],
    [
      { code: 'closed', trigger: null },
      'Nothing will run: active windows and blackouts leave no time for it in the coming 5 years.',
      '不会运行：今后 5 年内，生效时段和停用时段没有给它留下任何时间。',
    ],
    [
      { code: 'closed', trigger: 1 },
      'Trigger 2 will never run: active windows and blackouts leave no time for it in the coming 5 years.',
      '触发器 2 永远不会运行：今后 5 年内，生效时段和停用时段没有给它留下任何时间。',
    ],
    [{ code: 'spent', trigger: 0 }, 'Trigger 1 will not come any more.', '触发器 1 不会再触发。'],
    [
      { code: 'rare', trigger: 0, at, then: '2032-02-29T00:00:00.000Z' },
      'Trigger 1 comes less than once a year: next at 2028-02-29 01:00, then at 2032-02-29 01:00.',
      '触发器 1 一年不到一次：下次 2028-02-29 01:00，再下次 2032-02-29 01:00。',
    ],
    [
      { code: 'alias', trigger: 0, zone: 'US/Eastern', canonical: 'America/New_York' },
      'US/Eastern is another name of America/New_York.',
      'US/Eastern 是 America/New_York 的别名。',
    ],
  ])('%j', (warning, english, chinese) => {
    expect(warningWords(warning, 'en', { timeZone: 'Europe/Berlin' })).toBe(english)
    expect(warningWords(warning, 'zh-CN', { timeZone: 'Europe/Berlin' })).toBe(chinese)
  })

  it('does not say which trigger where there is one', () => {
    const options = { timeZone: 'UTC', alone: true }
    expect(warningWords({ code: 'rare', trigger: 0, at, then: null }, 'en', options)).toBe(
      'It comes less than once a year: next at 2028-02-29 00:00, then never again.',
    )
  })
})

describe('the own name of a zone', () => {
  it.each([
    ['US/Eastern', 'America/New_York'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
    ['GB', 'Europe/London'],
    ...['Asia/Kolkata', 'Europe/Kyiv', 'America/Nuuk', 'Etc/GMT+5', 'UTC', 'Etc/UTC', 'GMT', 'Asia/Tokyo'].map(
      (name) => [name, name],
    ),
  ])('%s is %s', (name, own) => {
    expect(canonicalZone(name as string)).toBe(own)
  })
})
