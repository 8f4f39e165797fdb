/** What became of an occurrence, for people: a word for a list, a sentence for whoever asks why. */
import { assertNever } from '../errors'
import type { LedgerEntry } from '../model/occurrence'
import type { WhyAnswer } from '../model/why'
import type { WordsLocale } from './words'
import { whyTexts, type WhyTexts } from './why-texts'

/** `missed: the machine was asleep`. */
export function fateWords({ state, reason }: Pick<LedgerEntry, 'state' | 'reason'>, locale: WordsLocale): string {
  const texts = whyTexts[locale]
  return reason === null ? texts.states[state] : texts.because(texts.states[state], texts.reasons[reason])
}

/**
 * One sentence that accounts for what was asked: what became of the occurrence, why, when, by which run, how late, and what
 * it was folded into; or what explains that there was none.
 * @param timeZone in which instants are told
 */
export function whySentence(answer: WhyAnswer, locale: WordsLocale, timeZone: string): string {
  const texts = whyTexts[locale]
  const time = (instant: string): string => localTime(instant, timeZone)
  const { entry } = answer
  return entry === null ? absenceWords(answer, texts, time) : entryWords(answer, entry, texts, time)
}

type Tell = (instant: string) => string

function entryWords(answer: WhyAnswer, entry: LedgerEntry, texts: WhyTexts, time: Tell): string {
  const { taskName: name, run } = answer
  const several = entry.count > 1
  const hit = several ? answer.planned : entry.from
  const what = mainClause(answer, entry, hit === null ? null : time(hit), texts, time)
  const range = several ? texts.range(entry.count, time(entry.from), time(entry.until), entry.state) : null
  // A range says for which of them it holds; asked for a moment between two of them, that is all there is to say.
  const told = hit === null ? texts.between(name, time(answer.at), what) : what
  const end = run === null || !tellsEnd(entry) ? null : texts.ended(run.status, run.error)
  return texts.sentence([told, ...(range === null ? [] : [range]), ...(end === null ? [] : [end])])
}

/** @param at null where the range is meant as a whole */
function mainClause(answer: WhyAnswer, entry: LedgerEntry, at: string | null, texts: WhyTexts, time: Tell): string {
  const { taskName: name, run } = answer
  const number = run?.number ?? null
  const reason = reasonWords(entry, number, texts)
  switch (entry.state) {
    case 'ran':
      return texts.ran(name, at, number)
    case 'ran_late':
      return texts.ranLate(name, at, number, run?.lateMs == null ? null : texts.span(run.lateMs), reason)
    case 'queued':
      return texts.queued(name, at, number)
    case 'coalesced':
      return texts.coalesced(name, at, number, run?.scheduledAt == null ? null : time(run.scheduledAt), reason)
    case 'missed':
      return texts.missed(name, at, reason)
    case 'skipped':
      return texts.skipped(name, at, reason)
    case 'paused':
      return texts.paused(name, at, reason)
    default:
      return assertNever(entry.state)
  }
}

/** How the run ended says something where it is the occurrence's own, or stands for it. */
function tellsEnd({ state }: LedgerEntry): boolean {
  return state === 'ran' || state === 'ran_late' || state === 'coalesced'
}

function reasonWords({ reason }: LedgerEntry, number: number | null, texts: WhyTexts): string | null {
  if (reason === null) return null
  return reason === 'overlap' && number !== null ? texts.inTheWay(number) : texts.reasons[reason]
}

function absenceWords(answer: WhyAnswer, texts: WhyTexts, time: Tell): string {
  const { taskName: name, absence, planned, previous, next } = answer
  const at = time(answer.at)
  const around = { previous: previous && time(previous), next: next && time(next) }
  switch (absence) {
    case 'disabled':
      return texts.sentence([texts.disabled(name, at)])
    case 'paused':
      return texts.sentence([texts.pausedNow(name, at)])
    case 'before_counting':
      return texts.sentence([texts.beforeCounting(name, at, time(answer.countsFrom))])
    case 'spent':
      return texts.sentence([texts.spent(name, at, around.previous)])
    case 'no_time_trigger':
      return texts.sentence([texts.noTimeTrigger(name, at)])
    case 'not_yet':
      return texts.sentence([texts.notYet(name, planned === null ? around.next : time(planned))])
    case 'removed_history':
      return texts.sentence([texts.removedHistory(name, at)])
    case 'not_planned':
    case null:
      return texts.sentence([texts.notPlanned(name, at), ...texts.around(around.previous, around.next)])
    default:
      return assertNever(absence)
  }
}

/** `2027-03-28 03:00:00`; ms only where there are any. */
function localTime(instant: string, timeZone: string): string {
  const ms = instant.slice(-4, -1)
  const local = new Date(instant).toLocaleString('sv-SE', { timeZone })
  return ms === '000' ? local : `${local}.${ms}`
}
