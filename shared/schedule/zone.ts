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

/**
 * The zone's own name for an old or second one (`US/Eastern` → `America/New_York`); itself for all others. UTC has many names,
 * and all say what is meant.
 */
export function canonicalZone(name: string): string {
  const resolved = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  if (resolved === 'UTC') return name
  return renamed[resolved] ?? resolved
}

/** Intl goes on with some names that the zones no longer have (CLDR keeps what it began with). */
const renamed: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}
