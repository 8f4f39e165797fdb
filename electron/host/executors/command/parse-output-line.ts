/**
 * What a command says to Belfry in its output: `::progress 45/100 text`, `::progress 45% text`, `::result {json}` at the
 * start of a line, and OSC 9;4, the progress report of terminals, anywhere. Pure.
 */
import { messageOf } from '@shared/errors'
import { json, type Json } from '@shared/model/common'
import type { Progress } from '@shared/model/run'

export type ProgressReport = Omit<Progress, 'updatedAt'>

export type Directive =
  | { readonly kind: 'progress'; readonly progress: ProgressReport }
  | { readonly kind: 'result'; readonly result: Json }
  | { readonly kind: 'malformed'; readonly reason: string }

// Two neighbours that both take spaces would be tried in all ways there are, on a line of up to 64 KiB.
const progressLine = /^::progress\s+(\d+(?:\.\d+)?)(?:\s*\/\s*(\d+(?:\.\d+)?)|\s*%)?(?=\s|$)(.*)$/s
const nothing: ProgressReport = { percent: null, processed: null, total: null, item: null, message: null }

/** Undefined for a line that is only output. */
export function parseOutputLine(line: string): Directive | undefined {
  if (!line.startsWith('::')) return undefined
  if (/^::progress(\s|$)/.test(line)) return parseProgress(line)
  if (/^::result(\s|$)/.test(line)) return parseResult(line.slice('::result'.length).trim())
  return undefined
}

function parseProgress(line: string): Directive {
  const [, first, second, rest = ''] = progressLine.exec(line) ?? []
  const message = rest.trim() || null
  if (first === undefined) return malformed('::progress needs "45/100", "45%" or "45", then a text if you like')
  const value = Number(first)
  if (second !== undefined) {
    const total = Number(second)
    const percent = total === 0 ? null : Math.min(100, (value / total) * 100)
    return { kind: 'progress', progress: { ...nothing, percent, processed: value, total, message } }
  }
  if (value > 100) return malformed(`::progress ${first} is over 100 percent`)
  return { kind: 'progress', progress: { ...nothing, percent: value, message } }
}

function parseResult(text: string): Directive {
  if (text === '') return malformed('::result needs a JSON value')
  try {
    return { kind: 'result', result: json.parse(JSON.parse(text)) }
  } catch (error) {
    return malformed(`::result is not JSON: ${messageOf(error)}`)
  }
}

function malformed(reason: string): Directive {
  return { kind: 'malformed', reason }
}

const escape = '\u001b'
const bell = '\u0007'
const terminalProgress = new RegExp(`${escape}\\]9;4;([0-4])(?:;(\\d{1,3}))?(?:${bell}|${escape}\\\\)`, 'g')
/** Longer than any whole report. */
const longestReport = 32

/**
 * The last terminal progress report in `text` (state 0 and 3 have no percentage), and the end of `text` that may be the
 * beginning of another: put it before what comes next.
 */
export function parseTerminalProgress(text: string): {
  readonly progress: ProgressReport | undefined
  readonly rest: string
} {
  let progress: ProgressReport | undefined
  let end = 0
  for (const match of text.matchAll(terminalProgress)) {
    const [whole, state, percent] = match
    const known = percent !== undefined && state !== '0' && state !== '3'
    progress = { ...nothing, percent: known ? Math.min(100, Number(percent)) : null }
    end = match.index + whole.length
  }
  const begun = text.lastIndexOf(`${escape}]`)
  const open = begun >= end ? text.slice(begun) : text.endsWith(escape) ? escape : ''
  return { progress, rest: open.length < longestReport ? open : '' }
}
