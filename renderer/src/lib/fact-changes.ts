/** What differs between two definitions, as lines that went and lines that came. */
export interface ComparableFact {
  readonly key: string
  readonly label: string
  readonly lines: readonly string[]
  readonly mono: boolean
}

export interface FactChange {
  readonly key: string
  readonly label: string
  readonly mono: boolean
  readonly lines: readonly { readonly kind: 'old' | 'new'; readonly text: string }[]
}

/** @param nothing stands for a fact that was or is not given */
export function factChanges(
  before: readonly ComparableFact[],
  after: readonly ComparableFact[],
  nothing: string,
): readonly FactChange[] {
  return after.flatMap((now) => {
    const was = before.find((fact) => fact.key === now.key)?.lines ?? []
    if (was.join('\n') === now.lines.join('\n')) return []
    const gone = was.filter((line) => !now.lines.includes(line))
    const come = now.lines.filter((line) => !was.includes(line))
    // The same lines in another order: then all of them.
    const [old, fresh] = gone.length + come.length === 0 ? [was, now.lines] : [gone, come]
    return [
      {
        key: now.key,
        label: now.label,
        mono: now.mono,
        lines: [
          ...(was.length === 0 ? [nothing] : old).map((text) => ({ kind: 'old' as const, text })),
          ...(now.lines.length === 0 ? [nothing] : fresh).map((text) => ({ kind: 'new' as const, text })),
        ],
      },
    ]
  })
}
