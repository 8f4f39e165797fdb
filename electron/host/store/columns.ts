/** Numbers of many rows, a typed array for each thing that is known of a row, so that a million rows fit. */

type NumberKind = typeof Uint8Array | typeof Uint16Array | typeof Uint32Array | typeof Float64Array

export type Columns<Kinds extends Readonly<Record<string, NumberKind>>> = {
  readonly [Name in keyof Kinds]: InstanceType<Kinds[Name]>
}

/** Each of `capacity` rows: those of `old`, which may have fewer, then zeros. */
export function columnsOf<Kinds extends Readonly<Record<string, NumberKind>>>(
  kinds: Kinds,
  capacity: number,
  old?: Columns<Kinds>,
): Columns<Kinds> {
  const columns = Object.entries(kinds).map(([name, Kind]) => {
    const column = new Kind(capacity)
    if (old) column.set(old[name as keyof Kinds])
    return [name, column] as const
  })
  return Object.fromEntries(columns) as Columns<Kinds>
}
