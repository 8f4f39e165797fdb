/** The time of a log line, `10:35:00.014`, in a zone. Thousands are asked for, so offsets are kept by the quarter hour. */
const offsets = new Map<string, number>()

export function logClock(at: string, timeZone: string): string {
  const instant = Date.parse(at)
  return new Date(instant + offsetAt(instant, timeZone)).toISOString().slice(11, 23)
}

/** Milliseconds to add to UTC. Zones change only at quarter hours. */
function offsetAt(instant: number, timeZone: string): number {
  const quarter = Math.floor(instant / 900_000)
  const key = `${timeZone}\n${quarter}`
  let offset = offsets.get(key)
  if (offset === undefined) {
    const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
      quarter * 900_000,
    )
    offset = Date.parse(`${local.replace(' ', 'T')}Z`) - quarter * 900_000
    if (offsets.size > 500) offsets.clear()
    offsets.set(key, offset)
  }
  return offset
}
