import type { task as english } from '../en/task'
import type { Wording } from '../wording'

export const task: Wording<typeof english> = {}
