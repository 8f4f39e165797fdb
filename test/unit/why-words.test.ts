import { describe, expect, it } from 'vitest'
import { ledgerEntry, type LedgerEntry } from '@shared/model/occurrence'
import { whyAnswer, type WhyAnswer } from '@shared/model/why'
import { fateWords, whySentence } from '@shared/schedule/why-words'

const at = '2027-03-28T01:00:00.000Z'
const later = '2027-03-28T01:09:00.000Z'
const entry = (over: Partial<LedgerEntry>): LedgerEntry => ({
  state: 'ran',
  reason: null,
  waited: null,
  from: at,
  until: over.from ?? at,
  count: 1,
  epoch: 0,
  runId: null,
  event: null,
  ...over,
})
const run = (over: Partial<NonNullable<WhyAnswer['run']>> = {}): NonNullable<WhyAnswer['run']> => ({
  id: 'run-12',
  number: 12,
  status: 'succeeded',
  scheduledAt: at,
  startedAt: at,
  error: null,
  lateMs: null,
  ...over,
})
const answer = (over: Partial<WhyAnswer>): WhyAnswer => ({
  taskId: 'a',
  taskName: 'backup',
  at,
  entry: null,
  absence: null,
  reason: null,
  pausedUntil: null,
  standing: null,
  planned: at,
  previous: '2027-03-27T01:00:00.000Z',
  next: '2027-03-29T01:00:00.000Z',
  previousEntry: null,
  nextEntry: null,
  nextRun: '2027-03-29T01:00:00.000Z',
  moved: [],
  events: [],
  upstream: [],
  inTheWay: null,
  countsFrom: '2027-03-01T00:00:00.000Z',
  run: null,
  ...over,
})
const failed = run({ status: 'failed', error: 'intranet down (exit code 3).' })

