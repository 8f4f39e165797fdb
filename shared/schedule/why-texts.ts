/** The words of why-words.ts. */
import type { LedgerEntry } from '../model/occurrence'
import type { WhyAnswer } from '../model/why'
import type { RunStatus } from '../model/run'
import { spanOf, withoutStop } from './why-text-parts'
import type { WordsLocale } from './words'

type State = LedgerEntry['state']
type Reason = NonNullable<LedgerEntry['reason']>
type Wait = NonNullable<LedgerEntry['waited']>
type Standing = NonNullable<WhyAnswer['standing']>['by']
type After = WhyAnswer['upstream'][number]['on']

/** Instants come as text. `at` is null where a range is meant as a whole, `number` where no run is known. */
export interface WhyTexts {
  readonly states: Readonly<Record<State, string>>
  readonly reasons: Readonly<Record<Reason, string>>
  /** In place of `busy`. */
  readonly waits: Readonly<Record<Wait, string>>
  /** In place of `overlap`. */
  readonly replaced: string
  because(what: string, reason: string): string
  /** Clauses → one sentence. */
  sentence(clauses: readonly string[]): string
  /** Two units at most. */
  span(ms: number): string
  range(count: number, from: string, until: string, state: State): string
  between(name: string, at: string, told: string): string
  nearest(name: string, at: string, told: string): string
  ended(status: RunStatus, error: string | null): string
  inTheWay(number: number): string
  ran(name: string, at: string | null, number: number | null): string
  ranLate(name: string, at: string | null, number: number | null, late: string | null, reason: string | null): string
  queued(name: string, at: string | null, number: number | null): string
  coalesced(name: string, at: string | null, number: number | null, into: string | null, reason: string | null): string
  missed(name: string, at: string | null, reason: string | null): string
  skipped(name: string, at: string | null, reason: string | null): string
  paused(name: string, at: string | null, reason: string | null): string
  disabled(name: string, at: string): string
  doesNotRun(name: string, at: string, reason: string): string
  /** What keeps it from running now. */
  standing(name: string, by: Standing, since: string | null, until: string | null): string
  /** The same, as a clause. */
  stillPaused(by: Standing, since: string | null, until: string | null): string
  /** Before what became of the last occurrence. */
  last(told: string): string
  notThen(name: string, at: string): string
  pausedUntil(by: 'task' | 'everything', until: string | null): string
  nextRun(next: string | null): string
  moved(times: readonly string[]): string
  byHand(name: string, at: string, number: number): string
  after(
    taskName: string,
    on: After,
    last: { readonly number: number; readonly at: string | null; readonly ended: string } | null,
  ): string
  beforeCounting(name: string, at: string, from: string): string
  spent(name: string, at: string, last: string | null): string
  noTimeTrigger(name: string, at: string, events: readonly string[]): string
  notPlanned(name: string, at: string): string
  around(previous: string | null, next: string | null): string[]
  /** An instant and what became of it. */
  told(at: string, fate: string): string
  notYet(name: string, next: string | null): string
  removedHistory(name: string, at: string): string
}

