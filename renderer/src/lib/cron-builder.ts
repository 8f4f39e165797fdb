/**
 * Clicks ↔ cron expression. `builderOf` reads only what the clicks can show without changing its meaning; ranges and steps
 * where a clock time stands are left as typed, because daylight saving treats them differently from lists.
 */
import { cronFields, type CronFields } from '@shared/schedule/cron'

export type BuilderTab = 'minutes' | 'hours' | 'days' | 'weeks' | 'months'

/** Hours of the day, both inclusive, 0 to 23; null for the whole day. */
export type HourSpan = { readonly from: number; readonly to: number } | null

export interface ClockTime {
  readonly hour: number
  readonly minute: number
}

/** 0 is Sunday, as in cron; sorted; all seven for every day. */
export type Weekdays = readonly number[]

export type CronBuilder =
  | { readonly tab: 'minutes'; readonly every: number; readonly span: HourSpan; readonly weekdays: Weekdays }
  | {
      readonly tab: 'hours'
      readonly every: number
      readonly minute: number
      readonly span: HourSpan
      readonly weekdays: Weekdays
    }
  | { readonly tab: 'days'; readonly times: readonly ClockTime[]; readonly weekdays: Weekdays }
  | { readonly tab: 'weeks'; readonly times: readonly ClockTime[]; readonly weekday: number }
  | {
      readonly tab: 'months'
      readonly times: readonly ClockTime[]
      /** 1 to 31, sorted. */
      readonly days: readonly number[]
      /** Also, or only, the last day of the month. */
      readonly lastDay: boolean
      /** 1 to 12, sorted; all twelve for every month. */
      readonly months: readonly number[]
    }

const upTo = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
export const everyWeekday: Weekdays = upTo(0, 6)
export const everyMonth: readonly number[] = upTo(1, 12)
const maximumTimes = 24

/** What a fresh tab shows. */
export function freshBuilder(tab: BuilderTab): CronBuilder {
  const times = [{ hour: 2, minute: 0 }]
  switch (tab) {
    case 'minutes':
      return { tab, every: 15, span: null, weekdays: everyWeekday }
    case 'hours':
      return { tab, every: 1, minute: 0, span: null, weekdays: everyWeekday }
    case 'days':
      return { tab, times, weekdays: everyWeekday }
    case 'weeks':
      return { tab, times, weekday: 1 }
    case 'months':
      return { tab, times, days: [1], lastDay: false, months: everyMonth }
  }
}

/** Keeps what two tabs have in common when the operator goes from one to the other. */
export function switchTab(builder: CronBuilder | null, tab: BuilderTab): CronBuilder {
  const fresh = freshBuilder(tab)
  if (builder === null) return fresh
  const times = 'times' in builder ? builder.times : undefined
  const weekdays = 'weekdays' in builder ? builder.weekdays : undefined
  switch (fresh.tab) {
    case 'minutes':
    case 'hours':
      return {
        ...fresh,
        ...('span' in builder && { span: builder.span }),
        ...(weekdays && { weekdays }),
      }
    case 'days':
      return { ...fresh, ...(times && { times }), ...(weekdays && { weekdays }) }
    case 'weeks':
      return { ...fresh, ...(times && { times }), ...(weekdays?.length === 1 && { weekday: weekdays[0] ?? 1 }) }
    case 'months':
      return { ...fresh, ...(times && { times }) }
  }
}

/**
 * The expressions that a builder stands for. One, unless times have different minutes that no single expression can say
 * (02:15 and 14:30); then one for each minute. Empty when nothing is chosen.
 */
