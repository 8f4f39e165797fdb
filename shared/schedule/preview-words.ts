/** What a preview warns of, for people. */
import { assertNever } from '../errors'
import type { ScheduleWarning } from '../model/schedule'
import type { WordsLocale } from './words'

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
  const stamp = (at: string): string =>
    new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: options.timeZone }).format(
      new Date(at),
    )
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
    default:
      return assertNever(warning)
  }
}

function listOf(triggers: readonly number[], locale: WordsLocale): string {
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(triggers.map((index) => String(index + 1)))
}

const text = {
  en: {
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
  },
  'zh-CN': {
    it: '它',
    trigger: (number: number) => `触发器 ${number} `,
    merged: (triggers: string, at: string) => `触发器 ${triggers} 会在同一秒触发（首次为 ${at}），合并为一次运行。`,
    allClosed: '不会运行：今后 5 年内，生效时段和停用时段没有给它留下任何时间。',
    closed: (who: string) => `${who}永远不会运行：今后 5 年内，生效时段和停用时段没有给它留下任何时间。`,
    spent: (who: string) => `${who}不会再触发。`,
    rare: (who: string, at: string, then: string | null) =>
      `${who}一年不到一次：下次 ${at}，${then === null ? '之后不再触发' : `再下次 ${then}`}。`,
    alias: (zone: string, canonical: string) => `${zone} 是 ${canonical} 的别名。`,
  },
} as const
