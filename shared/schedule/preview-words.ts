/** What a preview has found, for people. */
import { assertNever } from '../errors'
import type { DstNote, ScheduleWarning, WhoElse } from '../model/schedule'
import { spanOf, type WordsLocale } from './words'

/**
 * What a change of the clocks does to a trigger: `28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. 02:30 runs
 * once, at 03:00.`
 */
export function dstWords(note: DstNote, locale: WordsLocale): string {
  const after = shownAt(note)
  const before = new Date(after.getTime() - note.by)
  const [from, to] = [clockOf(before), clockOf(after)]
  const day = new Intl.DateTimeFormat(tag[locale], { dateStyle: 'medium', timeZone: 'UTC' })
  const { change, effect } = text[locale]
  const times = timesOf(note, locale)
  return change(day.format(before), note.zone, from, to) + effect[note.effect](times, to, note.count > 1)
}

/** What the zone's clocks show after the change, read as if it were UTC. */
function shownAt({ at, zone }: DstNote): Date {
  const shown = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: zone })
  return new Date(`${shown.format(new Date(at)).replace(' ', 'T')}Z`)
}

/** `02:00`, with seconds where there are some. */
function clockOf(at: Date): string {
  return at.toISOString().slice(11, at.getUTCSeconds() === 0 ? 16 : 19)
}

function timesOf({ times, count }: DstNote, locale: WordsLocale): string {
  const more = count > times.length ? [text[locale].more(count - times.length)] : []
  return new Intl.ListFormat(tag[locale], { type: 'conjunction' }).format([...times, ...more])
}

export interface WarningWordsOptions {
  /** The host's. */
  readonly timeZone: string
  /** There is only one trigger: no need to say which. */
  readonly alone?: boolean
}

/** One warning as a sentence; triggers are numbered from 1. */
export function warningWords(warning: ScheduleWarning, locale: WordsLocale, options: WarningWordsOptions): string {
  const words = text[locale]
  const who = (trigger: number): string => (options.alone ? words.it : words.trigger(trigger + 1))
  // With seconds where there are some.
  const stamp = (at: string): string => {
    const timeStyle = Date.parse(at) % 60_000 < 1000 ? 'short' : 'medium'
    return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle, timeZone: options.timeZone }).format(
      new Date(at),
    )
  }
  switch (warning.code) {
    case 'merged':
      return words.merged(listOf(warning.triggers, locale), stamp(warning.at))
    case 'closed':
      return warning.trigger === null ? words.allClosed : words.closed(who(warning.trigger))
    case 'spent':
      return words.spent(who(warning.trigger))
    case 'rare':
      return words.rare(who(warning.trigger), stamp(warning.at), warning.then === null ? null : stamp(warning.then))
    case 'alias':
      return words.alias(warning.zone, warning.canonical)
    case 'swallowed':
      return words.swallowed(who(warning.trigger))
    case 'jitter':
      return words.jitter(spanOf(warning.jitter, locale), spanOf(warning.distance, locale), stamp(warning.at))
    case 'open_path':
      return `${openPathWords(warning.path, warning.by, locale)}${words.stop}`
    default:
      return assertNever(warning)
  }
}

/** Without a full stop. */
export function openPathWords(path: string, by: WhoElse, locale: WordsLocale): string {
  return text[locale].openPath(path, by)
}

function listOf(triggers: readonly number[], locale: WordsLocale): string {
  return new Intl.ListFormat(tag[locale], { type: 'conjunction' }).format(triggers.map((index) => String(index + 1)))
}

/** English as it is written beside 24-hour times. */
const tag = { en: 'en-GB', 'zh-CN': 'zh-CN' } as const

