import type { run as english } from '../en/run'
import type { Wording } from '../wording'

export const run: Wording<typeof english> = {}
