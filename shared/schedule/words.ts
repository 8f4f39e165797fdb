/** A schedule in words, for people. The cron sentences are cronstrue's. */
import cronstrue from 'cronstrue'
import 'cronstrue/locales/zh_CN.js'
import { assertNever } from '../errors'
import {
  watchEvent,
  type CronTrigger,
  type DateTrigger,
  type IntervalTrigger,
  type Trigger,
  type WatchTrigger,
} from '../model/trigger'
import { cronFields, type CronFields } from './cron'
import { machineTimeZone } from './zone'

export type WordsLocale = 'en' | 'zh-CN'

/**
 * What the triggers mean: `At 02:15, every day`, `Every 30 seconds`. Several are joined; none means by hand. An expression
 * that cannot be read stands for itself.
 * @param timeZone the host's; a trigger's own zone is named only where it differs
 * @param taskName for `after` triggers
 */
export function scheduleWords(
  triggers: readonly Trigger[],
  locale: WordsLocale,
  timeZone = machineTimeZone(),
  taskName: (id: string) => string = (id) => id,
): string {
  const automatic = triggers.filter((trigger) => trigger.kind !== 'manual')
  if (automatic.length === 0) return text[locale].manual
  return automatic.map((trigger) => triggerWords(trigger, locale, timeZone, taskName)).join(text[locale].or)
}

/** One trigger in words; see `scheduleWords`. */
export function triggerWords(
  trigger: Trigger,
  locale: WordsLocale,
  timeZone = machineTimeZone(),
  taskName: (id: string) => string = (id) => id,
): string {
  switch (trigger.kind) {
    case 'cron':
      return (
        withZone(cronWords(trigger, locale), trigger.timezone, timeZone) +
        boundWords(trigger, locale, trigger.timezone ?? timeZone)
      )
    case 'interval':
      return intervalWords(trigger, locale) + boundWords(trigger, locale, timeZone)
    case 'date':
      return dateWords(trigger, locale, timeZone)
    case 'manual':
      return text[locale].manual
    case 'startup':
      return delayed(trigger.on === 'boot' ? text[locale].boot : text[locale].host, trigger.delay, locale)
    case 'resume':
      return delayed(text[locale].resume, trigger.delay, locale)
    case 'watch':
      return watchWords(trigger, locale)
    case 'after':
      return text[locale].follows[trigger.on](trigger.tasks.map((id) => `“${taskName(id)}”`).join(', '))
    default:
      return assertNever(trigger)
  }
}

function cronWords(trigger: CronTrigger, locale: WordsLocale): string {
  try {
    const fields = cronFields(trigger.expression)
    const stepped = (field: string): boolean => field.startsWith('*') && field !== '*'
    const both = fields.weekday.startsWith('+') || stepped(fields.day) || stepped(fields.weekday)
    const { second, minute, hour, day, month, weekday, year } = fields
    const parts = [minute, hour, day, month, weekday.replace(/^\+/, '')]
    const withSecond = second === '0' && year === '*' ? parts : [second, ...parts]
    const words = cronstrue.toString([...withSecond, ...(year === '*' ? [] : [year])].join(' '), {
      locale: locale === 'zh-CN' ? 'zh_CN' : 'en',
      use24HourTimeFormat: true,
      logicalAndDayFields: both,
      // "every day" is worth saying after a time of day, and noise after a cadence.
      verbose: isDaily(fields),
    })
    return locale === 'en' ? shorten(words) : shortenChinese(words)
  } catch {
    return trigger.expression
  }
}

function isDaily(fields: CronFields): boolean {
  const fixed = (field: string): boolean => /^\d+(,\d+)*$/.test(field)
  return (
    fixed(fields.minute) &&
    fixed(fields.hour) &&
    [fields.day, fields.month, fields.weekday].every((field) => field === '*')
  )
}

/** cronstrue's English, as one would say it. */
function shorten(words: string): string {
  return (
    words
      .replace(/^(At 0 minutes past|On) the hour, /, '')
      .replace(/between (\d\d:\d\d) and (\d\d:\d\d)/, '$1–$2')
      .replace(/^At (\d+) minutes? past the hour, (every .+)$/, '$2, at $1 past')
      .replace(/^At (\d+) minutes? past the hour, /, 'At $1 past, ')
      .replace(/^At (\d+) minutes? past the hour$/, 'Every hour, at $1 past')
      .replace(/^e/, 'E')
      .replace('Monday through Friday', 'Monday to Friday')
      .replace(/ through /g, ' to ')
      // cronstrue's "and" between two restricted day fields means that either will do.
      .replace(/(day .* of the month), and on /, '$1, or on ')
  )
}

/** cronstrue's Chinese likewise. */
function shortenChinese(words: string): string {
  return words
    .replace(/^整点, /, '')
    .replace(/在 (\d\d:\d\d) 和 (\d\d:\d\d) 之间/, '$1–$2')
    .replace(/^在 ?(.+), 每天$/, '每天 $1')
    .replace(/^在整点后的第 (\d+) 分钟, (每隔 .+)$/, '$2, 第 $1 分')
    .replace(/^在整点后的第 (\d+) 分钟/, '每小时第 $1 分')
    .replace(/^在 ?/, '')
    .replace(/每隔 /g, '每 ')
    .replace(/, /g, '，')
}

function intervalWords(trigger: IntervalTrigger, locale: WordsLocale): string {
  const words = text[locale]
  const span = spanWords(trigger.every, locale)
  return trigger.mode === 'fixed-delay' ? words.delay(spanOf(trigger.every, locale)) : words.every(span)
}

