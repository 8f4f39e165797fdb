/**
 * systemd's calendar events (systemd.time(7)) as cron expressions. systemctl gives them normalised:
 * `Mon..Fri *-*-01..07 06,18:00:00 Europe/Berlin`; shorter forms are read too.
 */
import { isTimeZone } from '@shared/schedule/zone'

export type CalendarReading =
  { readonly expression: string; readonly timezone: string | undefined } | { readonly refused: string }

const words: Readonly<Record<string, string>> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
  'semi-annually': '*-01,07-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
}

/** Why a calendar event has no cron expression is said in `refused`. */
export function readCalendar(text: string): CalendarReading {
  const parts = (words[text.trim().toLowerCase()] ?? text.trim()).split(/\s+/)
  const last = parts.at(-1) ?? ''
  let timezone: string | undefined
  if (parts.length > 1 && /^[A-Za-z]/.test(last) && isTimeZone(last)) {
    timezone = last
    parts.pop()
  }
  const weekdays = /^[A-Za-z]/.test(parts[0] ?? '') ? parts.shift() : undefined
  const date = /[-~]/.test(parts[0] ?? '') ? parts.shift() : undefined
  const time = parts.shift()
  if (parts.length > 0 || (weekdays ?? date ?? time) === undefined) return { refused: `"${text}" is not understood` }
  return convert(text, { weekdays, date, time }, timezone)
}

interface Parts {
  readonly weekdays: string | undefined
  readonly date: string | undefined
  readonly time: string | undefined
}

function convert(text: string, { weekdays, date, time }: Parts, timezone: string | undefined): CalendarReading {
  const clock = /^([^:]+):([^:]+)(?::([^:]+))?$/.exec(time ?? '00:00:00')
  const day = /^(?:([^-~]+)-)?([^-~]+)([-~])([^-~]+)$/.exec(date ?? '*-*-*')
  if (!clock || !day) return { refused: `"${text}" is not understood` }
  if (day[3] === '~' && day[4] !== '01' && day[4] !== '1') {
    return { refused: `"${text}" counts days from the end of the month; only the last day (~01) has a cron expression` }
  }
  const second = component(clock[3] ?? '00', 0, 59)
  const minute = component(clock[2] ?? '', 0, 59)
  const hour = component(clock[1] ?? '', 0, 23)
  const dayOfMonth = day[3] === '~' ? 'L' : component(day[4] ?? '', 1, 31)
  const month = component(day[2] ?? '', 1, 12)
  const year = component(day[1] ?? '*', 1970, 2099)
  const weekday = weekdays === undefined ? '*' : weekdayField(weekdays)
  if (second === undefined || minute === undefined || hour === undefined || dayOfMonth === undefined)
    return fraction(text)
  if (month === undefined || year === undefined || weekday === undefined) return fraction(text)
  // systemd wants date and weekday to hold both; a cron expression says so with "+".
  const both = weekday !== '*' && dayOfMonth !== '*' ? `+${weekday}` : weekday
  const fields = [minute, hour, dayOfMonth, month, both]
  if (year !== '*') fields.push(year)
  if (year !== '*' || second !== '0') fields.unshift(second)
  return { expression: fields.join(' '), timezone }
}

function fraction(text: string): CalendarReading {
  return { refused: `"${text}" has a part that no cron expression has, such as fractions of a second` }
}

/** `06,18`, `01..07`, `00/15`, `09..17/2`, `*` → a cron field; undefined for anything else. */
function component(text: string, low: number, high: number): string | undefined {
  if (text === '*') return '*'
  const fields = text.split(',').map((part) => {
    const match = /^(\*|\d+)(?:\.\.(\d+))?(?:\/(\d+))?$/.exec(part)
    if (!match) return undefined
    const [, first = '', last, step] = match
    const from = first === '*' ? low : Number(first)
    if (step === undefined) return last === undefined ? (first === '*' ? '*' : String(from)) : `${from}-${Number(last)}`
    const by = Math.min(Number(step), high - low + 1)
    const to = last === undefined ? high : Number(last)
    return first === '*' && last === undefined ? `*/${by}` : `${from}-${to}/${by}`
  })
  return fields.includes(undefined) ? undefined : fields.join(',')
}

/** `Mon..Fri`, `Sat,Sun`, `Fri..Sun`; systemd's week begins on Monday, and so may a range end on Sunday. */
function weekdayField(text: string): string | undefined {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  const number = (name: string): number => days.indexOf(name.slice(0, 3).toLowerCase()) + 1
  const parts = text.split(',').map((part) => {
    const [first = '', last] = part.split('..')
    if (number(first) === 0 || (last !== undefined && number(last) === 0)) return undefined
    return last === undefined ? String(number(first)) : `${number(first)}-${number(last)}`
  })
  return parts.includes(undefined) ? undefined : parts.join(',')
}
