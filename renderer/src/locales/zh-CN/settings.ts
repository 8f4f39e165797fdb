import type { settings as english } from '../en/settings'
import type { Wording } from '../wording'

export const settings: Wording<typeof english> = {}