const en: WhyTexts = {
  states: {
    ran: 'ran',
    ran_late: 'ran late',
    queued: 'queued',
    coalesced: 'coalesced',
    missed: 'missed',
    skipped: 'skipped',
    paused: 'paused',
  },
  reasons: {
    asleep: 'the machine was asleep',
    not_running: 'Belfry was not running',
    clock: 'the clock was changed',
    busy: 'Belfry was busy',
    disk_full: 'the disk was full',
    overlap: 'it was running already',
    queue_full: 'its queue was full',
    blackout: 'it lies in a blackout',
    inactive: 'it lies outside its active times',
    rate_limit: 'its rate limit was reached',
    skip_next: 'somebody asked to skip it',
    cancelled: 'somebody cancelled it before it started',
    dst: 'the clocks jumped over it',
    task: 'it was paused',
    everything: 'everything was paused',
  },
  waits: {
    overlap: 'an earlier run of it was still active',
    group: 'its group was full',
    slots: 'as many processes ran as may run at once',
    rate_limit: 'its rate limit let it start only then',
  },
  replaced: 'a later run replaced it before it started',
  because: (what, reason) => `${what}: ${reason}`,
  sentence: (clauses) => `${clauses.join('; ')}.`,
  span: (ms) => spanOf(ms, ['d', 'h', 'min', 's']),
  range: (count, from, until, state) =>
    state === 'coalesced'
      ? `it stands for ${count} in all from ${from} to ${until}`
      : `so it was with ${count} in a row from ${from} to ${until}`,
  between: (name, at, told) => `“${name}” is not planned at ${at} itself: ${told}`,
  nearest: (name, at, told) => `“${name}” has nothing at ${at} itself; nearest to it, ${told}`,
  ended: (status, error) => `${endings[status]}${error === null ? '' : `: ${withoutStop(error)}`}`,
  inTheWay: (number) => `run #${number} was still active`,
  ran: (name, at, number) => `“${name}” ran at ${at ?? 'the times around it'}, in time${byRun(number)}`,
  ranLate: (name, at, number, late, reason) =>
    `“${name}” ran ${late === null ? 'late' : `${late} late`} for ${at ?? 'the times around it'}${since(reason)}${byRun(number)}`,
  queued: (name, at, number) =>
    `“${name}” is due since ${at ?? 'the times around it'}: run #${number ?? '?'} waits for its turn`,
  coalesced: (name, at, number, into, reason) =>
    `“${name}” did not run by itself for ${at ?? 'some of the times around it'}${since(reason)}: run #${number ?? '?'}${into === null ? '' : `, planned for ${into},`} stands for it`,
  missed: (name, at, reason) => `“${name}” missed ${at ?? 'the times around it'}${since(reason)}`,
  skipped: (name, at, reason) => `“${name}” skipped ${at ?? 'the times around it'}${since(reason)}`,
  paused: (name, at, reason) => `“${name}” did not run at ${at ?? 'the times around it'}${since(reason)}`,
  disabled: (name, at) => `“${name}” has nothing at ${at}: it is disabled`,
  doesNotRun: (name, at, reason) => `“${name}” does not run at ${at}, because ${reason}`,
  standing: (name, by, since, until) =>
    `${by === 'everything' ? 'Everything' : `“${name}”`} is ${enHeld(by, since, until)}`,
  stillPaused: (by, since, until) => `${by === 'everything' ? 'everything' : 'it'} is ${enHeld(by, since, until)}`,
  last: (told) => `the last on record: ${told}`,
  notThen: (name, at) => `“${name}” had nothing at ${at}, as far as is on record`,
  pausedUntil: (by, until) =>
    `${by === 'task' ? 'it' : 'everything'} is paused ${until === null ? 'until resumed' : `until ${until}`}`,
  nextRun: (next) => (next === null ? 'no run is to come after it' : `the next run is due at ${next}`),
  moved: (times) => `it stands for ${times.join(', ')}, which the clocks jump over`,
  byHand: (name, at, number) => `“${name}” was started by hand at ${at}, as run #${number}`,
  after: (taskName, on, last) =>
    `“${taskName}”, after whose ${afters[on]} it comes, ${last === null ? 'has ended no run yet' : `last ended${last.at === null ? '' : ` at ${last.at}`} with run #${last.number}: ${last.ended}`}`,
  beforeCounting: (name, at, from) =>
    `“${name}” had nothing due at ${at}: it counts from ${from} on, when it was made, changed, enabled or resumed, or when the clock was set back`,
  spent: (name, at, last) =>
    `“${name}” has nothing planned at ${at} or later: ${last === null ? 'its time is over' : `the last was ${last}`}`,
  noTimeTrigger: (name, at, events) =>
    `“${name}” did nothing at ${at}: no time brings it, only ${events.length === 0 ? 'events' : `what it waits for (${events.join('; ')})`} or somebody who starts it by hand`,
  notPlanned: (name, at) => `“${name}” is not planned at ${at}`,
  around: (previous, next) => [
    ...(previous === null ? [] : [`the one before is ${previous}`]),
    ...(next === null ? [] : [`the one after is ${next}`]),
  ],
  told: (at, fate) => `${at} (${fate})`,
  notYet: (name, next) => `“${name}” is not due yet${next === null ? '' : `: it is planned for ${next}`}`,
  removedHistory: (name, at) =>
    `“${name}” is planned at ${at} as it is today, but nothing is on record of it: it was planned otherwise then, or its record is gone`,
}

