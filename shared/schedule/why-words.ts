/** What became of an occurrence, for people: a word for a list, a sentence for whoever asks why. */
import { assertNever } from '../errors'
import type { LedgerEntry } from '../model/occurrence'
import type { WhyAnswer } from '../model/why'
import { triggerWords, type WordsLocale } from './words'
import { whyTexts, type WhyTexts } from './why-texts'

type ReasonField = 'reason' | 'waited' | 'replaced'

/** `missed: the machine was asleep`. */
export function fateWords(entry: Pick<LedgerEntry, 'state' | ReasonField>, locale: WordsLocale): string {
  const texts = whyTexts[locale]
  const reason = reasonOf(entry, texts)
  return reason === null ? texts.states[entry.state] : texts.because(texts.states[entry.state], reason)
}

/** `the machine was asleep`; null where there is none to tell. */
export function fateReason(entry: Pick<LedgerEntry, ReasonField>, locale: WordsLocale): string | null {
  return reasonOf(entry, whyTexts[locale])
}

function reasonOf({ reason, waited, replaced }: Pick<LedgerEntry, ReasonField>, texts: WhyTexts): string | null {
  if (replaced) return texts.replaced
  if (waited !== null) return texts.waits[waited]
  return reason === null ? null : texts.reasons[reason]
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
  return entry === null ? absenceWords(answer, texts, time, locale) : entryWords(answer, entry, texts, time)
}

type Tell = (instant: string) => string

function entryWords(answer: WhyAnswer, entry: LedgerEntry, texts: WhyTexts, time: Tell): string {
  const { taskName: name, run } = answer
  const several = entry.count > 1
  const isEnd = answer.at === entry.from || answer.at === entry.until
  const hit = several ? (answer.planned ?? (isEnd ? answer.at : null)) : entry.from
  const what = mainClause(answer, entry, hit === null ? null : time(hit), texts, time)
  const range = several ? texts.range(entry.count, time(entry.from), time(entry.until), entry.state) : null
  // A range says for which of them it holds; asked for a moment between two of them, that is all there is to say.
  const isNear = entry.event !== null && !sameSecond(entry.from, answer.at)
  const told =
    hit === null
      ? texts.between(name, time(answer.at), what)
      : isNear
        ? texts.nearest(name, time(answer.at), what)
        : what
  const moved = answer.moved.length > 0 && entry.event === null ? [texts.moved(answer.moved)] : []
  const end = run === null || !tellsEnd(entry) ? null : texts.ended(run.status, run.error)
  const standing = answer.standing === null ? [] : [texts.standing(name, ...standingOf(answer.standing, time))]
  const last = standing.length === 0 ? told : texts.last(told)
  return texts.sentence([
    ...standing,
    last,
    ...moved,
    ...(range === null ? [] : [range]),
    ...(end === null ? [] : [end]),
  ])
}

function standingOf({ by, since, until }: NonNullable<WhyAnswer['standing']>, time: Tell) {
  return [by, since && time(since), until && time(until)] as const
}

/** @param at null where the range is meant as a whole */
function mainClause(answer: WhyAnswer, entry: LedgerEntry, at: string | null, texts: WhyTexts, time: Tell): string {
  const { taskName: name, run } = answer
  const number = run?.number ?? null
  const inTheWay = entry.state === 'skipped' ? number : answer.inTheWay
  const reason = reasonWords(entry, inTheWay, texts)
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

function reasonWords(entry: LedgerEntry, number: number | null, texts: WhyTexts): string | null {
  const isOverlap = (entry.reason === 'overlap' && !entry.replaced) || entry.waited === 'overlap'
  return isOverlap && number !== null ? texts.inTheWay(number) : reasonOf(entry, texts)
}

function absenceWords(answer: WhyAnswer, texts: WhyTexts, time: Tell, locale: WordsLocale): string {
  const { taskName: name, absence, planned, previous, next, reason, nextRun } = answer
  const at = time(answer.at)
  const toRun = texts.nextRun(nextRun && time(nextRun))
  const moved = answer.moved.length > 0 ? [texts.moved(answer.moved)] : []
  const told = (instant: string | null, entry: LedgerEntry | null): string | null =>
    instant === null ? null : entry === null ? time(instant) : texts.told(time(instant), fateWords(entry, locale))
  switch (absence) {
    case 'disabled':
      return texts.sentence([texts.disabled(name, at)])
    case 'paused': {
      const by = texts.pausedUntil(
        reason === 'everything' ? 'everything' : 'task',
        answer.pausedUntil && time(answer.pausedUntil),
      )
      return texts.sentence([texts.doesNotRun(name, planned === null ? at : time(planned), by), toRun])
    }
    case 'was_paused': {
      const { standing } = answer
      const what = texts.paused(name, planned === null ? at : time(planned), reason && texts.reasons[reason])
      return texts.sentence([
        what,
        ...(standing === null ? [] : [texts.stillPaused(...standingOf(standing, time)), toRun]),
      ])
    }
    case 'not_then':
      return texts.sentence([
        texts.notThen(name, at),
        ...texts.around(told(previous, answer.previousEntry), told(next, answer.nextEntry)),
      ])
    case 'before_counting':
      return texts.sentence([texts.beforeCounting(name, at, time(answer.countsFrom))])
    case 'spent':
      return texts.sentence([texts.spent(name, at, told(previous, answer.previousEntry))])
    case 'no_time_trigger':
      return texts.sentence([
        texts.noTimeTrigger(
          name,
          at,
          answer.events.map((trigger) => triggerWords(trigger, locale)),
        ),
        ...answer.upstream.map(({ taskName, on, last }) =>
          texts.after(
            taskName,
            on,
            last && {
              number: last.number,
              at: last.finishedAt && time(last.finishedAt),
              ended: texts.ended(last.status, null),
            },
          ),
        ),
      ])
    case 'not_yet':
      if (planned !== null && reason !== null)
        return texts.sentence([texts.doesNotRun(name, time(planned), texts.reasons[reason]), toRun])
      return texts.sentence([texts.notYet(name, planned === null ? next && time(next) : time(planned)), ...moved])
    case 'removed_history':
      return texts.sentence([texts.removedHistory(name, at)])
    case 'by_hand':
      return byHandWords(answer, texts, time)
    case 'not_planned':
    case null:
      return texts.sentence([
        texts.notPlanned(name, at),
        ...texts.around(told(previous, answer.previousEntry), told(next, answer.nextEntry)),
        ...(next === null || answer.nextEntry !== null || nextRun === next ? [] : [toRun]),
      ])
    default:
      return assertNever(absence)
  }
}

function byHandWords(answer: WhyAnswer, texts: WhyTexts, time: Tell): string {
  const { taskName: name, at, run } = answer
  if (run === null) return texts.sentence([texts.notPlanned(name, time(at))])
  const began = run.startedAt ?? at
  const what = texts.byHand(name, time(began), run.number)
  const told = sameSecond(began, at) ? what : texts.nearest(name, time(at), what)
  const standing = answer.standing === null ? [] : [texts.standing(name, ...standingOf(answer.standing, time))]
  const last = standing.length === 0 ? told : texts.last(told)
  return texts.sentence([...standing, last, texts.ended(run.status, run.error)])
}

function sameSecond(one: string, other: string): boolean {
  return one.slice(0, 19) === other.slice(0, 19)
}

/** `2027-03-28 03:00:00`; ms only where there are any. */
function localTime(instant: string, timeZone: string): string {
  const ms = instant.slice(-4, -1)
  const local = new Date(instant).toLocaleString('sv-SE', { timeZone })
  return ms === '000' ? local : `${local}.${ms}`
}