export function expressionsOf(builder: CronBuilder): readonly string[] {
  switch (builder.tab) {
    case 'minutes': {
      if (builder.weekdays.length === 0) return []
      const minute = builder.every === 1 ? '*' : `*/${builder.every}`
      return [`${minute} ${spanField(builder.span, 1)} * * ${weekdayField(builder.weekdays)}`]
    }
    case 'hours':
      if (builder.weekdays.length === 0) return []
      return [`${builder.minute} ${spanField(builder.span, builder.every)} * * ${weekdayField(builder.weekdays)}`]
    case 'days':
      if (builder.weekdays.length === 0) return []
      return clockFields(builder.times).map((clock) => `${clock} * * ${weekdayField(builder.weekdays)}`)
    case 'weeks':
      return clockFields(builder.times).map((clock) => `${clock} * * ${builder.weekday}`)
    case 'months': {
      if (builder.months.length === 0 || (builder.days.length === 0 && !builder.lastDay)) return []
      const day = [...builder.days.map(String), ...(builder.lastDay ? ['L'] : [])].join(',')
      const month = builder.months.length === 12 ? '*' : listField(builder.months)
      return clockFields(builder.times).map((clock) => `${clock} ${day} ${month} *`)
    }
  }
}

const order: readonly BuilderTab[] = ['days', 'weeks', 'months', 'minutes', 'hours']

/**
 * What the clicks show for an expression; null when they cannot (it stays as typed).
 * @param preferred the open tab, kept as long as it can show the expression
 */
export function builderOf(expression: string, preferred?: BuilderTab): CronBuilder | null {
  let fields: CronFields
  try {
    fields = cronFields(expression)
  } catch {
    return null
  }
  if (fields.second !== '0' || fields.year !== '*') return null
  for (const tab of preferred ? [preferred, ...order] : order) {
    const builder = readers[tab](fields)
    if (builder) return builder
  }
  return null
}

const readers: { readonly [Tab in BuilderTab]: (fields: CronFields) => CronBuilder | null } = {
  minutes(fields) {
    const every = stepOf(fields.minute, 59)
    const hours = readSpan(fields.hour)
    const weekdays = readWeekdays(fields.weekday)
    if (fields.day !== '*' || fields.month !== '*' || every === null || !hours || hours.every !== 1 || !weekdays)
      return null
    return { tab: 'minutes', every, span: hours.span, weekdays }
  },
  hours(fields) {
    const minute = readList(fields.minute, 0, 59)
    const hours = readSpan(fields.hour)
    const weekdays = readWeekdays(fields.weekday)
    if (fields.day !== '*' || fields.month !== '*' || minute?.length !== 1 || !hours || !weekdays) return null
    return { tab: 'hours', every: hours.every, minute: minute[0] as number, span: hours.span, weekdays }
  },
  days(fields) {
    const times = readTimes(fields)
    const weekdays = readWeekdays(fields.weekday)
    if (fields.day !== '*' || fields.month !== '*' || !times || !weekdays) return null
    return { tab: 'days', times, weekdays }
  },
  weeks(fields) {
    const times = readTimes(fields)
    const weekdays = readWeekdays(fields.weekday)
    if (fields.day !== '*' || fields.month !== '*' || !times || weekdays?.length !== 1) return null
    return { tab: 'weeks', times, weekday: weekdays[0] as number }
  },
  months(fields) {
    const times = readTimes(fields)
    const parts = fields.day.toUpperCase().split(',')
    const lastDay = parts.includes('L')
    const named = parts.filter((part) => part !== 'L')
    const days = named.length === 0 ? [] : readList(named.join(','), 1, 31)
    const months = fields.month === '*' ? everyMonth : readSet(fields.month, 1, 12, monthNames)
    if (fields.weekday !== '*' || !times || !days || !months) return null
    return { tab: 'months', times, days, lastDay, months }
  },
}