const afters: Readonly<Record<After, string>> = { success: 'success', failure: 'failure', finish: 'end' }

const endings: Readonly<Record<RunStatus, string>> = {
  queued: 'it waits for its turn',
  running: 'it is still running',
  succeeded: 'it succeeded',
  failed: 'it failed',
  timed_out: 'it timed out',
  cancelled: 'it was cancelled',
  interrupted: 'it was interrupted',
  expired: 'it never started',
}

const enHeld = (by: Standing, since: string | null, until: string | null): string =>
  by === 'disabled'
    ? 'disabled'
    : `paused (${since === null ? '' : `since ${since}, `}${until === null ? 'until resumed' : `until ${until}`})`

const since = (reason: string | null): string => (reason === null ? '' : `, because ${reason}`)
const byRun = (number: number | null): string => (number === null ? '' : `, as run #${number}`)

const zh: WhyTexts = {
  states: {
    ran: '已运行',
    ran_late: '延迟运行',
    queued: '排队中',
    coalesced: '已合并',
    missed: '已错过',
    skipped: '已跳过',
    paused: '暂停中',
  },
  reasons: {
    asleep: '机器在休眠',
    not_running: 'Belfry 没有运行',
    clock: '时钟被调整',
    busy: 'Belfry 繁忙',
    disk_full: '磁盘已满',
    overlap: '上一次还在运行',
    queue_full: '它的等待队列已满',
    blackout: '处于禁止运行的时段',
    inactive: '不在允许运行的时段内',
    rate_limit: '已达到频率上限',
    skip_next: '有人要求跳过',
    cancelled: '它在开始前被人取消',
    dst: '时钟跳过了这个时刻',
    task: '任务已暂停',
    everything: '已全部暂停',
  },
  waits: {
    overlap: '它的上一次运行尚未结束',
    group: '所属分组已满',
    slots: '同时运行的进程数已达上限',
    rate_limit: '须等待频率上限允许',
  },
  replaced: '它在开始前被后来的运行取代',
  because: (what, reason) => `${what}：${reason}`,
  sentence: (clauses) => `${clauses.join('；')}。`,
  span: (ms) => spanOf(ms, ['天', '小时', '分', '秒']),
  range: (count, from, until, state) =>
    state === 'coalesced'
      ? `从 ${from} 到 ${until} 共合并 ${count} 次`
      : `从 ${from} 到 ${until} 连续 ${count} 次都是如此`,
  between: (name, at, told) => `“${name}”在 ${at} 这一刻没有计划：${told}`,
  nearest: (name, at, told) => `“${name}”在 ${at} 这一刻没有记录；最接近的是：${told}`,
  ended: (status, error) => `${zhEndings[status]}${error === null ? '' : `：${withoutStop(error)}`}`,
  inTheWay: (number) => `运行 #${number} 尚未结束`,
  ran: (name, at, number) => `“${name}”在${zhAt(at)}按时运行${zhRun(number)}`,
  ranLate: (name, at, number, late, reason) =>
    `${zhSince(reason)}“${name}”${zhAt(at)}的计划延迟${late === null ? '' : ` ${late} `}运行${zhRun(number)}`,
  queued: (name, at, number) => `“${name}”${zhAt(at)}的计划已到期：运行 #${number ?? '?'} 正在排队`,
  coalesced: (name, at, number, into, reason) =>
    `${zhSince(reason)}“${name}”${zhAt(at)}的计划没有单独运行，已合并到运行 #${number ?? '?'}${into === null ? '' : `（计划于 ${into}）`}`,
  missed: (name, at, reason) => `${zhSince(reason)}“${name}”错过了${zhAt(at)}的计划`,
  skipped: (name, at, reason) => `${zhSince(reason)}“${name}”跳过了${zhAt(at)}的计划`,
  paused: (name, at, reason) => `${zhSince(reason)}“${name}”在${zhAt(at)}没有运行`,
  disabled: (name, at) => `“${name}”在 ${at} 没有计划：任务已停用`,
  doesNotRun: (name, at, reason) => `${zhSince(reason)}“${name}”在 ${at} 不运行`,
  standing: (name, by, since, until) =>
    by === 'everything' ? zh.stillPaused(by, since, until) : `“${name}”${zhHeld(by, since, until)}`,
  stillPaused: (by, since, until) => `${by === 'everything' ? '全部' : '任务'}${zhHeld(by, since, until)}`,
  last: (told) => `最近的记录：${told}`,
  notThen: (name, at) => `根据记录，“${name}”在 ${at} 没有计划`,
  pausedUntil: (by, until) => `${by === 'task' ? '任务' : '全部'}暂停${until === null ? '直到恢复' : `到 ${until}`}`,
  nextRun: (next) => (next === null ? '此后没有会运行的计划' : `下一次将在 ${next} 运行`),
  moved: (times) => `它代替时钟跳过的 ${times.join('、')}`,
  byHand: (name, at, number) => `“${name}”在 ${at} 被手动启动（运行 #${number}）`,
  after: (taskName, on, last) =>
    `它在“${taskName}”${zhAfters[on]}后运行，${last === null ? '而它还没有结束过运行' : `其最近一次运行 #${last.number}${last.at === null ? '' : ` 于 ${last.at} 结束`}：${last.ended}`}`,
  beforeCounting: (name, at, from) =>
    `“${name}”在 ${at} 没有到期的计划：从 ${from} 创建、修改、启用、恢复或时钟调回起才开始计算`,
  spent: (name, at, last) => `“${name}”在 ${at} 及以后没有计划：${last === null ? '时间已过' : `最后一次是 ${last}`}`,
  noTimeTrigger: (name, at, events) =>
    `“${name}”在 ${at} 没有计划：它不按时间运行，只由事件${events.length === 0 ? '' : `（${events.join('；')}）`}或手动启动`,
  notPlanned: (name, at) => `“${name}”在 ${at} 没有计划`,
  around: (previous, next) => [
    ...(previous === null ? [] : [`前一次是 ${previous}`]),
    ...(next === null ? [] : [`后一次是 ${next}`]),
  ],
  told: (at, fate) => `${at}（${fate}）`,
  notYet: (name, next) => `“${name}”尚未到期${next === null ? '' : `：计划于 ${next}`}`,
  removedHistory: (name, at) =>
    `按现在的设置，“${name}”在 ${at} 有计划，但没有任何记录：当时的计划不同，或记录已不存在`,
}

const zhAfters: Readonly<Record<After, string>> = { success: '成功', failure: '失败', finish: '结束' }

const zhEndings: Readonly<Record<RunStatus, string>> = {
  queued: '正在排队',
  running: '仍在运行',
  succeeded: '已成功',
  failed: '已失败',
  timed_out: '已超时',
  cancelled: '已取消',
  interrupted: '被中断',
  expired: '从未开始',
}

const zhHeld = (by: Standing, since: string | null, until: string | null): string =>
  by === 'disabled'
    ? '已停用'
    : `${since === null ? '' : `自 ${since} 起`}暂停，${until === null ? '直到恢复' : `到 ${until} 为止`}`

const zhAt = (at: string | null): string => (at === null ? '前后的时刻' : ` ${at} `)
const zhRun = (number: number | null): string => (number === null ? '' : `（运行 #${number}）`)
const zhSince = (reason: string | null): string =>
  reason === null ? '' : `因为${/^[A-Z]/.test(reason) ? ' ' : ''}${reason}，`

export const whyTexts: Readonly<Record<WordsLocale, WhyTexts>> = { en, 'zh-CN': zh }
