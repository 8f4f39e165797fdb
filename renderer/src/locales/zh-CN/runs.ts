import type { runs as english } from '../en/runs'
import type { Wording } from '../wording'

export const runs: Wording<typeof english> = {}
