import stringWidth from 'string-width'

export interface Column {
  readonly title: string
  readonly right?: boolean
  /** Gives way first when the terminal is too narrow. */
  readonly flexible?: boolean
}

/**
 * Aligned columns, two spaces apart, a title line first.
 * @param width in cells, undefined for no limit; flexible columns are cut to fit
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width?: number): string {
  const cells = [columns.map((column) => column.title), ...rows]
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index] ?? ''))))
  if (width !== undefined) shrink(columns, widths, width)
  return cells
    .map((row) =>
      columns
        .map((column, index) => fit(row[index] ?? '', widths[index] ?? 0, column.right))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const narrowest = 12

function shrink(columns: readonly Column[], widths: number[], width: number): void {
  let excess = widths.reduce((sum, one) => sum + one + 2, -2) - width
  for (const [index, column] of columns.entries()) {
    const own = widths[index] ?? 0
    if (!column.flexible || excess <= 0) continue
    const cut = Math.min(excess, Math.max(0, own - narrowest))
    widths[index] = own - cut
    excess -= cut
  }
}

function fit(text: string, width: number, right = false): string {
  const space = width - stringWidth(text)
  if (space < 0) return fit(cut(text, width), width)
  return right ? ' '.repeat(space) + text : text + ' '.repeat(space)
}

/** Only plain text is ever cut: coloured cells stand in columns that do not give way. */
function cut(text: string, width: number): string {
  let kept = ''
  for (const letter of text) {
    if (stringWidth(kept + letter) > width - 1) break
    kept += letter
  }
  return `${kept}…`
}
