/** Terminal colours of a log line as spans that a template can draw. Everything else a terminal would do is dropped. */
import Anser from 'anser'

export interface AnsiSpan {
  readonly text: string
  /** Class names for the sixteen named colours and the decorations. */
  readonly classes: string
  /** CSS colours for the palette and true colours; null where a class says it. */
  readonly color: string | null
  readonly background: string | null
}

/** A stretch of the visible text, end exclusive. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

const escape = '\u001b'
const bell = '\u0007'
/** OSC (titles, links, progress), then CSI other than colours, then two-character escapes. */
const notColours = new RegExp(
  `${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?|${escape}\\[[!\\x3c-\\x3f]?[\\d;:]*[\\x20-\\x2c]*[\\x40-\\x6c\\x6e-\\x7e]|${escape}[^[\\]]`,
  'g',
)
const colours = new RegExp(`${escape}\\[[\\d;:]*m`, 'g')
const stray = new RegExp(`${escape}(?!\\[[\\d;:]*m)`, 'g')
const leftover = new RegExp('[\\u0000-\\u0008\\u000b-\\u001f\\u007f]', 'g')

/** What stays on screen of a line that a carriage return has overwritten, as progress meters do it; colours left in. */
function colouredText(line: string): string {
  const text = line.replace(/\r+$/, '')
  const from = text.lastIndexOf('\r')
  return (from < 0 ? text : text.slice(from + 1)).replace(notColours, '').replace(stray, '')
}

/** The line without any escape sequence: what the search looks through. */
export function plainText(line: string): string {
  return colouredText(line).replace(colours, '').replace(leftover, '')
}

/** The line as spans; their texts together are exactly `plainText(line)`. */
export function ansiSpans(line: string): readonly AnsiSpan[] {
  // The newer spelling with colons (38:5:9) is read like the older one.
  const text = colouredText(line).replace(colours, (code) => code.replaceAll(':', ';'))
  if (!text.includes(escape)) {
    const plain = text.replace(leftover, '')
    return plain === '' ? [] : [{ text: plain, classes: '', color: null, background: null }]
  }
  return Anser.ansiToJson(text, { json: true, use_classes: true, remove_empty: true })
    .map(spanOf)
    .filter((span) => span.text !== '')
}

function spanOf(entry: Anser.AnserJsonEntry): AnsiSpan {
  const front = colourOf(entry.fg, entry.fg_truecolor)
  const back = colourOf(entry.bg, entry.bg_truecolor)
  const classes = [
    front.name && `${front.name}-fg`,
    back.name && `${back.name}-bg`,
    ...entry.decorations.filter((name) => name !== 'blink').map((name) => `ansi-${name}`),
  ]
  return {
    text: entry.content.replace(leftover, ''),
    classes: [...new Set(classes.filter(Boolean))].join(' '),
    color: front.css,
    background: back.css,
  }
}

interface Colour {
  readonly name: string
  readonly css: string | null
}

/** anser names a colour `ansi-red`, `ansi-palette-123` or `ansi-truecolor`; each may be missing. */
function colourOf(name: string | null, truecolor: string | null): Colour {
  if (!name) return { name: '', css: null }
  if (name === 'ansi-truecolor') return { name: '', css: truecolor ? `rgb(${truecolor})` : null }
  const index = /^ansi-palette-(\d+)$/.exec(name)?.[1]
  return index === undefined ? { name, css: null } : { name: '', css: paletteColour(Number(index)) }
}

const levels = [0, 95, 135, 175, 215, 255]

/** The xterm palette from 16 on: a 6×6×6 cube, then 24 greys. */
function paletteColour(index: number): string | null {
  if (index < 16 || index > 255) return null
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10
    return `rgb(${grey}, ${grey}, ${grey})`
  }
  const at = index - 16
  const [r, g, b] = [Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((level) => levels[level] ?? 0)
  return `rgb(${r}, ${g}, ${b})`
}

/** All places of `needle` in `text`, ignoring case unless the needle has a capital. At most `limit`. */
export function findAll(text: string, needle: string, limit = 1000): readonly TextRange[] {
  if (needle === '') return []
  const exact = needle !== needle.toLowerCase()
  const hay = exact ? text : text.toLowerCase()
  const found: TextRange[] = []
  let from = hay.indexOf(needle)
  while (from >= 0 && found.length < limit) {
    found.push({ start: from, end: from + needle.length })
    from = hay.indexOf(needle, from + needle.length)
  }
  return found
}

export interface MarkedSpan extends AnsiSpan {
  /** Index of the range that this piece belongs to; null outside of all. */
  readonly match: number | null
}

/** Cuts spans at the edges of ranges (sorted, apart), so that each piece is wholly inside or outside of one. */
export function markRanges(spans: readonly AnsiSpan[], ranges: readonly TextRange[]): readonly MarkedSpan[] {
  const pieces: MarkedSpan[] = []
  let offset = 0
  let next = 0
  for (const span of spans) {
    const end = offset + span.text.length
    let at = offset
    while (at < end) {
      while (ranges[next] && (ranges[next] as TextRange).end <= at) next += 1
      const range = ranges[next]
      const inside = range !== undefined && range.start <= at
      const stop = Math.min(end, range === undefined ? end : inside ? range.end : range.start)
      pieces.push({ ...span, text: span.text.slice(at - offset, stop - offset), match: inside ? next : null })
      at = stop
    }
    offset = end
  }
  return pieces
}
