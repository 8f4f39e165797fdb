import type { imports as english } from '../en/import'
import type { Wording } from '../wording'

export const imports: Wording<typeof english> = {}
