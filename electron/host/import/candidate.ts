/** What importers have in common: a thing found, checked by the same rules as every task. */
import { BelfryError, invalidInput } from '@shared/errors'
import { importCandidate, type ImportCandidate, type ImportError } from '@shared/model/import'
import { longestTaskName, type ImportSource } from '@shared/model/task'
import type { z } from 'zod'

/** The thing that schedules the job today, to be switched off when Belfry takes it over. */
export type Original =
  | { readonly kind: 'line'; readonly path: string; readonly line: number; readonly text: string }
  | { readonly kind: 'user-crontab'; readonly line: number; readonly text: string }
  | { readonly kind: 'script'; readonly path: string; readonly form: ScriptForm }
  | { readonly kind: 'timer'; readonly unit: string; readonly manager: 'system' | 'user'; readonly enabled: boolean }

/** A script with a `#!` line runs without being executable, a linked one where it really is; a `program` does neither. */
export type ScriptForm = 'script' | 'link' | 'program'

export interface Found {
  readonly candidate: ImportCandidate
  /** From 1; null where the source has no lines. */
  readonly line: number | null
  /** Null when nothing on this machine runs it (a text given by hand). */
  readonly original: Original | null
}

export interface Findings {
  readonly found: readonly Found[]
  readonly errors: readonly ImportError[]
  readonly notes: readonly string[]
}

/** Parses by the task's own rules; throws INVALID with the field and the reason. */
export function checkedCandidate(input: z.input<typeof importCandidate>): ImportCandidate {
  // A file may be called anything, and so a job.
  const parsed = importCandidate.safeParse({ ...input, name: input.name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ') })
  if (!parsed.success) throw invalidInput(parsed.error)
  return parsed.data
}

/** The reason of a refused candidate, for an ImportError. */
export function refusal(error: unknown): string {
  if (!(error instanceof BelfryError)) throw error
  return error.message
}

/** By this an entry is found again, wherever its line has moved to. */
export function sourceKey(source: ImportSource): string {
  return JSON.stringify([source.kind, source.path, source.user, source.text, source.timezone, source.ordinal])
}

/** Numbers equal entries from 0, in the order in which they were found. */
export function numbered(found: readonly Found[]): Found[] {
  const seen = new Map<string, number>()
  return found.map((item) => {
    const key = sourceKey({ ...item.candidate.source, ordinal: 0 })
    const ordinal = seen.get(key) ?? 0
    seen.set(key, ordinal + 1)
    return { ...item, candidate: { ...item.candidate, source: { ...item.candidate.source, ordinal } } }
  })
}

/** Gives a name that is taken already a number: `backup`, `backup (2)`; one with no room for it is cut. */
export function distinctNames(found: readonly Found[], taken: Iterable<string>): Found[] {
  const names = new Set(taken)
  /** Where to go on for each name, or a thousand equal ones would be looked up half a million times. */
  const counts = new Map<string, number>()
  return found.map((item) => {
    const wanted = item.candidate.name
    let name = wanted
    let count = counts.get(wanted) ?? 2
    for (; names.has(name); count += 1) name = withNumber(wanted, count)
    counts.set(wanted, count)
    names.add(name)
    return { ...item, candidate: { ...item.candidate, name } }
  })
}

function withNumber(name: string, count: number): string {
  const number = ` (${count})`
  // Half of a surrogate pair is no character.
  const cut = name.slice(0, longestTaskName - number.length).replace(/[\uD800-\uDBFF]$/, '')
  return cut.trimEnd() + number
}

/** Nobody's job runs as somebody else: what another user runs stays locked and off. */
export function lockOthers(found: readonly Found[], operator: string): Found[] {
  return found.map((item) => {
    const { user } = item.candidate.source
    if (user === null || user === operator) return item
    const locked = `It runs as ${user}, and Belfry runs as ${operator}: run Belfry as ${user} to take it over`
    return { ...item, candidate: { ...item.candidate, enabled: false, locked } }
  })
}
