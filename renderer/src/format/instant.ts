/** Instants as the operator reads them, in the host's zone. Instants are ISO text or ms since the epoch. */

export type LocaleName = 'en' | 'zh-CN'

/** Day before month and 24 hours, as everybody but one country writes it. */
const tags: Readonly<Record<LocaleName, string>> = { en: 'en-GB', 'zh-CN': 'zh-CN' }

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(locale: LocaleName, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}\n${timeZone}\n${JSON.stringify(options)}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(tags[locale], { timeZone, ...options })
    formatters.set(key, found)
  }
  return found
}

export interface InstantFormat {
  /** `10:42`, or `10:42:30`. */
  clock(at: string | number, seconds?: boolean): string
  /** `Wednesday 24 March`. */
  longDay(at: string | number): string
  /** `Wed 24 Mar`. */
  shortDay(at: string | number): string
  /** `Wed 24`, for an axis. */
  axisDay(at: string | number): string
  /** The clock today, with the weekday within six days, else with the date: `12:10`, `Sun 04:00`, `24 Mar 04:00`. */
  near(at: string | number, now: number, seconds?: boolean): string
  /** `Wed 24 Mar 2027, 12:10:00 CET`. */
  exact(at: string | number): string
  /** `11:10:00 UTC`. */
  utc(at: string | number): string
  /** A key that is equal for instants of the same local day: `2027-03-24`. */
  dayKey(at: string | number): string
}

export function instantFormat(locale: LocaleName, timeZone: string): InstantFormat {
  const format = (at: string | number, options: Intl.DateTimeFormatOptions): string =>
    formatter(locale, timeZone, options).format(new Date(at)).replace(',', '')
  const clock = (at: string | number, seconds?: boolean): string =>
    format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(seconds ? { second: '2-digit' } : {}) })
  // Swedish writes days as 2027-03-24.
  const days = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayKey = (at: string | number): string => days.format(new Date(at))
  const shortDay = (at: string | number): string => format(at, { weekday: 'short', day: 'numeric', month: 'short' })
  return {
    clock,
    dayKey,
    shortDay,
    longDay: (at) => format(at, { weekday: 'long', day: 'numeric', month: 'long' }),
    axisDay: (at) => format(at, { weekday: 'short', day: 'numeric' }),
    near(at, now, seconds) {
      if (dayKey(at) === dayKey(now)) return clock(at, seconds)
      const days = Math.abs(Date.parse(dayKey(at)) - Date.parse(dayKey(now))) / 86_400_000
      if (days <= 6) return `${format(at, { weekday: 'short' })} ${clock(at, seconds)}`
      return `${format(at, { day: 'numeric', month: 'short', ...(days > 300 ? { year: 'numeric' } : {}) })} ${clock(at)}`
    },
    exact: (at) =>
      `${format(at, { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })}, ${clock(at, true)} ${zoneName(locale, timeZone, at)}`,
    utc: (at) => `${new Date(at).toISOString().slice(11, 19)} UTC`,
  }
}

function zoneName(locale: LocaleName, timeZone: string, at: string | number): string {
  const parts = formatter(locale, timeZone, { timeZoneName: 'short' }).formatToParts(new Date(at))
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone
}
