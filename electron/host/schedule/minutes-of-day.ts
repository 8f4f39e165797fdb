/** At which minutes of the day a trigger can come at all: much is known by that without asking for each of its times. Pure. */
import type { Trigger } from '@shared/model/trigger'
import { cronFields } from '@shared/schedule/cron'
import { timeField } from '@shared/schedule/cron-fields'
import { transitionNear, zoneTransitions } from '@shared/schedule/zone-offsets'
import type { Moment } from './trigger-times'

const minute = 60_000
const day = 86_400_000

/** False where the trigger comes at none of `minutes` (1,440 of the UTC day, 1 for each) in `[from, end)` (ms); it may not at others. */
export function canMeet(trigger: Trigger, minutes: Uint8Array, from: number, end: number, moment: Moment): boolean {
  if (trigger.kind !== 'cron') return true
  const { timezone: zone = moment.zone, expression } = trigger
  const fields = cronFields(expression)
  const hours = valuesOf(timeField('hour', fields.hour))
  const inHour = valuesOf(timeField('minute', fields.minute))
  const offsets = new Set([transitionNear(zone, from).offset])
  for (const { at, offsetBefore, offsetAfter } of zoneTransitions(zone, from - day, end)) {
    offsets.add(offsetBefore).add(offsetAfter)
    // What the clocks jump over may come there.
    if (minutes[minuteOf(at)] === 1) return true
  }
  for (const offset of offsets)
    for (const hour of hours)
      for (const one of inHour) if (minutes[minuteOf((hour * 60 + one) * minute - offset)] === 1) return true
  return false
}

function valuesOf(flags: Uint8Array): number[] {
  return [...flags.keys()].filter((value) => flags[value] === 1)
}

function minuteOf(at: number): number {
  return Math.floor((((at % day) + day) % day) / minute)
}
