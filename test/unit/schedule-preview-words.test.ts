import { describe, expect, it } from 'vitest'
import type { DstNote, ScheduleWarning } from '@shared/model/schedule'
import { dstWords, warningWords } from '@shared/schedule/preview-words'
import { canonicalZone } from '@shared/schedule/zone'

const at = '2028-02-29T00:00:00.000Z'

const spring: DstNote = {
  ...{ at: '2027-03-28T01:00:00.000Z', zone: 'Europe/Berlin', kind: 'gap', by: 3_600_000, effect: 'shifted' },
  ...{ times: ['02:30'], count: 1, trigger: 0 },
}
const autumn: DstNote = { ...spring, at: '2027-10-31T01:00:00.000Z', kind: 'overlap', by: -3_600_000, effect: 'once' }
const several = { times: ['02:00', '02:30'], count: 2 }

describe('a change of the clocks in words', () => {
  it.each<[DstNote, string, string]>([
    [
      spring,
      '28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. 02:30 runs once, at 03:00.',
      '2027年3月28日，Europe/Berlin：时钟从 02:00 拨到 03:00。02:30 改在 03:00 运行一次。',
    ],
    [
      { ...spring, ...several },
      '28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. For 02:00 and 02:30 it runs once, at 03:00.',
      '2027年3月28日，Europe/Berlin：时钟从 02:00 拨到 03:00。02:00和02:30 改在 03:00 运行一次。',
    ],
    [
      { ...spring, effect: 'skipped' },
      '28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. 02:30 does not run.',
      '2027年3月28日，Europe/Berlin：时钟从 02:00 拨到 03:00。02:30 不运行。',
    ],
    [
      { ...spring, ...several, count: 4, effect: 'none_lost' },
      '28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. 02:00, 02:30 and 2 more do not come; the rhythm goes on.',
      '2027年3月28日，Europe/Berlin：时钟从 02:00 拨到 03:00。02:00、02:30和另外 2 个时间 不存在，节奏照常继续。',
    ],
    [
      autumn,
      '31 Oct 2027, Europe/Berlin: the clocks go from 03:00 to 02:00. 02:30 comes twice, and runs once.',
      '2027年10月31日，Europe/Berlin：时钟从 03:00 拨到 02:00。02:30 出现两次，只运行一次。',
    ],
    [
      { ...autumn, ...several, effect: 'twice' },
      '31 Oct 2027, Europe/Berlin: the clocks go from 03:00 to 02:00. 02:00 and 02:30 come twice, and run twice.',
      '2027年10月31日，Europe/Berlin：时钟从 03:00 拨到 02:00。02:00和02:30 出现两次，运行两次。',
    ],
    [
      { ...spring, at: '2027-09-05T04:00:00.000Z', zone: 'America/Santiago', times: ['00:00'] },
      '5 Sept 2027, America/Santiago: the clocks go from 00:00 to 01:00. 00:00 runs once, at 01:00.',
      '2027年9月5日，America/Santiago：时钟从 00:00 拨到 01:00。00:00 改在 01:00 运行一次。',
    ],
  ])('%j', (note, english, chinese) => {
    expect(dstWords(note, 'en')).toBe(english)
    expect(dstWords(note, 'zh-CN')).toBe(chinese)
  })
})

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
    [
      { code: 'swallowed', trigger: 0 },
      'Trigger 1 will never run: each of its times is one that the clocks skip, and such times are not to run.',
      '触发器 1 永远不会运行：它的每个时间都被时钟跳过，而被跳过的时间设为不运行。',
    ],
    [
      { code: 'jitter', jitter: 300_000, distance: 60_000, at },
      'Jitter is up to 5 minutes, but occurrences can be 1 minute apart, as at 2028-02-29 01:00: runs may come at the same moment.',
      '每次最多推迟 5 分钟 启动，而两次触发可能只相隔 1 分钟（例如 2028-02-29 01:00）：多次运行可能挤在同一时刻。',
    ],
    [
      { code: 'open_path', trigger: 0, number: 0, path: '/tmp/in', by: 'everybody' },
      '"/tmp/in" may be changed by everybody on this machine, and so this task be started.',
      '“/tmp/in”可被本机所有用户更改，从而启动此任务。',
    ],
    [
      { code: 'open_path', trigger: 0, number: 0, path: '/tmp/in', by: 1001 },
      '"/tmp/in" may be changed by the user 1001, and so this task be started.',
      '“/tmp/in”可被用户 1001 更改，从而启动此任务。',
    ],
  ])('%j', (warning, english, chinese) => {
    expect(warningWords(warning, 'en', { timeZone: 'Europe/Berlin' })).toBe(english)
    expect(warningWords(warning, 'zh-CN', { timeZone: 'Europe/Berlin' })).toBe(chinese)
  })

  it('says at which second, where it is not the first of its minute', () => {
    const merged: ScheduleWarning = { code: 'merged', triggers: [0, 1], at: '2026-11-20T23:13:05.000Z' }
    expect(warningWords(merged, 'en', { timeZone: 'UTC' })).toContain('first at 2026-11-20 23:13:05:')
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
    expect(canonicalZone(name)).toBe(own)
  })
})