describe('why, in a sentence', () => {
  it.each<[string, Partial<WhyAnswer>, string, string]>([
    [
      'ran',
      { entry: entry({ state: 'ran' }), run: run() },
      '“backup” ran at 2027-03-28 03:00:00, in time, as run #12; it succeeded.',
      '“backup”在 2027-03-28 03:00:00 按时运行（运行 #12）；已成功。',
    ],
    [
      'ran late, and failed',
      { entry: entry({ state: 'ran_late', reason: 'asleep' }), run: { ...failed, lateMs: 5_430_000 } },
      '“backup” ran 1 h 30 min late for 2027-03-28 03:00:00, because the machine was asleep, as run #12; it failed: intranet down (exit code 3).',
      '因为机器在休眠，“backup” 2027-03-28 03:00:00 的计划延迟 1 小时 30 分 运行（运行 #12）；已失败：intranet down (exit code 3)。',
    ],
    [
      'queued',
      { entry: entry({ state: 'queued' }), run: run({ status: 'queued' }) },
      '“backup” is due since 2027-03-28 03:00:00: run #12 waits for its turn.',
      '“backup” 2027-03-28 03:00:00 的计划已到期：运行 #12 正在排队。',
    ],
    [
      'coalesced',
      {
        entry: entry({ state: 'coalesced', reason: 'asleep', until: later, count: 9 }),
        run: run({ scheduledAt: later }),
      },
      '“backup” did not run by itself for 2027-03-28 03:00:00, because the machine was asleep: run #12, planned for 2027-03-28 03:09:00, stands for it; it stands for 9 in all from 2027-03-28 03:00:00 to 2027-03-28 03:09:00; it succeeded.',
      '因为机器在休眠，“backup” 2027-03-28 03:00:00 的计划没有单独运行，已合并到运行 #12（计划于 2027-03-28 03:09:00）；从 2027-03-28 03:00:00 到 2027-03-28 03:09:00 共合并 9 次；已成功。',
    ],
    [
      'missed',
      { entry: entry({ state: 'missed', reason: 'not_running' }) },
      '“backup” missed 2027-03-28 03:00:00, because Belfry was not running.',
      '因为 Belfry 没有运行，“backup”错过了 2027-03-28 03:00:00 的计划。',
    ],
    [
      'skipped by the run in the way',
      { entry: entry({ state: 'skipped', reason: 'overlap', runId: 'run-12' }), run: run({ status: 'running' }) },
      '“backup” skipped 2027-03-28 03:00:00, because run #12 was still active.',
      '因为运行 #12 尚未结束，“backup”跳过了 2027-03-28 03:00:00 的计划。',
    ],
    [
      'replaced before its run started',
      {
        entry: entry({ state: 'skipped', reason: 'overlap', replaced: true, runId: 'run-12' }),
        run: run({ status: 'cancelled', startedAt: null }),
      },
      '“backup” skipped 2027-03-28 03:00:00, because a later run replaced it before it started.',
      '因为它在开始前被后来的运行取代，“backup”跳过了 2027-03-28 03:00:00 的计划。',
    ],
    [
      'cancelled before it started',
      { entry: entry({ state: 'skipped', reason: 'cancelled', runId: 'run-12' }), run: run({ startedAt: null }) },
      '“backup” skipped 2027-03-28 03:00:00, because somebody cancelled it before it started.',
      '因为它在开始前被人取消，“backup”跳过了 2027-03-28 03:00:00 的计划。',
    ],
    [
      'ran, and is paused',
      { entry: entry({ state: 'ran' }), run: run(), standing: { by: 'task', since: later, until: null } },
      '“backup” is paused (since 2027-03-28 03:09:00, until resumed); the last on record: “backup” ran at 2027-03-28 03:00:00, in time, as run #12; it succeeded.',
      '“backup”自 2027-03-28 03:09:00 起暂停，直到恢复；最近的记录：“backup”在 2027-03-28 03:00:00 按时运行（运行 #12）；已成功。',
    ],
    [
      'ran, and everything is paused',
      { entry: entry({ state: 'ran' }), run: run(), standing: { by: 'everything', since: at, until: later } },
      'Everything is paused (since 2027-03-28 03:00:00, until 2027-03-28 03:09:00); the last on record: “backup” ran at 2027-03-28 03:00:00, in time, as run #12; it succeeded.',
      '全部自 2027-03-28 03:00:00 起暂停，到 2027-03-28 03:09:00 为止；最近的记录：“backup”在 2027-03-28 03:00:00 按时运行（运行 #12）；已成功。',
    ],
    [
      'by hand, and is disabled',
      {
        absence: 'by_hand',
        planned: null,
        run: run({ scheduledAt: null }),
        standing: { by: 'disabled', since: null, until: null },
      },
      '“backup” is disabled; the last on record: “backup” was started by hand at 2027-03-28 03:00:00, as run #12; it succeeded.',
      '“backup”已停用；最近的记录：“backup”在 2027-03-28 03:00:00 被手动启动（运行 #12）；已成功。',
    ],
    [
      'came due in a pause',
      { absence: 'was_paused', reason: 'task', standing: { by: 'task', since: at, until: null }, nextRun: null },
      '“backup” did not run at 2027-03-28 03:00:00, because it was paused; it is paused (since 2027-03-28 03:00:00, until resumed); no run is to come after it.',
      '因为任务已暂停，“backup”在 2027-03-28 03:00:00 没有运行；任务自 2027-03-28 03:00:00 起暂停，直到恢复；此后没有会运行的计划。',
    ],
    [
      'came due in a pause that has just ended',
      { absence: 'was_paused', reason: 'everything' },
      '“backup” did not run at 2027-03-28 03:00:00, because everything was paused.',
      '因为已全部暂停，“backup”在 2027-03-28 03:00:00 没有运行。',
    ],
    [
      'nothing, as it was then',
      {
        absence: 'not_then',
        planned: null,
        previousEntry: entry({}),
        nextEntry: entry({ state: 'skipped', reason: 'cancelled' }),
      },
      '“backup” had nothing at 2027-03-28 03:00:00, as far as is on record; the one before is 2027-03-27 02:00:00 (ran); the one after is 2027-03-29 03:00:00 (skipped: somebody cancelled it before it started).',
      '根据记录，“backup”在 2027-03-28 03:00:00 没有计划；前一次是 2027-03-27 02:00:00（已运行）；后一次是 2027-03-29 03:00:00（已跳过：它在开始前被人取消）。',
    ],
    [
      'only events',
      {
        absence: 'no_time_trigger',
        events: [
          { kind: 'startup', on: 'host', delay: 0 },
          { kind: 'resume', delay: 5000 },
        ],
      },
      '“backup” did nothing at 2027-03-28 03:00:00: no time brings it, only what it waits for (When Belfry starts; When the machine wakes, after 5 seconds) or somebody who starts it by hand.',
      '“backup”在 2027-03-28 03:00:00 没有计划：它不按时间运行，只由事件（Belfry 启动时；机器唤醒时，5 秒后）或手动启动。',
    ],
    [
      'one of many skipped',
      { entry: entry({ state: 'skipped', reason: 'blackout', until: later, count: 10 }) },
      '“backup” skipped 2027-03-28 03:00:00, because it lies in a blackout; so it was with 10 in a row from 2027-03-28 03:00:00 to 2027-03-28 03:09:00.',
      '因为处于禁止运行的时段，“backup”跳过了 2027-03-28 03:00:00 的计划；从 2027-03-28 03:00:00 到 2027-03-28 03:09:00 连续 10 次都是如此。',
    ],
    [
      'between two of many',
      {
        at: '2027-03-28T01:04:00.000Z',
        planned: null,
        entry: entry({ state: 'paused', reason: 'everything', until: later, count: 10 }),
      },
      '“backup” is not planned at 2027-03-28 03:04:00 itself: “backup” did not run at the times around it, because everything was paused; so it was with 10 in a row from 2027-03-28 03:00:00 to 2027-03-28 03:09:00.',
      '“backup”在 2027-03-28 03:04:00 这一刻没有计划：因为已全部暂停，“backup”在前后的时刻没有运行；从 2027-03-28 03:00:00 到 2027-03-28 03:09:00 连续 10 次都是如此。',
    ],
    [
      'paused',
      { entry: entry({ state: 'paused', reason: 'task' }) },
      '“backup” did not run at 2027-03-28 03:00:00, because it was paused.',
      '因为任务已暂停，“backup”在 2027-03-28 03:00:00 没有运行。',
    ],
    [
      'disabled',
      { absence: 'disabled' },
      '“backup” has nothing at 2027-03-28 03:00:00: it is disabled.',
      '“backup”在 2027-03-28 03:00:00 没有计划：任务已停用。',
    ],
    [
      'paused now',
      { absence: 'paused', reason: 'task', nextRun: null },
      '“backup” does not run at 2027-03-28 03:00:00, because it is paused until resumed; no run is to come after it.',
      '因为任务暂停直到恢复，“backup”在 2027-03-28 03:00:00 不运行；此后没有会运行的计划。',
    ],
    [
      'everything paused for a time',
      { absence: 'paused', reason: 'everything', pausedUntil: later },
      '“backup” does not run at 2027-03-28 03:00:00, because everything is paused until 2027-03-28 03:09:00; the next run is due at 2027-03-29 03:00:00.',
      '因为全部暂停到 2027-03-28 03:09:00，“backup”在 2027-03-28 03:00:00 不运行；下一次将在 2027-03-29 03:00:00 运行。',
    ],
    [
      'will be skipped',
      { absence: 'not_yet', reason: 'skip_next' },
      '“backup” does not run at 2027-03-28 03:00:00, because somebody asked to skip it; the next run is due at 2027-03-29 03:00:00.',
      '因为有人要求跳过，“backup”在 2027-03-28 03:00:00 不运行；下一次将在 2027-03-29 03:00:00 运行。',
    ],
    [
      'moved by the clocks',
      { entry: entry({ state: 'ran' }), run: run(), moved: ['02:00', '02:30'] },
      '“backup” ran at 2027-03-28 03:00:00, in time, as run #12; it stands for 02:00, 02:30, which the clocks jump over; it succeeded.',
      '“backup”在 2027-03-28 03:00:00 按时运行（运行 #12）；它代替时钟跳过的 02:00、02:30；已成功。',
    ],
    [
      'waited for its own run',
      {
        entry: entry({ state: 'ran_late', reason: 'busy', waited: 'overlap' }),
        run: run({ lateMs: 8000 }),
        inTheWay: 11,
      },
      '“backup” ran 8 s late for 2027-03-28 03:00:00, because run #11 was still active, as run #12; it succeeded.',
      '因为运行 #11 尚未结束，“backup” 2027-03-28 03:00:00 的计划延迟 8 秒 运行（运行 #12）；已成功。',
    ],
    [
      'waited for its group in vain',
      { entry: entry({ state: 'missed', reason: 'busy', waited: 'group' }) },
      '“backup” missed 2027-03-28 03:00:00, because its group was full.',
      '因为所属分组已满，“backup”错过了 2027-03-28 03:00:00 的计划。',
    ],
    [
      'by hand',
      { at, absence: 'by_hand', planned: null, run: { ...failed, scheduledAt: null } },
      '“backup” was started by hand at 2027-03-28 03:00:00, as run #12; it failed: intranet down (exit code 3).',
      '“backup”在 2027-03-28 03:00:00 被手动启动（运行 #12）；已失败：intranet down (exit code 3)。',
    ],
    [
      'by hand, near',
      { at: '2027-03-28T00:59:30.000Z', absence: 'by_hand', planned: null, run: run({ scheduledAt: null }) },
      '“backup” has nothing at 2027-03-28 01:59:30 itself; nearest to it, “backup” was started by hand at 2027-03-28 03:00:00, as run #12; it succeeded.',
      '“backup”在 2027-03-28 01:59:30 这一刻没有记录；最接近的是：“backup”在 2027-03-28 03:00:00 被手动启动（运行 #12）；已成功。',
    ],
    [
      'after a task that ended otherwise',
      {
        absence: 'no_time_trigger',
        upstream: [
          { taskName: 'fetch', on: 'failure', last: { number: 3, status: 'succeeded', finishedAt: at } },
          { taskName: 'sync', on: 'finish', last: null },
        ],
      },
      '“backup” did nothing at 2027-03-28 03:00:00: no time brings it, only events or somebody who starts it by hand; “fetch”, after whose failure it comes, last ended at 2027-03-28 03:00:00 with run #3: it succeeded; “sync”, after whose end it comes, has ended no run yet.',
      '“backup”在 2027-03-28 03:00:00 没有计划：它不按时间运行，只由事件或手动启动；它在“fetch”失败后运行，其最近一次运行 #3 于 2027-03-28 03:00:00 结束：已成功；它在“sync”结束后运行，而它还没有结束过运行。',
    ],
    [
      'not planned, between what is on record',
      {
        absence: 'not_planned',
        planned: null,
        at: later,
        previousEntry: entry({ state: 'skipped', reason: 'overlap' }),
        nextRun: '2027-03-30T01:00:00.000Z',
      },
      '“backup” is not planned at 2027-03-28 03:09:00; the one before is 2027-03-27 02:00:00 (skipped: it was running already); the one after is 2027-03-29 03:00:00; the next run is due at 2027-03-30 03:00:00.',
      '“backup”在 2027-03-28 03:09:00 没有计划；前一次是 2027-03-27 02:00:00（已跳过：上一次还在运行）；后一次是 2027-03-29 03:00:00；下一次将在 2027-03-30 03:00:00 运行。',
    ],
    [
      'before it counted',
      { absence: 'before_counting', countsFrom: later },
      '“backup” had nothing due at 2027-03-28 03:00:00: it counts from 2027-03-28 03:09:00 on, when it was made, changed, enabled or resumed, or when the clock was set back.',
      '“backup”在 2027-03-28 03:00:00 没有到期的计划：从 2027-03-28 03:09:00 创建、修改、启用、恢复或时钟调回起才开始计算。',
    ],
    [
      'spent',
      { absence: 'spent', next: null },
      '“backup” has nothing planned at 2027-03-28 03:00:00 or later: the last was 2027-03-27 02:00:00.',
      '“backup”在 2027-03-28 03:00:00 及以后没有计划：最后一次是 2027-03-27 02:00:00。',
    ],
    [
      'no time trigger',
      { absence: 'no_time_trigger' },
      '“backup” did nothing at 2027-03-28 03:00:00: no time brings it, only events or somebody who starts it by hand.',
      '“backup”在 2027-03-28 03:00:00 没有计划：它不按时间运行，只由事件或手动启动。',
    ],
    [
      'not planned, to the ms',
      { absence: 'not_planned', planned: null, at: '2027-03-28T01:00:00.250Z' },
      '“backup” is not planned at 2027-03-28 03:00:00.250; the one before is 2027-03-27 02:00:00; the one after is 2027-03-29 03:00:00.',
      '“backup”在 2027-03-28 03:00:00.250 没有计划；前一次是 2027-03-27 02:00:00；后一次是 2027-03-29 03:00:00。',
    ],
    [
      'not yet',
      { absence: 'not_yet' },
      '“backup” is not due yet: it is planned for 2027-03-28 03:00:00.',
      '“backup”尚未到期：计划于 2027-03-28 03:00:00。',
    ],
    [
      'without a record',
      { absence: 'removed_history' },
      '“backup” is planned at 2027-03-28 03:00:00 as it is today, but nothing is on record of it: it was planned otherwise then, or its record is gone.',
      '按现在的设置，“backup”在 2027-03-28 03:00:00 有计划，但没有任何记录：当时的计划不同，或记录已不存在。',
    ],
  ])('%s', (_name, over, english, chinese) => {
    const given = answer(over)
    expect(whyAnswer.parse(given)).toEqual(given)
    expect(whySentence(given, 'en', 'Europe/Berlin')).toBe(english)
    expect(whySentence(given, 'zh-CN', 'Europe/Berlin')).toBe(chinese)
  })

  it('has words for every state with every reason, and for every absence', () => {
    const { state, reason } = ledgerEntry.shape
    for (const locale of ['en', 'zh-CN'] as const) {
      const seen = new Set<string>()
      for (const one of state.options)
        for (const why of [null, ...reason.unwrap().options]) {
          const words = fateWords({ state: one, reason: why, waited: null }, locale)
          expect(words).not.toContain('undefined')
          seen.add(words)
          const told = answer({ entry: entry({ state: one, reason: why }), run: run() })
          expect(whySentence(told, locale, 'UTC')).toMatch(/^[^\n]*“backup”[^\n]*[.。]$/)
        }
      expect(seen.size).toBe(state.options.length * (reason.unwrap().options.length + 1))
      for (const absence of whyAnswer.shape.absence.unwrap().options)
        expect(whySentence(answer({ absence }), locale, 'UTC')).toMatch(/^[^\n]*“backup”[^\n]*[.。]$/)
    }
  })
})

describe('a fate in a word', () => {
  it.each([
    ['ran', null, 'ran', '已运行'],
    ['missed', 'asleep', 'missed: the machine was asleep', '已错过：机器在休眠'],
    ['skipped', 'queue_full', 'skipped: its queue was full', '已跳过：它的等待队列已满'],
    ['skipped', 'cancelled', 'skipped: somebody cancelled it before it started', '已跳过：它在开始前被人取消'],
    ['skipped', 'rate_limit', 'skipped: its rate limit was reached', '已跳过：已达到频率上限'],
  ] as const)('%s %s', (state, reason, english, chinese) => {
    expect(fateWords({ state, reason, waited: null }, 'en')).toBe(english)
    expect(fateWords({ state, reason, waited: null }, 'zh-CN')).toBe(chinese)
  })

  it('tells of a run that was replaced before it started', () => {
    const replaced = { state: 'skipped', reason: 'overlap', waited: null, replaced: true } as const
    expect(fateWords(replaced, 'en')).toBe('skipped: a later run replaced it before it started')
    expect(fateWords(replaced, 'zh-CN')).toBe('已跳过：它在开始前被后来的运行取代')
  })
})
