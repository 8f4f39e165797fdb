/** Row numbers kept in an order. Most come in order already, so that adding one is usually a push. */
export interface SortedRows {
  add(row: number): void
  /** The row must still compare as it did when it was added. */
  remove(row: number): void
  /** From the last row for which `isBefore` holds down to the first; `isBefore` holds for a beginning of the order. */
  downwards(isBefore: (row: number) => boolean): Generator<number>
  /** From the first row for which `isBefore` does not hold up to the last. */
  upwards(isBefore: (row: number) => boolean): Generator<number>
}

/** @param compare a total order: 0 only for the same row */
export function createSortedRows(compare: (a: number, b: number) => number): SortedRows {
  const rows: number[] = []

  /** How many rows from the first on satisfy `isBefore`. */
  function count(isBefore: (row: number) => boolean): number {
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(rows[middle] ?? 0)) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add(row) {
      const last = rows.at(-1)
      if (last === undefined || compare(last, row) < 0) rows.push(row)
      else
        rows.splice(
          count((other) => compare(other, row) < 0),
          0,
          row,
        )
    },
    remove(row) {
      const index = count((other) => compare(other, row) < 0)
      if (rows[index] === row) rows.splice(index, 1)
    },
    *downwards(isBefore) {
      for (let index = count(isBefore) - 1; index >= 0; index -= 1) yield rows[index] ?? 0
    },
    *upwards(isBefore) {
      for (let index = count(isBefore); index < rows.length; index += 1) yield rows[index] ?? 0
    },
  }
}
