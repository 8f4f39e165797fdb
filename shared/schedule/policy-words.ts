/** How carefully a task is run, in words, for people. */
import type { Policy } from '../model/policy'
import { weekday, type TimeWindow, type Weekday } from '../model/time-window'
import { spanOf, type WordsLocale } from './words'

/** What lateness comes to: `Run once within 1 hour, then ask`. */
export function lateWords(policy: Pick<Policy, 'misfireGrace' | 'coalesce' | 'onMissed'>, locale: WordsLocale): string {
  const words = text[locale]
  const { misfireGrace: grace } = policy
  const run = policy.coalesce ? words.once : words.each
  if (grace === null) return run(words.however)
  return (grace === 0 ? words.onTime : run(words.within(spanOf(grace, locale)))) + words.then[policy.onMissed]
}

/** What happens while the task still runs: `Skip`, `Up to 3 at once, then wait, 10 at most`. */
export function overlapWords(
  policy: Pick<Policy, 'maxInstances' | 'overlap' | 'queueLimit'>,
  locale: WordsLocale,
): string {
  const words = text[locale]
  const then = words.overlap[policy.overlap](policy.queueLimit)
  return policy.maxInstances === 1 ? capital(then) : words.instances(policy.maxInstances, then)
}

/** What it shares with other tasks, and how often it may start; empty where nothing limits it. */
export function limitWords(policy: Pick<Policy, 'group' | 'priority' | 'rateLimit'>, locale: WordsLocale): string {
  const words = text[locale]
  const { group, priority, rateLimit } = policy
  return capital(
    [
      ...(group === null ? [] : [words.group(group)]),
      ...(rateLimit === null ? [] : [words.rate(rateLimit.max, spanOf(rateLimit.per, locale))]),
      ...(priority === 0 ? [] : [words.priority(priority)]),
    ].join(words.comma),
  )
}

/** How an instant may be moved: by jitter, or by the clocks. Empty where Belfry's own rule holds. */
export function exactWords(policy: Pick<Policy, 'jitter' | 'dst'>, locale: WordsLocale): string {
  const words = text[locale]
  const { jitter, dst } = policy
  return capital(
    [
      ...(jitter === 0 ? [] : [words.jitter(spanOf(jitter, locale))]),
      ...(dst.gap === 'auto' ? [] : [words.gap[dst.gap]]),
      ...(dst.overlap === 'auto' ? [] : [words.again[dst.overlap]]),
    ].join(words.comma),
  )
}

/** Its windows, a line each; none: at any time. */
export function windowLines(policy: Pick<Policy, 'active' | 'blackouts'>, locale: WordsLocale): readonly string[] {
  const words = text[locale]
  return [
    ...policy.active.map((window) => words.only(windowWords(window, locale))),
    ...policy.blackouts.map((window) => words.never(windowWords(window, locale))),
  ]
}

/** `Mon–Fri, 22:00–06:00, 24 Dec 2027 to 2 Jan 2028`. */
export function windowWords(window: TimeWindow, locale: WordsLocale): string {
  const words = text[locale]
  const { from, until, dates, weekdays, times, timezone } = window
  const day = (date: string): string => dayWords(date, locale)
  const span =
    from === undefined
      ? until === undefined
        ? []
        : [words.to(day(until))]
      : [until === undefined ? words.from(day(from)) : from === until ? day(from) : words.span(day(from), day(until))]
  const listed = [...new Set(dates)]
  const some = listed.length > 3 ? [words.dates(listed.length, day(listed[0] ?? ''))] : listed.map(day)
  const said = [
    ...(weekdays === undefined ? [] : [weekdayWords(weekdays, locale)]),
    ...(times === undefined ? [] : [`${times.from}–${times.until}`]),
    ...span,
    ...(some.length === 0 ? [] : [some.join(words.comma)]),
  ].join(words.comma)
  return timezone === undefined ? said : `${said} (${timezone})`
}

