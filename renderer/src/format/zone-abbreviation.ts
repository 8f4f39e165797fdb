/** `CET`, `CEST`, else `GMT+5:30`: what a zone is called at an instant. */
const formatters = new Map<string, Intl.DateTimeFormat>()

export function zoneAbbreviation(at: string, timeZone: string, locale: string): string {
  // en-GB knows the European abbreviations, en-US the American ones; the first that is not a bare offset is taken.
  const names = [locale, 'en-GB', 'en-US', 'en-AU'].map((tag) => nameIn(tag, at, timeZone))
  return names.find((name) => !/^(GMT|UTC)[+-]/.test(name)) ?? names[0] ?? timeZone
}

function nameIn(tag: string, at: string, timeZone: string): string {
  const key = `${tag}\n${timeZone}`
  let formatter = formatters.get(key)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(tag, { timeZone, hour: 'numeric', timeZoneName: 'short' })
    formatters.set(key, formatter)
  }
  return formatter.formatToParts(new Date(at)).find((part) => part.type === 'timeZoneName')?.value ?? timeZone
}
