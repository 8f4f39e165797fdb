/** What a preview has found, in sentences. */
import { assertNever } from '../errors'
import type { DstNote, ScheduleWarning } from '../model/schedule'
import type { WordsLocale } from './words'

/**
 * What a change of the clocks does to a trigger: `28 Mar 2027, Europe/Berlin: the clocks go from 02:00 to 03:00. 02:30 runs
 * once, at 03:00.`
 */
export function dstWords(note: DstNote, locale: WordsLocale): string {
  const after = localOf(note)
  // Read as if it were UTC, so that no zone comes between.
  const before = new Date(after.getTime() - note.by)
  const [from, to] = [clockOf(before), clockOf(after)]
  const day = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', { dateStyle: 'medium', timeZone: 'UTC' })
  return text[locale].dst[note.effect]({
    day: day.format(before),
    zone: note.zone,
    from,
    to,
    times: listOf(note, locale),
    several: note.count > 1,
  })
}

/** One warning as a sentence. Triggers are numbered from 1, and not at all where `alone` (there is only one). */
export function warningWords(
  warning: ScheduleWarning,
  locale: WordsLocale,
  options: { readonly timeZone: string; readonly alone?: boolean },
): string {
  const words = text[locale]
  const who = (trigger: number): string => (options.alone ? words.it : words.trigger(trigger + 1))
  const stamp = (at: string): string =>
    new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: options.timeZone }).format(
      new Date(at),
    )
  switch (warning.code) {
    case 'merged':
      return words.merged(warning.triggers.map((index) => index + 1).join(words.and), stamp(warning.at))
    case 'closed':
      return warning.trigger === null ? words.allClosed : words.closed(who(warning.trigger))
    case 'spent':
      return words.spent(who(warning.trigger))
    case 'rare':
      return words.rare(who(warning.trigger), stamp(warning.at), warning.then === null ? null : stamp(warning.then))
    case 'alias':
      return words.alias(warning.zone, warning.canonical)
    default:
      return assertNever(warning)
  }
}

/** What the zone's clocks show after the change, as if it were UTC. */
function localOf({ at, zone }: DstNote): Date {
  const shown = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at))
  return new Date(`${shown.replace(' ', 'T')}Z`)
}

/** `02:00`, with seconds where there are some. */
function clockOf(at: Date): string {
  return at.toISOString().slice(11, at.getUTCSeconds() === 0 ? 16 : 19)
}

function listOf({ times, count }: DstNote, locale: WordsLocale): string {
  const words = text[locale]
  if (count > times.length) return words.more(times.join(words.comma), count - times.length)
  return [times.slice(0, -1).join(words.comma), ...times.slice(-1)].filter((part) => part !== '').join(words.and)
}

interface DstParts {
  readonly day: string
  readonly zone: string
  readonly from: string
  readonly to: string
  readonly times: string
  readonly several: boolean
}

type DstSentence = (parts: DstParts) => string

const english = (end: (parts: DstParts) => string): DstSentence => {
  return (parts) => `${parts.day}, ${parts.zone}: the clocks go from ${parts.from} to ${parts.to}. ${end(parts)}`
}
const chinese = (end: (parts: DstParts) => string): DstSentence => {
  return (parts) => `${parts.day}，${parts.zone}：时钟从 ${parts.from} 拨到 ${parts.to}。${end(parts)}`
}

interface Words {
  readonly dst: Readonly<Record<DstNote['effect'], DstSentence>>
  readonly comma: string
  readonly and: string
  readonly it: string
  readonly allClosed: string
  readonly more: (times: string, count: number) => string
  readonly trigger: (number: number) => string
  readonly merged: (triggers: string, at: string) => string
  readonly closed: (who: string) => string
  readonly spent: (who: string) => string
  readonly rare: (who: string, at: string, then: string | null) => string
  readonly alias: (zone: string, canonical: string) => string
}

const text: Readonly<Record<WordsLocale, Words>> = {
  en: {
    dst: {
      shifted: english(({ times, to, several }) =>
        several ? `For ${times} it runs once, at ${to}.` : `${times} runs once, at ${to}.`,
      ),
      skipped: english(({ times, several }) => `${times} ${several ? 'do' : 'does'} not run.`),
      none_lost: english(({ times, several }) => `${times} ${several ? 'do' : 'does'} not come; the rhythm goes on.`),
      once: english(
        ({ times, several }) => `${times} ${several ? 'come twice and run' : 'comes twice and runs'} once.`,
      ),
      twice: english(
        ({ times, several }) => `${times} ${several ? 'come' : 'comes'} twice and ${several ? 'run' : 'runs'} twice.`,
      ),
    },
    comma: ', ',
    and: ' and ',
    it: 'It',
    allClosed: 'Nothing will run: the active windows and blackouts cover everything for 5 years.',
    more: (times, count) => `${times} and ${count} more`,
    trigger: (number) => `Trigger ${number}`,
    merged: (triggers, at) => `Triggers ${triggers} meet in one second, first at ${at}: together they make one run.`,
    closed: (who) => `${who} will never run: the active windows and blackouts cover all of it for 5 years.`,
    spent: (who) => `${who} will not come any more.`,
    rare: (who, at, then) =>
      `${who} comes less than once a year: next at ${at}, ${then === null ? 'then never again' : `then at ${then}`}.`,
    alias: (zone, canonical) => `${zone} is another name of ${canonical}.`,
  },
  'zh-CN': {
    dst: {
      shifted: chinese(({ times, to }) => `${times} 改在 ${to} 运行一次。`),
      skipped: chinese(({ times }) => `${times} 不运行。`),
      none_lost: chinese(({ times }) => `${times} 不存在，节奏照常继续。`),
      once: chinese(({ times }) => `${times} 出现两次，只运行一次。`),
      twice: chinese(({ times }) => `${times} 出现两次，运行两次。`),
    },
    comma: '、',
    and: '和',
    it: '它',
    allClosed: '不会运行：生效时段和停用时段在今后 5 年内排除了所有时间。',
    more: (times, count) => `${times} 及另外 ${count} 个时间`,
    trigger: (number) => `触发器 ${number} `,
    merged: (triggers, at) => `触发器 ${triggers} 会在同一秒触发（首次为 ${at}），合并为一次运行。`,
    closed: (who) => `${who}永远不会运行：生效时段和停用时段在今后 5 年内排除了它的所有时间。`,
    spent: (who) => `${who}不会再触发。`,
    rare: (who, at, then) => `${who}一年不到一次：下次 ${at}，${then === null ? '之后不再触发' : `再下次 ${then}`}。`,
    alias: (zone, canonical) => `${zone} 是 ${canonical} 的别名。`,
  },
}
