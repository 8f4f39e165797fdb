/** Time zones and local times, by way of Intl (the zone data of the runtime). */

const known = new Map<string, boolean>()

/** True for an IANA name or alias that this runtime's Intl takes; offsets such as `+02:00` are refused. */
export function isTimeZone(name: string): boolean {
  let answer = known.get(name)
  if (answer === undefined) {
    answer = /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name) && accepts(name)
    if (known.size < 2000) known.set(name, answer)
  }
  return answer
}

function accepts(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** The machine's zone now. Node never rereads it by itself; the host's clock port does (see ports.ts). */
export function machineTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}
