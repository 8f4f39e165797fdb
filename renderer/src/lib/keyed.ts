/** Rows of a list that are told apart while they are edited. */
export interface Keyed {
  readonly key: number
}

let keys = 0
/** A key that no other row has. */
export function newKey(): number {
  keys += 1
  return keys
}

/** `{name: text}`, or nothing for what was left empty. */
export function given(name: string, text: string | undefined): object {
  return text === undefined || text === '' ? {} : { [name]: text }
}