/** Three or more days in a row as a span: `Mon–Fri`, `Sat, Sun`. */
function weekdayWords(weekdays: readonly Weekday[], locale: WordsLocale): string {
  const name = new Intl.DateTimeFormat(tag[locale], { weekday: 'short', timeZone: 'UTC' })
  // 1 January 2024 was a Monday.
  const names = weekday.options.map((_, index) => name.format(Date.UTC(2024, 0, 1 + index)))
  const chosen = weekday.options.map((day) => weekdays.includes(day))
  const parts: string[] = []
  for (let first = 0; first < chosen.length; first += 1) {
    if (!chosen[first]) continue
    let last = first
    while (chosen[last + 1]) last += 1
    if (last - first >= 2) parts.push(`${names[first]}–${names[last]}`)
    else parts.push(...names.slice(first, last + 1))
    first = last
  }
  return parts.join(text[locale].comma)
}

function dayWords(date: string, locale: WordsLocale): string {
  return new Intl.DateTimeFormat(tag[locale], {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(Date.parse(`${date}T00:00:00Z`))
}

const tag: Readonly<Record<WordsLocale, string>> = { en: 'en-GB', 'zh-CN': 'zh-CN' }

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const text = {
  en: {
    comma: ', ',
    once: (how: string) => `Run once ${how}`,
    each: (how: string) => `Run each ${how}`,
    however: 'however late',
    within: (span: string) => `within ${span}`,
    onTime: 'Run only on time',
    then: { ask: ', then ask', run: ', then run once anyway', skip: ', then only record' },
    overlap: {
      skip: () => 'skip',
      queue: (limit: number) => `wait, ${limit} at most`,
      replace: () => 'cancel the oldest',
    },
    instances: (max: number, then: string) => `Up to ${max} at once, then ${then}`,
    group: (name: string) => `group ${name}`,
    rate: (max: number, span: string) => `${max} in ${span} at most`,
    priority: (value: number) => `priority ${value}`,
    jitter: (span: string) => `up to ${span} later`,
    gap: { skip: 'lost in a gap', shift: 'after a gap' },
    again: { first: 'once in an overlap', both: 'twice in an overlap' },
    only: (window: string) => `Only ${window}`,
    never: (window: string) => `Not ${window}`,
    from: (day: string) => `from ${day}`,
    to: (day: string) => `until ${day}`,
    span: (first: string, last: string) => `${first} to ${last}`,
    dates: (count: number, first: string) => `${count} dates from ${first} on`,
  },
  'zh-CN': {
    comma: '，',
    once: (how: string) => `${how}补一次`,
    each: (how: string) => `${how}逐次补上`,
    however: '无论多晚都',
    within: (span: string) => `${span}内`,
    onTime: '只准时运行',
    then: { ask: '，之后询问', run: '，之后仍补一次', skip: '，之后仅记录' },
    overlap: {
      skip: () => '跳过',
      queue: (limit: number) => `等待，最多 ${limit} 个`,
      replace: () => '取消最早的',
    },
    instances: (max: number, then: string) => `最多同时 ${max} 个，然后${then}`,
    group: (name: string) => `组 ${name}`,
    rate: (max: number, span: string) => `${span}内最多 ${max} 次`,
    priority: (value: number) => `优先级 ${value}`,
    jitter: (span: string) => `最多推迟 ${span}`,
    gap: { skip: '跳过的时刻不补', shift: '跳过的时刻之后补' },
    again: { first: '重复的时刻只运行一次', both: '重复的时刻运行两次' },
    only: (window: string) => `仅限 ${window}`,
    never: (window: string) => `不在 ${window}`,
    from: (day: string) => `${day} 起`,
    to: (day: string) => `${day} 止`,
    span: (first: string, last: string) => `${first} 至 ${last}`,
    dates: (count: number, first: string) => `${first} 起的 ${count} 个日期`,
  },
}