const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
const monthNames = ['', 'JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

function clockFields(times: readonly ClockTime[]): readonly string[] {
  if (times.length === 0) return []
  const hoursByMinute = new Map<number, number[]>()
  for (const { hour, minute } of times) {
    const hours = hoursByMinute.get(minute) ?? []
    if (!hours.includes(hour)) hours.push(hour)
    hoursByMinute.set(minute, hours)
  }
  // Minutes that share their hours share an expression.
  const minutesByHours = new Map<string, number[]>()
  for (const [minute, hours] of [...hoursByMinute].sort(([a], [b]) => a - b)) {
    const key = listField(hours)
    minutesByHours.set(key, [...(minutesByHours.get(key) ?? []), minute])
  }
  return [...minutesByHours].map(([hours, minutes]) => `${listField(minutes)} ${hours}`)
}

function listField(values: readonly number[]): string {
  return [...new Set(values)].sort((a, b) => a - b).join(',')
}

function weekdayField(weekdays: Weekdays): string {
  const days = [...new Set(weekdays)].sort((a, b) => a - b)
  if (days.length === 7) return '*'
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0]
  return days.length > 2 && last - first === days.length - 1 ? `${first}-${last}` : days.join(',')
}

function spanField(span: HourSpan, every: number): string {
  const hours = span === null ? '*' : span.from === span.to ? `${span.from}` : `${span.from}-${span.to}`
  return every === 1 || (span !== null && span.from === span.to) ? hours : `${hours}/${every}`
}

/** An asterisk is 1, one with a step that step. */
function stepOf(field: string, maximum: number): number | null {
  const step = field === '*' ? 1 : Number(/^\*\/(\d{1,2})$/.exec(field)?.[1] ?? Number.NaN)
  return step >= 1 && step <= maximum ? step : null
}

function readSpan(field: string): { every: number; span: HourSpan } | null {
  const whole = stepOf(field, 23)
  if (whole !== null) return { every: whole, span: null }
  const single = readList(field, 0, 23)
  if (single?.length === 1) return { every: 1, span: { from: single[0] as number, to: single[0] as number } }
  const [, from, to, step] = /^(\d{1,2})-(\d{1,2})(?:\/(\d{1,2}))?$/.exec(field) ?? []
  if (from === undefined || to === undefined) return null
  const [first, last, every] = [Number(from), Number(to), step === undefined ? 1 : Number(step)]
  return first < last && last <= 23 && every >= 1 && every <= 23 ? { every, span: { from: first, to: last } } : null
}

/** Only numbers between commas: a range or a step is not a list of clock times. */
function readList(field: string, minimum: number, maximum: number): readonly number[] | null {
  if (!/^\d{1,2}(,\d{1,2})*$/.test(field)) return null
  const values = [...new Set(field.split(',').map(Number))].sort((a, b) => a - b)
  return values.every((value) => value >= minimum && value <= maximum) ? values : null
}

/** Numbers, names and ranges between commas. */
function readSet(field: string, minimum: number, maximum: number, names: readonly string[]): readonly number[] | null {
  const values = new Set<number>()
  const valueOf = (text: string): number =>
    /^\d{1,2}$/.test(text) ? Number(text) : (names.indexOf(text.toUpperCase()) + 1 || Number.NaN) - 1
  for (const part of field.split(',')) {
    const ends = part.split('-').map(valueOf)
    const [first, last] = [ends[0] ?? Number.NaN, ends[1] ?? ends[0] ?? Number.NaN]
    if (ends.length > 2 || !(first >= minimum && last <= maximum && first <= last)) return null
    for (let value = first; value <= last; value += 1) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}

function readWeekdays(field: string): Weekdays | null {
  if (field === '*') return everyWeekday
  const days = readSet(field, 0, 7, weekdayNames)
  // 7 is Sunday too.
  return days && [...new Set(days.map((day) => day % 7))].sort((a, b) => a - b)
}

function readTimes(fields: CronFields): readonly ClockTime[] | null {
  const minutes = readList(fields.minute, 0, 59)
  const hours = readList(fields.hour, 0, 23)
  if (!minutes || !hours || minutes.length * hours.length > maximumTimes) return null
  return hours.flatMap((hour) => minutes.map((minute) => ({ hour, minute })))
}
