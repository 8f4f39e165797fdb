/** What a change of the clocks does to a schedule, for people. */
import type { DstNote } from '../model/schedule'
import { spanOf, type WordsLocale } from './words'

/**
 * One sentence: `On 28 March 2027 the clocks go forward by 1 hour: 02:15 does not exist, so it runs once, right after.`
 * @param timeZone the host's; the note's own zone is named only where it differs
 */
export function dstSentence(note: DstNote, locale: WordsLocale, timeZone: string): string {
  const words = text[locale]
  const day = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    timeZone: note.zone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(new Date(note.at))
  const change = words[note.kind](day, note.zone === timeZone ? null : note.zone, spanOf(Math.abs(note.by), locale))
  const hidden = note.count - note.times.length
  const times = note.times.join(words.comma) + (hidden > 0 ? words.more(hidden) : '')
  return words.effect[note.effect](change, times, note.count > 1)
}

const zoned = (zone: string | null): string => (zone === null ? '' : ` in ${zone}`)
const zonedChinese = (zone: string | null): string => (zone === null ? '' : `${zone} 的`)

const text = {
  en: {
    comma: ', ',
    more: (count: number) => ` and ${count} more`,
    gap: (day: string, zone: string | null, by: string) => `On ${day} the clocks${zoned(zone)} go forward by ${by}`,
    overlap: (day: string, zone: string | null, by: string) => `On ${day} the clocks${zoned(zone)} go back by ${by}`,
    effect: {
      shifted: (change: string, times: string, many: boolean) =>
        `${change}: ${times} ${many ? 'do' : 'does'} not exist, so it runs once, right after.`,
      skipped: (change: string, times: string, many: boolean) =>
        `${change}: ${times} ${many ? 'do' : 'does'} not exist and ${many ? 'are' : 'is'} skipped.`,
      none_lost: (change: string) => `${change}: it goes on at its pace.`,
      once: (change: string, times: string, many: boolean) =>
        `${change}: ${times} ${many ? 'come' : 'comes'} twice, it runs on the first.`,
      twice: (change: string, times: string, many: boolean) =>
        `${change}: ${times} ${many ? 'come' : 'comes'} twice, it runs on both.`,
    },
  },
  'zh-CN': {
    comma: '、',
    more: (count: number) => `等另外 ${count} 个时刻`,
    gap: (day: string, zone: string | null, by: string) => `${day}${zonedChinese(zone)}时钟拨快 ${by}`,
    overlap: (day: string, zone: string | null, by: string) => `${day}${zonedChinese(zone)}时钟拨慢 ${by}`,
    effect: {
      shifted: (change: string, times: string) => `${change}：${times} 不存在，在其后立即运行一次。`,
      skipped: (change: string, times: string) => `${change}：${times} 不存在，跳过。`,
      none_lost: (change: string) => `${change}：它按自己的节奏继续。`,
      once: (change: string, times: string) => `${change}：${times} 出现两次，只在第一次运行。`,
      twice: (change: string, times: string) => `${change}：${times} 出现两次，两次都运行。`,
    },
  },
} as const
