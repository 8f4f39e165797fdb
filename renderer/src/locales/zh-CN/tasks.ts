import type { tasks as english } from '../en/tasks'
import type { Wording } from '../wording'

export const tasks: Wording<typeof english> = {}