function dateWords(trigger: DateTrigger, locale: WordsLocale, timeZone: string): string {
  const local = !/(Z|[+-]\d\d:?\d\d)$/.test(trigger.at)
  if (local) return withZone(text[locale].once(trigger.at.slice(0, 16).replace('T', ' ')), trigger.timezone, timeZone)
  return text[locale].once(stamp(trigger.at, timeZone))
}

/** `2027-12-25 10:00`, with seconds where there are some. */
function stamp(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    ...(Date.parse(at) % 60_000 === 0 ? {} : { second: '2-digit' }),
  }).format(new Date(at))
}

function boundWords(
  bounds: {
    readonly anchor?: string | undefined
    readonly from?: string | undefined
    readonly until?: string | undefined
  },
  locale: WordsLocale,
  timeZone: string,
): string {
  const words = text[locale]
  return (['anchor', 'from', 'until'] as const)
    .flatMap((bound) => {
      const at = bounds[bound]
      return at === undefined ? [] : [words[bound](stamp(at, timeZone))]
    })
    .join('')
}

function watchWords(trigger: WatchTrigger, locale: WordsLocale): string {
  const words = text[locale]
  const all = watchEvent.options.every((event) => trigger.events.includes(event))
  return (
    words.watch(pathWords(trigger.paths)) +
    (all
      ? ''
      : words.only(
          watchEvent.options.filter((event) => trigger.events.includes(event)).map((event) => words.event[event]),
        )) +
    (trigger.settle === usualSettle ? '' : words.settle(spanOf(trigger.settle, locale)))
  )
}

/** What a `watch` trigger waits when it does not say; not worth a word. */
const usualSettle = 2000

function delayed(when: string, delay: number, locale: WordsLocale): string {
  return delay === 0 ? when : text[locale].after(when, spanOf(delay, locale))
}

function pathWords(paths: readonly string[]): string {
  const [first = '', ...others] = paths
  return others.length === 0 ? first : `${first} +${others.length}`
}

function withZone(words: string, zone: string | undefined, timeZone: string): string {
  return zone === undefined || zone === timeZone ? words : `${words} (${zone})`
}

/** 5_400_000 → `1 hour 30 minutes`, 0 → `0 seconds`. */
export function spanOf(ms: number, locale: WordsLocale): string {
  const span = spanWords(ms, locale)
  if (span === '') return text[locale].units.second(0, true)
  return /^\d/.test(span) ? span : `1 ${span}`
}

/** 5_400_000 → `1 hour 30 minutes`; `hour` for exactly one, so that "every" can go before it. */
function spanWords(ms: number, locale: WordsLocale): string {
  let rest = ms
  const parts: { amount: number; unit: keyof (typeof text)['en']['units'] }[] = []
  for (const [size, unit] of sizes) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push({ amount, unit })
    rest -= amount * size
  }
  const names = text[locale].units
  return parts.map(({ amount, unit }) => names[unit](amount, parts.length === 1)).join(' ')
}

const sizes = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
  [1, 'ms'],
] as const

const english = (unit: string) => (amount: number, alone: boolean) =>
  amount === 1 ? (alone ? unit : `1 ${unit}`) : `${amount} ${unit}s`
const chinese = (unit: string) => (amount: number) => `${amount} ${unit}`

const text = {
  en: {
    manual: 'Only by hand',
    or: '; ',
    every: (span: string) => `Every ${span}`,
    delay: (span: string) => `${span} after each end`,
    once: (at: string) => `Once, ${at}`,
    boot: 'Once per boot',
    host: 'When Belfry starts',
    resume: 'When the machine wakes',
    watch: (paths: string) => `When ${paths} changes`,
    follows: {
      success: (names: string) => `After ${names} succeeds`,
      failure: (names: string) => `After ${names} fails`,
      finish: (names: string) => `After ${names} ends`,
    },
    after: (when: string, span: string) => `${when}, after ${span}`,
    anchor: (at: string) => `, counted from ${at}`,
    from: (at: string) => `, from ${at}`,
    until: (at: string) => `, until ${at}`,
    event: { add: 'added', change: 'changed', remove: 'removed' },
    only: (events: readonly string[]) => ` (${events.join(', ')})`,
    settle: (span: string) => `, after ${span} of quiet`,
    units: {
      day: english('day'),
      hour: english('hour'),
      minute: english('minute'),
      second: english('second'),
      ms: (amount: number) => `${amount} ms`,
    },
  },
  'zh-CN': {
    manual: '仅手动运行',
    or: '；',
    every: (span: string) => `每 ${span}`,
    delay: (span: string) => `每次结束后 ${span}`,
    once: (at: string) => `仅一次，${at}`,
    boot: '每次开机一次',
    host: 'Belfry 启动时',
    resume: '机器唤醒时',
    watch: (paths: string) => `${paths} 变化时`,
    follows: {
      success: (names: string) => `${names} 成功后`,
      failure: (names: string) => `${names} 失败后`,
      finish: (names: string) => `${names} 结束后`,
    },
    after: (when: string, span: string) => `${when}，${span}后`,
    anchor: (at: string) => `，自 ${at} 计时`,
    from: (at: string) => `，从 ${at} 起`,
    until: (at: string) => `，到 ${at} 止`,
    event: { add: '新增', change: '修改', remove: '删除' },
    only: (events: readonly string[]) => `（${events.join('、')}）`,
    settle: (span: string) => `，静止 ${span}后`,
    units: {
      day: chinese('天'),
      hour: chinese('小时'),
      minute: chinese('分钟'),
      second: chinese('秒'),
      ms: chinese('毫秒'),
    },
  },
}
