import type { editor as english } from '../en/editor'
import type { Wording } from '../wording'

export const editor: Wording<typeof english> = {}
