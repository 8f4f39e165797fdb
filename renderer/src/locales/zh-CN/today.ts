import type { today as english } from '../en/today'
import type { Wording } from '../wording'

export const today: Wording<typeof english> = {}