const text = {
  en: {
    change: (day: string, zone: string, from: string, to: string) =>
      `${day}, ${zone}: the clocks go from ${from} to ${to}. `,
    more: (count: number) => `${count} more`,
    effect: {
      shifted: (times: string, to: string, many: boolean) =>
        many ? `For ${times} it runs once, at ${to}.` : `${times} runs once, at ${to}.`,
      skipped: (times: string, _to: string, many: boolean) => `${times} ${many ? 'do' : 'does'} not run.`,
      none_lost: (times: string, _to: string, many: boolean) =>
        `${times} ${many ? 'do' : 'does'} not come; the rhythm goes on.`,
      once: (times: string, _to: string, many: boolean) =>
        many ? `${times} come twice, and run once.` : `${times} comes twice, and runs once.`,
      twice: (times: string, _to: string, many: boolean) =>
        many ? `${times} come twice, and run twice.` : `${times} comes twice, and runs twice.`,
    },
    it: 'It',
    trigger: (number: number) => `Trigger ${number}`,
    merged: (triggers: string, at: string) =>
      `Triggers ${triggers} meet in the same second, first at ${at}: together they make one run.`,
    allClosed: 'Nothing will run: active windows and blackouts leave no time for it in the coming 5 years.',
    closed: (who: string) =>
      `${who} will never run: active windows and blackouts leave no time for it in the coming 5 years.`,
    spent: (who: string) => `${who} will not come any more.`,
    rare: (who: string, at: string, then: string | null) =>
      `${who} comes less than once a year: next at ${at}, ${then === null ? 'then never again' : `then at ${then}`}.`,
    alias: (zone: string, canonical: string) => `${zone} is another name of ${canonical}.`,
    swallowed: (who: string) =>
      `${who} will never run: each of its times is one that the clocks skip, and such times are not to run.`,
    jitter: (jitter: string, distance: string, at: string) =>
      `Jitter is up to ${jitter}, but occurrences can be ${distance} apart, as at ${at}: runs may come at the same moment.`,
    openPath: (path: string, by: WhoElse) =>
      `"${path}" may be changed by ${by === 'everybody' ? 'everybody on this machine' : `the user ${by}`}, and so this task be started`,
    stop: '.',
  },
  'zh-CN': {
    change: (day: string, zone: string, from: string, to: string) => `${day}，${zone}：时钟从 ${from} 拨到 ${to}。`,
    more: (count: number) => `另外 ${count} 个时间`,
    effect: {
      shifted: (times: string, to: string) => `${times} 改在 ${to} 运行一次。`,
      skipped: (times: string) => `${times} 不运行。`,
      none_lost: (times: string) => `${times} 不存在，节奏照常继续。`,
      once: (times: string) => `${times} 出现两次，只运行一次。`,
      twice: (times: string) => `${times} 出现两次，运行两次。`,
    },
    it: '它',
    trigger: (number: number) => `触发器 ${number} `,
    merged: (triggers: string, at: string) => `触发器 ${triggers} 会在同一秒触发（首次为 ${at}），合并为一次运行。`,
    allClosed: '不会运行：今后 5 年内，生效时段和停用时段没有给它留下任何时间。',
    closed: (who: string) => `${who}永远不会运行：今后 5 年内，生效时段和停用时段没有给它留下任何时间。`,
    spent: (who: string) => `${who}不会再触发。`,
    rare: (who: string, at: string, then: string | null) =>
      `${who}一年不到一次：下次 ${at}，${then === null ? '之后不再触发' : `再下次 ${then}`}。`,
    alias: (zone: string, canonical: string) => `${zone} 是 ${canonical} 的别名。`,
    swallowed: (who: string) => `${who}永远不会运行：它的每个时间都被时钟跳过，而被跳过的时间设为不运行。`,
    jitter: (jitter: string, distance: string, at: string) =>
      `每次最多推迟 ${jitter} 启动，而两次触发可能只相隔 ${distance}（例如 ${at}）：多次运行可能挤在同一时刻。`,
    openPath: (path: string, by: WhoElse) =>
      `“${path}”可被${by === 'everybody' ? '本机所有用户' : `用户 ${by} `}更改，从而启动此任务`,
    stop: '。',
  },
} as const
