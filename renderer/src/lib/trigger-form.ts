/** A trigger as the editor's fields hold it: text where people type. */
import type { AfterTrigger, Trigger, WatchEvent } from '@shared/model/trigger'
import { formatDuration } from '@shared/schedule/duration'
import { given, newKey, type Keyed } from './keyed'

/** Durations are text; of instants and zones, empty is "not given". */
export type TriggerForm = Keyed &
  (
    | {
        readonly kind: 'cron'
        readonly expression: string
        readonly timezone: string
        readonly from: string
        readonly until: string
      }
    | {
        readonly kind: 'interval'
        readonly every: string
        readonly mode: 'fixed-rate' | 'fixed-delay'
        readonly anchor: string
        readonly until: string
      }
    | { readonly kind: 'date'; readonly at: string; readonly timezone: string }
    | { readonly kind: 'manual' }
    | { readonly kind: 'startup'; readonly on: 'host' | 'boot'; readonly delay: string }
    | { readonly kind: 'resume'; readonly delay: string }
    | {
        readonly kind: 'watch'
        readonly paths: readonly string[]
        readonly events: readonly WatchEvent[]
        readonly settle: string
      }
    | { readonly kind: 'after'; readonly tasks: readonly string[]; readonly on: AfterTrigger['on'] }
  )
export type TriggerFormOf<Kind extends TriggerForm['kind']> = Extract<TriggerForm, { readonly kind: Kind }>

export function triggerForm(trigger: Trigger): TriggerForm {
  const key = newKey()
  switch (trigger.kind) {
    case 'cron': {
      const { kind, expression, timezone = '', from = '', until = '' } = trigger
      return { key, kind, expression, timezone, from, until }
    }
    case 'interval': {
      const { kind, every, mode, anchor = '', until = '' } = trigger
      return { key, kind, every: formatDuration(every), mode, anchor, until }
    }
    case 'date':
      return { key, kind: 'date', at: trigger.at, timezone: trigger.timezone ?? '' }
    case 'manual':
      return { key, kind: 'manual' }
    case 'startup':
      return { key, kind: 'startup', on: trigger.on, delay: formatDuration(trigger.delay) }
    case 'resume':
      return { key, kind: 'resume', delay: formatDuration(trigger.delay) }
    case 'watch':
      return {
        key,
        kind: 'watch',
        paths: trigger.paths,
        events: trigger.events,
        settle: formatDuration(trigger.settle),
      }
    case 'after':
      return { key, kind: 'after', tasks: trigger.tasks, on: trigger.on }
  }
}

/** What the schema is asked about. Says only what differs from not saying anything. */
export function triggerInput(form: TriggerForm): object {
  switch (form.kind) {
    case 'cron': {
      const { kind, expression, timezone, from, until } = form
      return {
        kind,
        expression: expression.trim(),
        ...given('timezone', timezone),
        ...given('from', from),
        ...given('until', until),
      }
    }
    case 'interval': {
      const { kind, every, mode, anchor, until } = form
      return { kind, every, mode, ...given('anchor', anchor), ...given('until', until) }
    }
    case 'date':
      return { kind: 'date', at: form.at, ...given('timezone', form.timezone) }
    case 'manual':
      return { kind: 'manual' }
    case 'startup':
      return { kind: 'startup', on: form.on, delay: form.delay.trim() === '' ? 0 : form.delay }
    case 'resume':
      return { kind: 'resume', delay: form.delay.trim() === '' ? 0 : form.delay }
    case 'watch':
      return {
        kind: 'watch',
        // One that has none yet lacks a path; it does not have a wrong one.
        paths: form.paths.every((path) => path.trim() === '') ? [] : form.paths,
        events: form.events,
        ...given('settle', form.settle.trim()),
      }
    case 'after':
      return { kind: 'after', tasks: form.tasks, on: form.on }
  }
}
