/** How carefully a task is run, as the editor's fields hold it: text where people type. */
import type { Policy } from '@shared/model/policy'
import { weekday, type TimeWindow, type Weekday } from '@shared/model/time-window'
import { formatDuration } from '@shared/schedule/duration'
import { given, newKey, type Keyed } from './keyed'

/** Empty text or list: not given. */
export interface WindowForm extends Keyed {
  readonly from: string
  readonly until: string
  /** Dates between commas or spaces. */
  readonly dates: string
  readonly weekdays: readonly Weekday[]
  readonly timesFrom: string
  readonly timesUntil: string
  readonly timezone: string
}

/** Numbers and durations are text. */
export interface PolicyForm {
  /** Empty: no limit. */
  timeout: string
  killGrace: string
  /** Empty: however late. */
  misfireGrace: string
  coalesce: boolean
  onMissed: Policy['onMissed']
  maxInstances: string
  overlap: Policy['overlap']
  queueLimit: string
  /** Empty: none. */
  group: string
  priority: string
  /** Both empty: no limit. */
  rateMax: string
  ratePer: string
  /** Empty: none. */
  jitter: string
  dstGap: Policy['dst']['gap']
  dstOverlap: Policy['dst']['overlap']
  active: readonly WindowForm[]
  blackouts: readonly WindowForm[]
}

export function policyForm(policy: Policy): PolicyForm {
  const { rateLimit } = policy
  return {
    timeout: policy.timeout === null ? '' : formatDuration(policy.timeout),
    killGrace: formatDuration(policy.killGrace),
    misfireGrace: policy.misfireGrace === null ? '' : formatDuration(policy.misfireGrace),
    coalesce: policy.coalesce,
    onMissed: policy.onMissed,
    maxInstances: String(policy.maxInstances),
    overlap: policy.overlap,
    queueLimit: String(policy.queueLimit),
    group: policy.group ?? '',
    priority: String(policy.priority),
    rateMax: rateLimit === null ? '' : String(rateLimit.max),
    ratePer: rateLimit === null ? '' : formatDuration(rateLimit.per),
    jitter: policy.jitter === 0 ? '' : formatDuration(policy.jitter),
    dstGap: policy.dst.gap,
    dstOverlap: policy.dst.overlap,
    active: policy.active.map(windowForm),
    blackouts: policy.blackouts.map(windowForm),
  }
}

/** What the schema is asked about. */
export function policyInput(form: PolicyForm): object {
  const empty = (text: string): boolean => text.trim() === ''
  return {
    timeout: empty(form.timeout) ? null : form.timeout,
    ...given('killGrace', form.killGrace.trim()),
    misfireGrace: empty(form.misfireGrace) ? null : form.misfireGrace,
    coalesce: form.coalesce,
    onMissed: form.onMissed,
    ...number('maxInstances', form.maxInstances),
    overlap: form.overlap,
    ...number('queueLimit', form.queueLimit),
    group: empty(form.group) ? null : form.group,
    ...number('priority', form.priority),
    rateLimit: empty(form.rateMax) && empty(form.ratePer) ? null : { max: numberOf(form.rateMax), per: form.ratePer },
    jitter: empty(form.jitter) ? 0 : form.jitter,
    dst: { gap: form.dstGap, overlap: form.dstOverlap },
    active: form.active.map(windowInput),
    blackouts: form.blackouts.map(windowInput),
  }
}

/** One that says nothing yet. */
export function blankWindow(): WindowForm {
  return { key: newKey(), from: '', until: '', dates: '', weekdays: [], timesFrom: '', timesUntil: '', timezone: '' }
}

function windowForm(window: TimeWindow): WindowForm {
  return {
    key: newKey(),
    from: window.from ?? '',
    until: window.until ?? '',
    dates: window.dates?.join(', ') ?? '',
    weekdays: window.weekdays ?? [],
    timesFrom: window.times?.from ?? '',
    timesUntil: window.times?.until ?? '',
    timezone: window.timezone ?? '',
  }
}

export function windowInput(form: WindowForm): object {
  const dates = form.dates.split(/[\s,;，、；]+/).filter((date) => date !== '')
  const [from, until] = [clockText(form.timesFrom), clockText(form.timesUntil)]
  return {
    ...given('from', form.from),
    ...given('until', form.until),
    ...(dates.length === 0 ? {} : { dates }),
    ...(form.weekdays.length === 0 ? {} : { weekdays: form.weekdays }),
    ...(from === '' && until === '' ? {} : { times: { from, until } }),
    ...given('timezone', form.timezone),
  }
}

/** Monday first, as the schema lists them. */
export function toggled(days: readonly Weekday[], day: Weekday): readonly Weekday[] {
  return weekday.options.filter((other) => days.includes(other) !== (other === day))
}

/** `9` and `9:30` are what people type for 09:00 and 09:30. */
function clockText(text: string): string {
  const [, hour, minute] = /^(\d{1,2})(?::(\d{2}))?$/.exec(text.trim()) ?? []
  return hour === undefined ? text.trim() : `${hour.padStart(2, '0')}:${minute ?? '00'}`
}

function number(name: string, text: string): object {
  return text.trim() === '' ? {} : { [name]: numberOf(text) }
}

/** Whatever is no whole number stays text, so that the schema refuses it. */
function numberOf(text: string): number | string {
  return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : text
}
