/** Instants as people type them. */
import { BelfryError } from '@shared/errors'
import { instant } from '@shared/model/common'
import { localToInstant } from '@shared/schedule/local-time'

const localForm = /^(?:(\d{4}-\d\d-\d\d)[T ])?(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)$/

/**
 * ISO, from an instant (`2027-03-28T01:00:00Z`, any offset), a local time of `zone` (`2027-03-28 03:00`, with or without
 * seconds), or a time of the day alone, which is the last one that `now` (ms) has seen. A time that the clocks jump over is taken
 * after the gap, one that comes twice on its first pass. Throws INVALID with `field`.
 */
export function readInstant(text: string, zone: string, now: number, field: string): string {
  const refuse = (message: string): never => {
    throw new BelfryError('INVALID', message, { field })
  }
  const local = localForm.exec(text.trim())
  if (local === null) {
    const parsed = instant.safeParse(text.trim())
    if (parsed.success) return parsed.data
    return refuse(
      `"${text}" is not an instant (2027-03-28T01:00:00Z), a local time (2027-03-28 03:00) or a time of the day (03:00)`,
    )
  }
  const [, date, time = ''] = local
  const at = (day: string): number => {
    const written = Date.parse(`${day}T${time}Z`)
    if (Number.isNaN(written) || !new Date(written).toISOString().startsWith(day))
      refuse(`"${text}" is no date and time`)
    return localToInstant(`${day}T${time}`, zone)
  }
  if (date !== undefined) return new Date(at(date)).toISOString()
  const day = (before: number): string => new Date(now - before).toLocaleDateString('sv-SE', { timeZone: zone })
  const today = at(day(0))
  return new Date(today <= now ? today : at(day(86_400_000))).toISOString()
}

/** Whether `text` is a local time that the clocks of `zone` jump over, so that it was read as `instant` (ISO), after the gap. */
export function isJumpedOver(text: string, instant: string, zone: string): boolean {
  const time = localForm.exec(text.trim())?.[2]
  if (time === undefined) return false
  const read = new Date(instant).toLocaleTimeString('sv-SE', { timeZone: zone })
  return !read.startsWith(time.slice(0, 8))
}
