/** A parameter's value as one types it: JSON where it is JSON, else a text without quotes. */
import type { Json } from '@shared/model/common'

export function parameterText(value: Json): string {
  return typeof value === 'string' && typeof readParameter(value) === 'string' ? value : JSON.stringify(value)
}

/** `5` is a number, `true` a truth, `"5"` and `abc` are texts. What `parameterText` gives is read back as it was. */
export function readParameter(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
